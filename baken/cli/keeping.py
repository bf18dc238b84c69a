"""Commands that limit what is kept: purge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from baken.cli.context import state_of
from baken.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(purge)


def purge(
    context: typer.Context,
    older_than_days: Annotated[
        int, typer.Option(min=0, help="Remove documents collected longer ago (0: by setting).")
    ] = 0,
    source: Annotated[str, typer.Option(help="Remove every document of this source.")] = "",
    account: Annotated[str, typer.Option(help="Remove every document of this pseudonym.")] = "",
    destroy_key: Annotated[
        bool, typer.Option(help="Destroy the pseudonym key: nobody can be recognised again.")
    ] = False,
) -> None:
    """Remove documents and everything derived from them; the removal is logged."""
    from baken.pipeline.keeping import Selection, purge_documents

    state = state_of(context)
    if source and account:
        raise UsageError("give --source or --account, not both")
    days = older_than_days or state.config.privacy.raw_text_days
    before = None if source or account else datetime.now(UTC) - timedelta(days=days)
    selection = Selection(source_id=source, account_id=account, collected_before=before)
    with state.project.run("purge") as run:
        removed = purge_documents(state.project, run, selection)
        if destroy_key:
            state.project.key_file.unlink(missing_ok=True)
            state.project.ledger.record("key destroyed")
    typer.echo(f"{removed:,} documents removed" + ("; the key is destroyed" * destroy_key))
    if removed:
        typer.echo("run `baken run`, or analyse, detect and publish, to bring the results in line")

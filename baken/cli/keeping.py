"""Commands about what is kept and what is set aside: purge, quarantine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from baken.cli.context import print_json, print_table, state_of
from baken.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(purge)
    app.command()(quarantine)


def quarantine(
    context: typer.Context, json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Print the records that could not be used, with where they stand and why."""
    rows = state_of(context).project.ledger.quarantined()
    if json:
        print_json(rows)
        return
    columns = ("origin", "position", "reason", "excerpt")
    print_table(columns, [[row[column] for column in columns] for row in rows])


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

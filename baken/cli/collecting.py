"""Commands that bring documents in: collect, import, sources."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from baken.cli.context import NEEDS_A_PERSON, print_json, print_table, state_of
from baken.errors import UsageError
from baken.model import AccountKind

FIELDS = (
    "id",
    "account",
    "text",
    "title",
    "published",
    "url",
    "urls",
    "hashtags",
    "repost_of",
    "reply_to",
    "language",
    "credit",
    "media",
)

sources_app = typer.Typer(no_args_is_help=True, help="List, check or add sources.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(collect)
    app.command("import")(import_)
    app.add_typer(sources_app, name="sources")


def collect(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Ids; all when none.")] = None,
) -> None:
    """Crawl feeds, sitemaps, articles and channel pages of the registered sources."""
    from baken import pipeline

    state = state_of(context)
    state.execute(
        "collect",
        lambda run, progress: pipeline.collect(
            state.project, run, only=source or (), progress=progress
        ),
    )


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV, JSON Lines, Parquet; .gz too.")],
    map: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help=f"Fields: {', '.join(FIELDS)}."),
    ] = None,
    dataset: Annotated[str, typer.Option(help="Name of the data set (default: file name).")] = "",
    platform: Annotated[str, typer.Option(help="Where the accounts live.")] = "unknown",
    account_kind: Annotated[
        AccountKind, typer.Option(help="person (pseudonymised), outlet or official.")
    ] = AccountKind.PERSON,
) -> None:
    """Import files as documents; what cannot be used goes to quarantine with its reason."""
    from baken import pipeline

    state = state_of(context)
    request = pipeline.ImportRequest(
        paths=tuple(files),
        mapping=parse_mapping(map or []),
        source_id=f"dataset:{dataset or files[0].name.split('.')[0]}",
        platform=platform,
        account_kind=account_kind,
    )
    state.execute(
        "import",
        lambda run, progress: pipeline.import_files(state.project, run, request, progress=progress),
    )


def parse_mapping(pairs: list[str]) -> dict[str, str]:
    """Read `FIELD=COLUMN` pairs; raises `UsageError` naming the field that does not exist."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not column:
            raise UsageError(f"--map {pair!r}: write FIELD=COLUMN, such as text=body")
        if field not in FIELDS:
            raise UsageError(f"--map {pair!r}: no field {field!r}; fields are {', '.join(FIELDS)}")
        mapping[field] = column
    return mapping


@sources_app.command("list")
def sources_list(
    context: typer.Context, json: Annotated[bool, typer.Option("--json")] = False
) -> None:
    """Print the source register."""
    from baken.pipeline.register import source_register

    entries = source_register(state_of(context).project)
    if json:
        print_json(list(entries.values()))
        return
    columns = ("source_id", "name", "kind", "language", "owner", "tier", "review_by")
    print_table(columns, [[entry.get(c) for c in columns] for entry in entries.values()])


@sources_app.command("check")
def sources_check(context: typer.Context) -> None:
    """Check every entry of the register; say which review has expired."""
    from baken.collectors import register as source_files

    config = state_of(context).config
    entries = source_files.load(config.path(config.project.sources))
    due, expired = source_files.due(entries, today=datetime.now(UTC).date())
    typer.echo(f"{len(entries)} sources, {len(due)} may be crawled")
    for entry in expired:
        typer.echo(f"{entry.source_id}: its review date {entry.review_by} has passed")
    if expired:
        raise typer.Exit(NEEDS_A_PERSON)


@sources_app.command("add")
def sources_add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Front page of the site.")],
    name: Annotated[str, typer.Option(help="Name of the source.")],
    kind: Annotated[str, typer.Option(help="outlet, channel, agency, official ...")] = "outlet",
    feed: Annotated[list[str] | None, typer.Option(help="URL of a feed.")] = None,
    sitemap: Annotated[list[str] | None, typer.Option(help="URL of a sitemap.")] = None,
    language: Annotated[str, typer.Option(help="Language code.")] = "",
    owner: Annotated[str, typer.Option(help="Owner of the source.")] = "",
    basis: Annotated[str, typer.Option(help="Legal basis (default: that of the order).")] = "",
    purpose: Annotated[
        str, typer.Option(help="Why it is collected (default: as the order says).")
    ] = "",
    review_by: Annotated[
        str, typer.Option(help="When to review it, YYYY-MM-DD (default: end of the order).")
    ] = "",
) -> None:
    """Add a source to the register."""
    from baken.collectors import register as source_files

    state = state_of(context)
    order = state.project.ledger.order_in_force(datetime.now(UTC).date())
    values = {
        "url": url,
        "name": name,
        "kind": kind,
        "feeds": feed or [],
        "sitemaps": sitemap or [],
        "language": language or None,
        "owner": owner or None,
        "basis": basis or order.legal_basis,
        "purpose": purpose or order.purpose,
        "review_by": review_by or order.end.isoformat(),
    }
    folder = state.config.path(state.config.project.sources)
    entry = source_files.add_source(folder, values)
    state.project.ledger.record("source added", source_id=entry.source_id)
    typer.echo(f"{entry.source_id} added")

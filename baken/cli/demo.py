"""The sample world from the command line: demo and simulate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baken import cases
from baken.cli.context import State, state_of, summary_line
from baken.cli.exploring import print_campaign


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)
    app.command()(simulate)


def demo(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port of the sample world on 127.0.0.1.")] = 8642,
) -> None:
    """Crawl and analyse the sample world, print the flagged campaigns with their evidence."""
    import time

    from baken.pipeline.demo import prepare, run_demo

    state = state_of(context)
    folder = Path("demo") if state.folder == Path() else state.folder
    started_s = time.monotonic()
    project = prepare(folder)
    with project.run("demo") as run, state.progress() as progress:
        run_demo(project, run, port=port, progress=progress)
    elapsed_s = time.monotonic() - started_s
    typer.echo(summary_line("demo", run.summary, run.issues, elapsed_s))
    _print_flagged(State(folder=folder, bars=state.bars))


def _print_flagged(state: State) -> None:
    project = state.project
    rows = cases.campaigns(project)
    queued = [row for row in rows if row["queue"]]
    typer.echo(f"\n{len(queued)} candidate campaigns wait for review:\n")
    for row in queued:
        print_campaign(project, cases.campaign(project, row["campaign_id"]), posts=12)
        typer.echo("")
    others = len(rows) - len(queued)
    typer.echo(f"Weak or explained: {others} (baken -p {state.folder} campaigns list)")
    root = project.config.root
    typer.echo("\nWritten:")
    for name, what in (
        ("baken.toml", "configuration"),
        ("sources", "source register"),
        ("world", "files of the sample world, with the truth that the pipeline never reads"),
        ("data/tables", "documents, annotations, narratives, edges, campaigns"),
        ("data/index", "search index"),
        ("data/evidence", "pages as they were fetched"),
        ("data/ledger.sqlite", "orders, judgements, audit, runs, quarantine"),
        ("secret", "key of the pseudonyms; keep it apart from the data"),
    ):
        if (root / name).exists():
            typer.echo(f"  {root / name}  ({what})")


def simulate(
    context: typer.Context,
    documents: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many.")],
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 1,
) -> None:
    """Write a larger world of the same kind as files, with its truth."""
    from baken.detection.simulate import simulate as write_world

    with state_of(context).progress() as progress:
        write_world(documents, seed, out, progress=progress)
    typer.echo(f"{documents:,} documents written to {out}")

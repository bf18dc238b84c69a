"""Commands that work on what was collected: analyse, match, detect, publish, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baken.cases import waiting
from baken.cli.context import NEEDS_A_PERSON, printable, state_of, summary_line
from baken.config import FILE_NAME


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (analyse, match, detect, publish, run):
        app.command()(command)


def analyse(context: typer.Context) -> None:
    """Annotate, embed, match and cluster what is new."""
    from baken import pipeline

    state = state_of(context)
    state.execute(
        "analyse", lambda run, progress: pipeline.analyse(state.project, run, progress=progress)
    )


def match(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines or Parquet.")],
    text: Annotated[str, typer.Option(help="Column of the text.")],
    out: Annotated[
        Path, typer.Option(help="Parquet file of left, right, kind, score, spans, method.")
    ],
    language: Annotated[str, typer.Option(help="Column of the language code.")] = "",
    id: Annotated[str, typer.Option(help="Column of the id (default: row number).")] = "",
) -> None:
    """Find all pairs of texts in a table that are copies, rewordings or translations.

    In the folder of a project its embedder and thresholds serve.
    """
    from baken.pipeline.matching import match_file

    state = state_of(context)
    config = state.config.nlp if (state.folder / FILE_NAME).is_file() else None
    with state.progress() as progress:
        found = match_file(
            file,
            out,
            text=text,
            language=language or None,
            id=id or None,
            config=config,
            progress=progress,
        )
    for note in found.notes:
        typer.echo(note, err=True)
    typer.echo(f"{found.pairs:,} pairs among {found.texts:,} texts written to {out}")


def detect(context: typer.Context) -> None:
    """Test coordination and flag candidate campaigns."""
    from baken import pipeline

    state = state_of(context)
    state.execute(
        "detect", lambda run, progress: pipeline.detect(state.project, run, progress=progress)
    )


def publish(context: typer.Context) -> None:
    """Make the results searchable in the configured index."""
    from baken import pipeline

    state = state_of(context)
    state.execute(
        "publish", lambda run, progress: pipeline.publish(state.project, run, progress=progress)
    )


def run(context: typer.Context) -> None:
    """The whole chain: collect, analyse, detect, publish. For cron: one line, one exit code."""
    import time

    from baken import pipeline

    state = state_of(context)
    started_s = time.monotonic()
    with state.project.run("run") as current, state.progress() as progress:
        pipeline.run_all(state.project, current, progress=progress)
    to_review = waiting(state.project)
    current.summary["to_review"] = to_review
    elapsed_s = time.monotonic() - started_s
    typer.echo(printable(summary_line("run", current.summary, current.issues, elapsed_s)))
    if current.issues or to_review:
        raise typer.Exit(NEEDS_A_PERSON)

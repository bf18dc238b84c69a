"""What every command needs: the project, a progress bar, and one way to print."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from baken.config import FILE_NAME, Config, load

if TYPE_CHECKING:
    from baken.protocols import Progress
    from baken.store.project import Project, Run

log = logging.getLogger(__name__)

NEEDS_A_PERSON = 3
# In a log, a line for each stage every so often says that work goes on.
_LOG_EVERY_S = 15.0


@dataclass
class State:
    """The options before the command; `bars` is true where a person watches a terminal."""

    folder: Path
    bars: bool

    @cached_property
    def config(self) -> Config:
        """The configuration of the project."""
        return load(self.folder / FILE_NAME)

    @cached_property
    def project(self) -> Project:
        """The stores of the project."""
        from baken.store.project import Project

        return Project(self.config)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for each stage in a terminal, a plain line now and then in a log."""
        if not self.bars:
            yield _lines()
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description:>20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Bars(*columns, console=Console(stderr=True)) as bars:
            tasks: dict[str, Any] = {}

            def report(stage: str, done: int, total: int | None) -> None:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage, total=total)
                bars.update(tasks[stage], completed=done, total=total)

            yield report

    def execute(self, command: str, work: Callable[[Run, Progress], None]) -> None:
        """Do `work` as one run under the lock, print its summary; exit 3 if it needs a person."""
        started_s = time.monotonic()
        with self.project.run(command) as run, self.progress() as progress:
            work(run, progress)
        elapsed_s = time.monotonic() - started_s
        typer.echo(summary_line(command, run.summary, run.issues, elapsed_s))
        if run.issues:
            raise typer.Exit(NEEDS_A_PERSON)


def state_of(context: typer.Context) -> State:
    """The options before the command."""
    state = context.obj
    assert isinstance(state, State)
    return state


def summary_line(command: str, summary: Mapping[str, object], issues: int, elapsed_s: float) -> str:
    """One line that says what a run did, and where to look for the records it set aside."""
    figures = [f"{name}={value}" for name, value in summary.items() if not name.endswith("_s")]
    line = " ".join([f"baken {command}:", *figures, f"issues={issues}", f"seconds={elapsed_s:.0f}"])
    if summary.get("quarantined"):
        line += "; quarantined records were left out: `baken quarantine` says which and why"
    return line


def _lines() -> Progress:
    last_s: dict[str, float] = {}

    def report(stage: str, done: int, total: int | None) -> None:
        now_s = time.monotonic()
        if now_s - last_s.setdefault(stage, now_s) >= _LOG_EVERY_S:
            last_s[stage] = now_s
            log.info("%s: %s of %s", stage, f"{done:,}", "?" if total is None else f"{total:,}")

    return report


def printable(text: object, *, width: int | None = None) -> str:
    """`text` on one line without control characters: a hostile text cannot drive the terminal."""
    shown = "".join(c if c.isprintable() else " " for c in str("" if text is None else text))
    shown = " ".join(shown.split())
    return shown if width is None or len(shown) <= width else f"{shown[: width - 1]}…"


def print_json(value: object) -> None:
    """Print `value` as JSON with times in ISO 8601."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their headings; cells are made harmless."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)

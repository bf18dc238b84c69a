"""The `baken` command: the groups of commands in one application, and errors as one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import baken
from baken import log
from baken.cli import analysing, collecting, demo, evaluating, exploring, keeping, setting_up
from baken.cli.context import State
from baken.errors import BakenError

app = typer.Typer(
    name="baken",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="See foreign information operations while they run, with the evidence beside each flag.",
)


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    project: Annotated[
        Path, typer.Option("--project", "-p", help="Folder of the project (with baken.toml).")
    ] = Path(),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log as JSON lines.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Options that stand before every command."""
    if version:
        typer.echo(f"baken {baken.__version__}")
        raise typer.Exit
    log.configure(verbose=verbose, as_json=log_json)
    context.obj = State(folder=project, bars=sys.stderr.isatty() and not log_json)


for module in (setting_up, demo, collecting, analysing, exploring, evaluating, keeping):
    module.register(app)


def main() -> None:
    """Run the command line; an error of ours is one line, anything else keeps its traceback."""
    try:
        app()
    except BakenError as error:
        sys.stderr.write(f"baken: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough; closing quietly is what it expects.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("baken: interrupted; the next run carries on\n")
        sys.exit(130)

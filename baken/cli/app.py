"""The `baken` command: the groups of commands in one application, and errors as one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import baken
from baken import log
from baken.cli import analysing, collecting, demo, evaluating, exploring, keeping, setting_up
from baken.cli.context import State, printable
from baken.errors import BakenError, UsageError

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


# Typer keeps the classes of its own errors to itself; this is the one of every wrong call.
_WrongCall: type[Exception] = typer.BadParameter.__mro__[1]
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; an error of ours is one line, anything else keeps its traceback."""
    try:
        code = app(standalone_mode=False)
        if code == _INTERRUPTED:
            sys.stderr.write("baken: interrupted; the next run carries on\n")
        sys.exit(code)
    except _WrongCall as error:
        sys.stderr.write(_wrong_call(error))
        sys.exit(UsageError.exit_code)
    except typer.Abort:
        sys.stderr.write("baken: stopped, and nothing was recorded\n")
        sys.exit(1)
    except BakenError as error:
        sys.stderr.write(f"baken: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough; closing quietly is what it expects.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _wrong_call(error: Any) -> str:
    """One line that says what is wrong with a call and where to look; the help where none is."""
    message = error.format_message().strip()
    command = error.ctx.command_path if error.ctx else "baken"
    if not message:
        return ""
    if "\n" in message:
        return f"{message}\n"
    told = printable(message).replace("Value error, ", "").removesuffix(".")
    end = "" if told.endswith("?") else ";"
    return f"baken: {told[0].lower()}{told[1:]}{end} `{command} --help` shows what it takes\n"

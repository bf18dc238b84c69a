"""Commands that measure how good the results are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baken.cli.context import print_json, print_table, state_of
from baken.cli.exploring import Json

evaluate_app = typer.Typer(no_args_is_help=True, help="Measure the results against a truth.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command("demo")
def evaluate_demo(context: typer.Context, json: Json = False) -> None:
    """Compare the flagged campaigns with what was planted in the sample world."""
    from baken.pipeline.evaluating import demo_score

    score = demo_score(state_of(context).project)
    if json:
        print_json(score)
        return
    print_table(
        ("figure", "value"),
        [(name, f"{score[name]:.2f}") for name in ("precision", "recall")],
    )
    print_table(("benign class", "flags"), sorted(score["flags_per_benign_class"].items()))


@evaluate_app.command("coordination")
def evaluate_coordination(
    context: typer.Context,
    truth: Annotated[Path, typer.Option(help="CSV with the columns account and group.")],
    json: Json = False,
) -> None:
    """Compare the edges with a truth of accounts and groups."""
    from baken.pipeline.evaluating import coordination_score

    score = coordination_score(state_of(context).project, truth)
    if json:
        print_json(score)
        return
    for level in ("accounts", "pairs"):
        figures = score[level]
        at_depth = figures.get("precision_at", {})
        rows = [(name, value) for name, value in figures.items() if name != "precision_at"]
        rows += [(f"precision at {depth}", at["value"]) for depth, at in at_depth.items()]
        print_table((level, "value"), [(name, _shown(value)) for name, value in rows])


def _shown(value: float | list[float] | None) -> str:
    """A count, a share, or the ends of an interval."""
    if isinstance(value, list):
        return " to ".join(_shown(end) for end in value)
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)

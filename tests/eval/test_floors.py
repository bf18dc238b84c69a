"""The figures of the small evaluation sets do not fall below their floors."""

from __future__ import annotations

import runpy
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

EVAL = Path(__file__).resolve().parents[2] / "eval"
FLOORS: dict[str, dict[str, float]] = tomllib.loads(
    (EVAL / "floors.toml").read_text(encoding="utf-8")
)


def evaluation(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EVAL / f"{name}.py"))


def hold(rows: Iterable[dict[str, Any]], expected: int) -> None:
    """Every row with a floor keeps it, and `expected` of them have one."""
    checked = 0
    for row in rows:
        floor = FLOORS.get(row["name"])
        if floor is None:
            continue
        checked += 1
        assert floor.get("min", float("-inf")) <= row["value"], row
        assert row["value"] <= floor.get("max", float("inf")), row
    assert checked == expected


def test_a_floor_that_is_not_kept_fails() -> None:
    name = next(name for name, floor in FLOORS.items() if "min" in floor)
    with pytest.raises(AssertionError):
        hold([{"name": name, "value": 0.0}], 1)
    with pytest.raises(AssertionError):
        hold([], 1)


def test_the_lens_on_our_own_sentences(tmp_path: Path) -> None:
    hold(evaluation("lens")["run"](tmp_path), 3)


def test_altered_claims_are_not_the_same(tmp_path: Path) -> None:
    hold(evaluation("claims")["run"](tmp_path), 4)


def test_coordination_in_small_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EVAL))
    hold(evaluation("coordination")["small"](), 21)


@pytest.mark.shared_data
def test_languages_are_told_apart(shared_data: Path) -> None:
    hold(evaluation("language")["run"](shared_data), 1)


@pytest.mark.shared_data
def test_narratives_hold_together(shared_data: Path) -> None:
    hold(evaluation("narratives")["run"](shared_data), 4)


@pytest.mark.shared_data
def test_versions_of_a_text_are_matched(shared_data: Path) -> None:
    hold(evaluation("matches")["run"](shared_data), 3)

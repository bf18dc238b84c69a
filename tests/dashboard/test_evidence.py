from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from baken.dashboard.evidence import (
    lag,
    number,
    ordered_verdicts,
    pairs,
    shared_objects,
    span,
    visible_edges,
)
from baken.dashboard.privacy import cast

AT = datetime(2025, 3, 1, tzinfo=UTC)


def _text(account: str, minutes: int | None) -> dict[str, Any]:
    at = None if minutes is None else AT + timedelta(minutes=minutes)
    return {"account_id": account, "published_at": at, "text": ""}


def test_posts_stand_on_the_side_of_their_account() -> None:
    edge = {"left": "a", "right": "b", "documents": [["1", "2"], ["2", "1"], ["1", "gone"]]}
    found = pairs(edge, {"1": _text("a", 0), "2": _text("b", 5)})
    assert [(pair.left["account_id"], pair.right["account_id"]) for pair in found] == [
        ("a", "b"),
        ("a", "b"),
    ]
    assert {lag(pair) for pair in found} == {"the right post came 5 min later"}


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (0, None, "time unknown"),
        (0, 0, "the right post came at the same moment"),
        (90, 0, "the right post came 1.5 h earlier"),
    ],
)
def test_the_time_between_two_posts(left: int, right: int | None, said: str) -> None:
    edge = {"left": "a", "right": "b", "documents": [["1", "2"]]}
    assert lag(pairs(edge, {"1": _text("a", left), "2": _text("b", right)})[0]) == said


def test_edges_of_a_small_group_are_withheld() -> None:
    edges = [
        {"left": "person:1", "right": "person:2"},
        {"left": "person:1", "right": "web:a.example"},
        {"left": "web:a.example", "right": "web:b.example"},
    ]
    members = ["person:1", "person:2", "web:a.example", "web:b.example"]
    assert visible_edges(edges, cast(members, min_group=5)) == edges[2:]
    assert visible_edges(edges, cast(members, min_group=2)) == edges


def test_explanations_that_hold_come_first() -> None:
    benign = [
        {"class": name, "verdict": verdict}
        for name, verdict in (("a", "ruled-out"), ("b", "unknown"), ("c", "ruled-in"))
    ]
    assert [row["class"] for row in ordered_verdicts(benign)] == ["c", "b", "a"]


def test_figures_are_short() -> None:
    assert number(None) == "unknown"
    assert number(1.23456e-12, digits=2) == "1.2e-12"
    assert (span(45), span(600), span(-3600), span(172_800)) == ("45 s", "10 min", "1 h", "2 d")


def test_texts_are_read_and_marks_are_named() -> None:
    assert shared_objects({"objects": ["text-1", "analytics=G-1"]}) == ["analytics=G-1"]
    assert shared_objects({"objects": None}) == []

"""The evidence of one candidate in the form in which it may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from baken.dashboard.desk import say
from baken.dashboard.privacy import Cast

VERDICTS = ("ruled-in", "unknown", "ruled-out")
_TEXT_IDS = ("text-", "txt-", "doc-")
JUDGEMENTS = (
    ("coordinated", "coordinated"),
    ("inauthentic", "inauthentic"),
    ("state_link", "state-link"),
    ("reach", "reach"),
)
"""The field of a campaign and the signal of its findings, for each of the four judgements."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two posts that are evidence of one edge, the earlier first unless it is unknown."""

    left: Mapping[str, Any]
    right: Mapping[str, Any]
    apart: timedelta | None


def visible_edges(edges: Iterable[Mapping[str, Any]], shown: Cast) -> list[Mapping[str, Any]]:
    """The edges between accounts that may be listed."""
    return [
        edge for edge in edges if not shown.hidden(edge["left"]) and not shown.hidden(edge["right"])
    ]


def pairs(edge: Mapping[str, Any], texts: Mapping[str, Mapping[str, Any]]) -> list[Pair]:
    """The posts behind an edge, each pair with the post of the edge's left account first.

    Pairs of which a post was deleted are left out.
    """
    found = []
    for one, other in edge["documents"]:
        left, right = texts.get(one), texts.get(other)
        if left is None or right is None:
            continue
        if left["account_id"] == edge["right"] and right["account_id"] == edge["left"]:
            left, right = right, left
        found.append(Pair(left, right, _apart(left["published_at"], right["published_at"])))
    return found


def shared_objects(edge: Mapping[str, Any], *, limit: int = 8) -> list[str]:
    """What two accounts have in common, where it has a name: links, tags, technical marks."""
    named = (str(name) for name in edge.get("objects") or [])
    return [name for name in named if not name.startswith(_TEXT_IDS)][:limit]


def _apart(left: datetime | None, right: datetime | None) -> timedelta | None:
    return None if left is None or right is None else right - left


def span(seconds: float) -> str:
    """A length of time in the unit a person would use."""
    size = abs(seconds)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if size >= length:
            return f"{size / length:.3g} {unit}"
    return f"{size:.0f} s"


def lag(pair: Pair) -> str:
    """How long after the left post the right one came."""
    if pair.apart is None:
        return say("time unknown")
    seconds = pair.apart.total_seconds()
    if seconds == 0:
        return say("the right post came at the same moment")
    order = say("later") if seconds > 0 else say("earlier")
    return f"{say('the right post came')} {span(seconds)} {order}"


def number(value: float | None, *, digits: int = 3) -> str:
    """A figure with few digits; small probabilities as a power of ten."""
    return "unknown" if value is None else f"{value:.{digits}g}"


def ordered_verdicts(benign: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The innocent explanations, those that hold first and those ruled out last."""
    rank = {verdict: at for at, verdict in enumerate(VERDICTS)}
    return sorted(benign, key=lambda row: (rank.get(row["verdict"], 1), row["class"]))


def ruled_in(benign: Sequence[Mapping[str, Any]]) -> list[str]:
    """The classes of innocent explanations that hold."""
    return sorted(row["class"] for row in benign if row["verdict"] == "ruled-in")

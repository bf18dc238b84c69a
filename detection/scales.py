"""The ways in which one pair of accounts is looked at: windows, grids, rarity, null model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from baken.config import DetectConfig
from baken.detection import pairs
from baken.detection.events import Events
from baken.model import TraceKind

Ints = npt.NDArray[np.int64]

# A shared mark of a site does not depend on when somebody looked.
TIMELESS = frozenset({TraceKind.HANDLE.value, TraceKind.INFRASTRUCTURE.value})
# The object of a rhythm is a minute already: wider slots would only cut the same columns again.
MINUTE_S = 60
# Independent authors do not coincide in these: the second null (`null_background`) applies.
AUTHORED = frozenset({TraceKind.TEXT.value, TraceKind.SIMILAR_TEXT.value})
# Meetings over rare objects say more than those over popular ones; they are tested apart as well.
# The number is of accounts over the whole time; the last holds whatever is left.
RARITIES = (8, 32, 128, 512, np.iinfo(np.int64).max)
# Sets are more easily hidden by columns a little larger than theirs, so they have finer steps.
_SET_RARITIES = (8, 16, 32, 64, 128, 256, 512, np.iinfo(np.int64).max)

Method = Literal["bicm", "background", "company"]


@dataclass(frozen=True, slots=True, order=True)
class Scale:
    """Slots of `window_s` seconds cut at `shift_s`, over objects of at most `rarity` accounts."""

    window_s: int
    shift_s: int
    rarity: int
    method: Method


def grids(kind: str, config: DetectConfig) -> list[tuple[int, int]]:
    """Window and shift of every grid; two for each window, so that no border hides a meeting.

    Two posts less than half a window apart share a slot of at least one of the two grids.
    """
    if kind in TIMELESS:
        return [(0, 0)]
    if kind == TraceKind.RHYTHM:
        return [(MINUTE_S, 0)]
    return [(window, shift) for window in config.windows_s for shift in (0, window // 2)]


def scales(kind: str, config: DetectConfig) -> list[Scale]:
    """Every scale at which a pair of this trace kind is tested."""
    methods: list[Method] = ["bicm", "company"]
    if kind in AUTHORED:
        methods.append("background")
    return [
        Scale(window, shift, rarity, method)
        for window, shift in grids(kind, config)
        for method in methods
        for rarity in _rarities(method)
    ]


def _rarities(method: Method) -> tuple[int, ...]:
    return {"bicm": RARITIES, "company": _SET_RARITIES, "background": RARITIES[-1:]}[method]


def corrections(every: list[Scale]) -> dict[Method, int]:
    """By what the p values of each method are multiplied, for having looked so often.

    Bonferroni with equal weight for each null model, and within one for each of its scales. The
    weights of sets (`baken.detection.company`) add up to less than a thousandth: they take no
    share from the pairs.
    """
    methods = {scale.method for scale in every}
    models = len(methods - {"company"})
    return {
        method: (1 if method == "company" else models)
        * sum(scale.method == method for scale in every)
        for method in sorted(methods)
    }


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of one grid, with the object of each and how many accounts touch that object."""

    columns: pairs.Columns
    rows: Ints
    object: Ints
    popularity: Ints


def grid_of(events: Events, window_s: int, shift_s: int) -> Grid:
    """The columns of `events`; `rows` leads from their incidences back to events."""
    rows = events.exact_to(window_s)
    columns = pairs.columns(
        events.account[rows],
        events.object[rows],
        events.at_s[rows],
        slot_s=window_s,
        shift_s=shift_s,
        accounts=events.accounts,
    )
    obj = np.zeros(len(columns.degree), dtype=np.int64)
    obj[columns.column] = events.object[rows[columns.first]]
    return Grid(columns, rows, obj, events.popularity[obj])

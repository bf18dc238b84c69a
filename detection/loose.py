"""Ties that make no group: too loose for the queue, and yet no chance, so that they are listed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection.assess import components
from baken.detection.families import family_of
from baken.detection.groups import CORE, Ints, adjacency_of, core_numbers, weakness

PAIR = "a pair"
STAR = "held together by one account"
CHAIN = "a chain of pairs"
SCATTERED = "its parts are too small or too uneven for a group"


@dataclass(frozen=True, slots=True)
class Loose:
    """Accounts that tested edges tie together and that no group holds; `why` they make none."""

    members: frozenset[str]
    why: str


def loose_sets(edges: pa.Table, held: frozenset[str], config: DetectConfig) -> list[Loose]:
    """The connected sets among the accounts that no candidate holds (`held`), in a fixed order.

    Only edges that were tested tie: a classic method has no limit below which a tie is chance.
    An account that is tied to held ones alone is in no set.
    """
    known = pa.array(sorted(held), type=pa.string())
    free = [pc.invert(pc.is_in(edges.column(end), value_set=known)) for end in ("left", "right")]
    edges = edges.filter(pc.and_(pc.and_(*free), pc.is_valid(edges.column("q_value"))))
    left, right = edges.column("left").to_pylist(), edges.column("right").to_pylist()
    ties = sorted(set(zip(left, right, strict=True)))
    parts = components(edges)
    place = {name: at for at, members in enumerate(parts) for name in members}
    inner: list[list[tuple[str, str]]] = [[] for _ in parts]
    for tie in ties:
        inner[place[tie[0]]].append(tie)
    return [
        Loose(part, why_no_group(inside, config)) for part, inside in zip(parts, inner, strict=True)
    ]


def worth_listing(members: frozenset[str], edges: pa.Table, config: DetectConfig) -> bool:
    """Whether a loose set is shown: as large as a group, or a pair in step in two families.

    A pair in one family is left out, because real windows are full of them: two friends, one
    person with two accounts, one feed in two places.
    """
    if len(members) < config.min_actors:
        return len({family_of(kind) for kind in edges.column("trace_kind").to_pylist()}) >= 2
    return len(pc.list_flatten(edges.column("objects")).unique()) >= config.min_objects


def why_no_group(ties: list[tuple[str, str]], config: DetectConfig) -> str:
    """What a connected set of `ties` lacks of a group, in plain words."""
    names = sorted({name for tie in ties for name in tie})
    if len(names) == 2:
        return PAIR
    if set.intersection(*(set(tie) for tie in ties)):
        return STAR
    at = {name: place for place, name in enumerate(names)}
    ends: Ints = np.array([(at[left], at[right]) for left, right in ties], dtype=np.int64)
    adjacency = adjacency_of(ends[:, 0], ends[:, 1], len(names))
    bound = core_numbers(adjacency) >= CORE
    if not bound.any():
        return CHAIN
    return weakness(adjacency[bound][:, bound], config) or SCATTERED

"""One candidate for one set of actors, and the same id for it in every run.

Members decide: a candidate keeps the id of the earlier campaign that it overlaps most; what it
split from or swallowed stands in its parents.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa

from baken.ids import stable_id


@dataclass(frozen=True, slots=True)
class Identity:
    """The id of a candidate and the earlier campaigns that it came from, itself excluded."""

    campaign_id: str
    parents: tuple[str, ...]


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of the smaller set that lies in the other, 0 to 1."""
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def merged_groups(groups: pa.Table, *, least: float) -> list[frozenset[str]]:
    """The member sets of `groups`, those that overlap by at least `least` put together.

    Groups of different trace kinds with mostly the same members are one candidate.
    """
    sets = sorted(
        {frozenset(members or ()) for members in groups.column("members").to_pylist()},
        key=lambda members: (-len(members), sorted(members)),
    )
    root = list(range(len(sets)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for left, right in _meeting(sets):
        if overlap(sets[left], sets[right]) >= least:
            first, second = sorted((find(left), find(right)))
            root[second] = first
    together: dict[int, frozenset[str]] = defaultdict(frozenset)
    for at, members in enumerate(sets):
        together[find(at)] |= members
    return sorted((members for members in together.values() if members), key=sorted)


def identify(
    candidates: list[frozenset[str]], previous: pa.Table | None, *, least: float
) -> list[Identity]:
    """An id for each candidate: that of the earlier campaign it continues, or a new one.

    Each earlier id goes to one candidate at most, the one with the most members in common; the
    others that overlap it by at least `least` name it as their parent, and so does a candidate
    that continues another.
    """
    earlier = _earlier(previous)
    links = [
        (at, campaign_id)
        for at, campaign_id in _touching(candidates, earlier)
        if overlap(candidates[at], earlier[campaign_id][0]) >= least
    ]
    links.sort(
        key=lambda link: (
            -len(candidates[link[0]] & earlier[link[1]][0]),
            link[1],
            sorted(candidates[link[0]]),
        )
    )
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for at, campaign_id in links:
        if at not in kept and campaign_id not in taken:
            kept[at] = campaign_id
            taken.add(campaign_id)
    result = []
    for at, members in enumerate(candidates):
        own = kept.get(at) or _new_id(members, taken | set(earlier))
        taken.add(own)
        parents = {campaign_id for place, campaign_id in links if place == at}
        for campaign_id in (own,) if own in earlier else ():
            parents |= earlier[campaign_id][1]
        result.append(Identity(own, tuple(sorted(parents - {own}))))
    return result


def _new_id(members: frozenset[str], used: set[str]) -> str:
    founding = sorted(members)
    campaign_id = stable_id("cam", *founding)
    generation = 2
    while campaign_id in used:
        campaign_id = stable_id("cam", *founding, str(generation))
        generation += 1
    return campaign_id


def _earlier(previous: pa.Table | None) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    if previous is None:
        return {}
    rows = previous.select(["campaign_id", "members", "parents"]).to_pylist()
    return {
        row["campaign_id"]: (frozenset(row["members"] or ()), frozenset(row["parents"] or ()))
        for row in rows
    }


def _meeting(sets: list[frozenset[str]]) -> list[tuple[int, int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for at, members in enumerate(sets):
        for member in members:
            holders[member].append(at)
    return sorted(
        {
            (left, right)
            for places in holders.values()
            for left in places
            for right in places
            if left < right
        }
    )


def _touching(
    candidates: list[frozenset[str]],
    earlier: dict[str, tuple[frozenset[str], frozenset[str]]],
) -> list[tuple[int, str]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for at, members in enumerate(candidates):
        for member in members:
            holders[member].append(at)
    return sorted(
        {
            (at, campaign_id)
            for campaign_id, (members, _) in earlier.items()
            for member in members
            for at in holders.get(member, ())
        }
    )

"""What happened to each narrative between two runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from baken.model import LineageEvent

# A change of fewer texts than a fifth is the ordinary coming and going.
_MIN_CHANGE = 0.2


def events(
    *,
    before: Mapping[str, int],
    after: Mapping[str, int],
    asleep_before: Mapping[str, bool],
    asleep_after: Mapping[str, bool],
    came_from: Mapping[str, str],
    went_into: Mapping[str, str],
    at: datetime,
) -> list[dict[str, object]]:
    """The rows of `LINEAGE` between two states (narrative to distinct texts).

    `came_from` maps a new narrative to the one it split from; `went_into` one that ended to the
    one that took it in. Both sides of a split and of a merger are told.
    """
    told = [
        *_sizes(before, after, came_from, went_into),
        *_both_sides(after, came_from, went_into),
        *_rests(asleep_before, asleep_after),
    ]
    rows: list[dict[str, object]] = [
        {
            "narrative_id": narrative,
            "event": event.value,
            "at": at,
            "others": list(others),
            "detail": detail,
        }
        for narrative, event, detail, *others in told
    ]
    return sorted(rows, key=lambda row: (str(row["narrative_id"]), str(row["event"])))


_Told = tuple[str, LineageEvent, str, *tuple[str, ...]]


def _sizes(
    before: Mapping[str, int],
    after: Mapping[str, int],
    came_from: Mapping[str, str],
    went_into: Mapping[str, str],
) -> Iterator[_Told]:
    for narrative, texts in after.items():
        earlier = before.get(narrative)
        if earlier is None:
            if narrative not in came_from:
                yield narrative, LineageEvent.EMERGE, f"{texts} texts"
        elif texts >= earlier * (1 + _MIN_CHANGE):
            yield narrative, LineageEvent.GROW, f"{earlier} to {texts} texts"
        elif texts <= earlier * (1 - _MIN_CHANGE):
            yield narrative, LineageEvent.SHRINK, f"{earlier} to {texts} texts"
    for narrative in before.keys() - after.keys() - went_into.keys():
        yield narrative, LineageEvent.SHRINK, f"{before[narrative]} to 0 texts"


def _both_sides(
    after: Mapping[str, int], came_from: Mapping[str, str], went_into: Mapping[str, str]
) -> Iterator[_Told]:
    parts: dict[str, list[str]] = defaultdict(list)
    for part, whole in came_from.items():
        if part in after:
            yield part, LineageEvent.SPLIT, f"{after[part]} texts, out of another", whole
            parts[whole].append(part)
    for whole, found in parts.items():
        yield whole, LineageEvent.SPLIT, "parted", *sorted(found)
    taken: dict[str, list[str]] = defaultdict(list)
    for ended in went_into:
        heir = ended
        while heir in went_into:
            heir = went_into[heir]
        yield ended, LineageEvent.MERGE, "went into another", heir
        taken[heir].append(ended)
    for heir, found in taken.items():
        yield heir, LineageEvent.MERGE, "took in", *sorted(found)


def _rests(before: Mapping[str, bool], after: Mapping[str, bool]) -> Iterator[_Told]:
    for narrative in before.keys() & after.keys():
        if before[narrative] != after[narrative]:
            yield narrative, LineageEvent.SLEEP if after[narrative] else LineageEvent.WAKE, ""

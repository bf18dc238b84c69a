"""What happened to each narrative between two runs."""

from __future__ import annotations

from collections.abc import Mapping
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
    one that took it in.
    """
    rows: list[dict[str, object]] = []

    def add(narrative: str, event: LineageEvent, detail: str, *others: str) -> None:
        rows.append(
            {
                "narrative_id": narrative,
                "event": event.value,
                "at": at,
                "others": list(others),
                "detail": detail,
            }
        )

    for narrative in sorted(after):
        texts, earlier = after[narrative], before.get(narrative)
        if earlier is None:
            if narrative in came_from:
                add(narrative, LineageEvent.SPLIT, f"{texts} texts", came_from[narrative])
            else:
                add(narrative, LineageEvent.EMERGE, f"{texts} texts")
        elif texts >= earlier * (1 + _MIN_CHANGE):
            add(narrative, LineageEvent.GROW, f"{earlier} to {texts} texts")
        elif texts <= earlier * (1 - _MIN_CHANGE):
            add(narrative, LineageEvent.SHRINK, f"{earlier} to {texts} texts")
        if earlier is not None and asleep_before.get(narrative) != asleep_after.get(narrative):
            asleep = asleep_after.get(narrative)
            add(narrative, LineageEvent.SLEEP if asleep else LineageEvent.WAKE, "")
    for narrative in sorted(set(before) - set(after)):
        if narrative in went_into:
            add(narrative, LineageEvent.MERGE, "", went_into[narrative])
        else:
            add(narrative, LineageEvent.SHRINK, f"{before[narrative]} to 0 texts")
    return rows

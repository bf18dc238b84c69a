"""How far a story came, on the first rungs of the breakout scale.

Source: B. Nimmo, "The Breakout Scale: measuring the impact of influence operations", 2020. The
scale has six categories; a program sees platforms, language communities and pick-up by outlets.
Whether a celebrity spoke (5) or a government acted (6) is for a person to say.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from baken.detection.case import Examined
from baken.detection.judgement import Rung, recorded
from baken.model import AccountKind, Role, SourceKind


class Reach(StrEnum):
    """A category of the breakout scale, as far as it can be observed."""

    ONE = "category 1: one platform, one community"
    TWO = "category 2: one platform or one community, several of the other"
    THREE = "category 3: several platforms and communities"
    FOUR = "category 4: taken up by outlets outside the group"


# One outlet that takes a story up may be a member not yet found.
MIN_OUTLETS = 2


def reach(case: Examined, narrative_ids: list[str]) -> Rung:
    """The highest category that the documents show, and what showed it.

    Platforms are told by the account id before its colon, communities by language. An outlet takes
    the story up when it is no member, is not recorded with a state, and promotes or reports the
    narrative after the first member did.
    """
    platforms = {account.partition(":")[0] for account in case.column("account_id")}
    languages = {name for name in case.column("language") if name and name != "und"}
    pickup = _pickup(case, narrative_ids)
    seen = (
        f"{len(platforms)} platforms ({', '.join(sorted(platforms))}), "
        f"{len(languages)} languages ({', '.join(sorted(languages))})"
    )
    if len(pickup) >= MIN_OUTLETS:
        return Rung(Reach.FOUR, f"{seen}; {len(pickup)} outlets outside", tuple(sorted(pickup)))
    several = (len(platforms) > 1) + (len(languages) > 1)
    return Rung((Reach.ONE, Reach.TWO, Reach.THREE)[several], seen)


def _pickup(case: Examined, narrative_ids: list[str]) -> set[str]:
    known = case.seconds[np.isfinite(case.seconds)]
    if not len(known):
        return set()
    found = case.outside.rows("narrative_id", narrative_ids)
    rows = np.unique(np.concatenate([*found.values(), np.array([], dtype=np.int64)]))
    later = rows[case.outside.seconds[rows] > known.min()]
    table = case.outside.table.select(["account_id", "account_kind", "source_id", "role"])
    outlets = set()
    for row in table.take(later).to_pylist():
        source = case.sources.get(row["source_id"] or "", {})
        if (
            row["account_id"] not in case.member_set
            and row["account_kind"] == AccountKind.OUTLET
            and row["role"] in {Role.PROMOTES, Role.REPORTS}
            and source.get("kind") in {SourceKind.OUTLET, SourceKind.AGENCY}
            and not recorded(source.get("tier"))
        ):
            outlets.add(row["account_id"])
    return outlets

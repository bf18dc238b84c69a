"""Outlets that show openly that they belong together: they promote the same channels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pyarrow as pa

from baken.detection.case import Examined

# A channel named three times is promoted; once or twice it may be quoted.
MIN_TIMES = 3
# An address in a fifth of an outlet's posts stands in their footer: it is the outlet's own.
FOOTER_SHARE = 0.2
# Two outlets of one house promote several channels of it; one alone may be an advertiser.
MIN_COMMON = 2

_PROFILE = re.compile(
    r"https?://(?:www\.)?(t\.me|telegram\.me|vk\.com|ok\.ru|youtube\.com|instagram\.com"
    r"|facebook\.com|twitter\.com|x\.com)/(\+?@?[\w.-]{2,64})(?![\w/])"
)


def open_families(case: Examined, ties: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The `ties` between outlets that promote at least two of the same channels, or one the other.

    Persons are left out: many persons who promote one channel in step are no declared house.
    """
    promoted = _promoted(case)
    return frozenset(
        tie
        for tie in ties
        if tie[0] in promoted
        and tie[1] in promoted
        and _belong_together(promoted[tie[0]], promoted[tie[1]])
    )


def _belong_together(left: Mapping[str, float], right: Mapping[str, float]) -> bool:
    common = left.keys() & right.keys()
    footers = [name for name in common if max(left[name], right[name]) >= FOOTER_SHARE]
    return bool(footers) or len(common) >= MIN_COMMON


def _promoted(case: Examined) -> dict[str, dict[str, float]]:
    """For each outlet among the members the profiles that it promotes, with the share of posts."""
    column = case.outside.table.column("links")
    found = {}
    for name, rows in sorted(case.outside.rows("account_id", list(case.members)).items()):
        if not case.outside.outlets[rows].all():
            continue
        own = column.take(pa.array(rows))
        counts: Counter[str] = Counter()
        for links in own.to_pylist():
            counts.update({profile for link in links or () if (profile := _profile(link))})
        found[name] = {
            profile: count / len(rows) for profile, count in counts.items() if count >= MIN_TIMES
        }
    return found


def _profile(link: str) -> str | None:
    match = _PROFILE.match(link[:300])
    if match is None:
        return None
    return f"{match[1]}/{match[2].casefold()}".rstrip(".")

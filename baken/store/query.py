"""A search as both indexes understand it: words, vector, conditions and how many answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from baken.errors import UsageError
from baken.store.words import QueryWords, query_words

# Accounts are not here on purpose: nobody is searched for by name.
FILTERS = {
    "language": "language",
    "source_id": "source_id",
    "narrative_id": "narrative_id",
    "campaign_id": "campaign_ids",
    "hashtag": "hashtags",
    "role": "role",
}
"""Filter name to the column that it compares; `since` and `until` bound `published_at`."""
LIST_COLUMNS = ("campaign_ids", "hashtags")
MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What every answer must fulfil: one of the values of each column, since <= time < until."""

    values: Mapping[str, tuple[str, ...]]
    since: datetime | None
    until: datetime | None

    def __bool__(self) -> bool:
        return bool(self.values or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Request:
    """A search that was read and checked; `browse` asks for the newest documents."""

    words: QueryWords
    vector: tuple[float, ...] | None
    conditions: Conditions
    limit: int
    browse: bool

    @property
    def depth(self) -> int:
        """How many answers to take from each list before the lists are fused."""
        return self.limit + 100


def request(
    query: str,
    *,
    vector: Sequence[float] | None,
    filters: Mapping[str, str | Sequence[str]] | None,
    limit: int,
) -> Request:
    """Read a search; raises `UsageError` for an unknown filter or a date that is none."""
    if limit < 1:
        raise UsageError("a search needs a limit of at least 1")
    conditions = read_filters(filters or {})
    languages = conditions.values.get("language", ())
    usable = None if vector is None else tuple(float(number) for number in vector)
    if usable is not None and not (any(usable) and all(map(math.isfinite, usable))):
        usable = None
    return Request(
        words=query_words(query, languages[0] if len(languages) == 1 else None),
        vector=usable,
        conditions=conditions,
        limit=min(limit, MAX_LIMIT),
        browse=not query.strip() and usable is None,
    )


def read_filters(filters: Mapping[str, str | Sequence[str]]) -> Conditions:
    """Check the filters and name their columns; several values of one filter are alternatives."""
    values: dict[str, tuple[str, ...]] = {}
    since = until = None
    for name, value in sorted(filters.items()):
        if name == "since":
            since = _moment(name, value)
        elif name == "until":
            until = _moment(name, value, end=True)
        elif name in FILTERS:
            wanted = (value,) if isinstance(value, str) else tuple(value)
            values[FILTERS[name]] = tuple(sorted({storable(one) for one in wanted}))
        else:
            known = ", ".join((*FILTERS, "since", "until"))
            raise UsageError(f"unknown filter {name!r}: one of {known}")
    return Conditions(values, since, until)


def storable(value: str) -> str:
    """`value` without the halves of characters that no store can hold, and so none contains."""
    return value.encode("utf-8", "replace").decode("utf-8")


def facet_column(field: str) -> str:
    """The column behind a filter's name; raises `UsageError` for any other field."""
    if field not in FILTERS:
        raise UsageError(f"no facet {field!r}: one of {', '.join(FILTERS)}")
    return FILTERS[field]


def _moment(name: str, value: str | Sequence[str], *, end: bool = False) -> datetime:
    text = value if isinstance(value, str) else " ".join(value)
    try:
        if len(text) <= len("2024-01-31"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            # A bare date in `until` means that whole day.
            return day + timedelta(days=1) if end else day
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{name}: {text[:40]!r} is no date like 2024-01-31") from error

"""Publication times as files and pages state them: instants in microseconds, with their precision.

A time without a zone is taken as UTC; the files that leave it out seldom say which one they mean.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from baken.model import TimePrecision

MICROSECONDS = 1_000_000
_DAY_US = 86_400 * MICROSECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A column that never shows a second other than 0 in so many rows is exact to the minute only:
# by chance that happens once in 60**20 files.
_ENOUGH_ROWS = 20

_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])[Mm])?)?\Z"
)
_DAY_ONLY = re.compile(r"\d{4}-?\d{2}-?\d{2}\Z")
_WITH_SECONDS = re.compile(r"[T ]\d{2}:?\d{2}:?\d{2}")
_NUMBER = re.compile(r"-?\d{8,19}(?:\.\d+)?\Z")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"

Instant = tuple[int, TimePrecision]


class BadTime(ValueError):
    """A stated time that cannot be used; the message is the reason for the quarantine."""


class Clock:
    """Reads stated times that lie between the first of `earliest_year` and shortly after `now`."""

    def __init__(self, now: datetime, *, earliest_year: int = 1990, days_ahead: int = 2) -> None:
        self._earliest_us = to_microseconds(datetime(earliest_year, 1, 1, tzinfo=UTC))
        self._latest_us = to_microseconds(now + timedelta(days=days_ahead))
        self._earliest_year = earliest_year

    def read(self, value: Any) -> Instant | None:
        """The instant that `value` states; `None` where it states nothing; raises `BadTime`."""
        if value is None or value == "":
            return None
        stated = _parse(value)
        self.check(stated[0])
        return stated

    def check(self, microseconds: int) -> None:
        """Raise `BadTime` for an instant outside the years that can be right."""
        if microseconds < self._earliest_us:
            raise BadTime(f"the time lies before {self._earliest_year}")
        if microseconds > self._latest_us:
            raise BadTime("the time lies in the future")


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def column_precision(instants: list[int]) -> TimePrecision:
    """The precision that these instants have together: a day, a minute or a second."""
    if len(instants) < _ENOUGH_ROWS:
        return TimePrecision.SECOND
    if all(instant % _DAY_US == 0 for instant in instants):
        return TimePrecision.DAY
    if all(instant % (60 * MICROSECONDS) == 0 for instant in instants):
        return TimePrecision.MINUTE
    return TimePrecision.SECOND


def coarser(left: TimePrecision, right: TimePrecision) -> TimePrecision:
    """The less exact of two precisions."""
    order = list(TimePrecision)
    return max(left, right, key=order.index)


def _parse(value: Any) -> Instant:
    if isinstance(value, bool):
        raise BadTime("the time cannot be read")
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return to_microseconds(moment), TimePrecision.SECOND
    if isinstance(value, int | float):
        return _from_number(value)
    if not isinstance(value, str):
        raise BadTime("the time cannot be read")
    text = value.strip()[:64]
    if _NUMBER.match(text) and not (len(text) == 8 and _DAY_ONLY.match(text)):
        return _from_number(float(text) if "." in text else int(text))
    return _from_text(text)


def _from_number(number: float) -> Instant:
    # Seconds until the year 5138, then milliseconds, microseconds and nanoseconds.
    size = abs(number)
    if not math.isfinite(number):
        raise BadTime("the time cannot be read")
    for limit, scale in ((1e11, MICROSECONDS), (1e14, 1_000), (1e17, 1)):
        if size < limit:
            return round(number * scale), TimePrecision.SECOND
    return int(number) // 1_000, TimePrecision.SECOND


def _from_text(text: str) -> Instant:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _from_other_text(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if _DAY_ONLY.match(text):
        precision = TimePrecision.DAY
    elif _WITH_SECONDS.search(text):
        precision = TimePrecision.SECOND
    else:
        precision = TimePrecision.MINUTE
    return _safe_microseconds(moment), precision


def _from_other_text(text: str) -> Instant:
    match = _AMERICAN.match(text)
    try:
        if match:
            return _american(match)
        moment = _long_form(text)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise BadTime("the time cannot be read") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _safe_microseconds(moment), TimePrecision.SECOND


def _long_form(text: str) -> datetime:
    if text.endswith(" UTC"):
        return datetime.fromisoformat(f"{text.removesuffix(' UTC')}+00:00")
    try:
        return datetime.strptime(text, _TWITTER)
    except ValueError:
        return parsedate_to_datetime(text)


def _american(match: re.Match[str]) -> Instant:
    month, day, year, hour, minute, second, half = match.groups()
    if hour is None:
        moment = datetime(int(year), int(month), int(day), tzinfo=UTC)
        return to_microseconds(moment), TimePrecision.DAY
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half in "pP" else 0)
    moment = datetime(
        int(year), int(month), int(day), hours, int(minute), int(second or 0), tzinfo=UTC
    )
    return to_microseconds(moment), TimePrecision.SECOND if second else TimePrecision.MINUTE


def _safe_microseconds(moment: datetime) -> int:
    try:
        return to_microseconds(moment)
    except OverflowError as error:
        raise BadTime("the time cannot be read") from error

"""Stated times: what they mean, how exact they are, and which are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.collectors.times import BadTime, Clock, column_precision, to_microseconds
from baken.model import TimePrecision

CLOCK = Clock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("stated", "moment", "precision"),
    [
        ("2026-02-03", (2026, 2, 3), "day"),
        ("20260203", (2026, 2, 3), "day"),
        ("2026-02-03 04:05", (2026, 2, 3, 4, 5), "minute"),
        ("2026-02-03T04:05:06Z", (2026, 2, 3, 4, 5, 6), "second"),
        ("2026-02-03T04:05:06.5+02:00", (2026, 2, 3, 2, 5, 6, 500_000), "second"),
        ("2026-02-03T04:05+02:00", (2026, 2, 3, 2, 5), "minute"),
        ("02/03/2026 04:05", (2026, 2, 3, 4, 5), "minute"),
        ("2/3/2026 4:05 PM", (2026, 2, 3, 16, 5), "minute"),
        ("2/3/2026", (2026, 2, 3), "day"),
        ("2026-02-03 04:05:06 UTC", (2026, 2, 3, 4, 5, 6), "second"),
        ("Tue Feb 03 04:05:06 +0000 2026", (2026, 2, 3, 4, 5, 6), "second"),
        ("Tue, 03 Feb 2026 04:05:06 GMT", (2026, 2, 3, 4, 5, 6), "second"),
        (1770091506, (2026, 2, 3, 4, 5, 6), "second"),
        (1770091506.0, (2026, 2, 3, 4, 5, 6), "second"),
        ("1770091506000", (2026, 2, 3, 4, 5, 6), "second"),
        (1770091506000000, (2026, 2, 3, 4, 5, 6), "second"),
    ],
)
def test_forms(stated: Any, moment: tuple[int, ...], precision: str) -> None:
    expected = to_microseconds(datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type, misc]
    assert CLOCK.read(stated) == (expected, precision)


@pytest.mark.parametrize(
    "stated",
    [
        "0000-01-01",
        "9999-12-31",
        "13/40/2026",
        "2026-02-30",
        "24:00",
        "gisteren",
        "1e9",
        "nan",
        "-1",
        "2026-02-03T25:00:00",
        "9" * 19,
        float("nan"),
        float("inf"),
        True,
        [],
        -(10**18),
        10**30,
    ],
)
def test_what_cannot_be_used(stated: Any) -> None:
    with pytest.raises(BadTime):
        CLOCK.read(stated)


def test_nothing_stated() -> None:
    assert CLOCK.read(None) is None
    assert CLOCK.read("") is None


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans()))
def test_whatever_comes_gives_an_instant_or_a_reason(stated: Any) -> None:
    try:
        found = CLOCK.read(stated)
    except BadTime:
        return
    assert found is None or found[0] >= to_microseconds(datetime(1990, 1, 1, tzinfo=UTC))


def test_precision_of_a_column() -> None:
    minute = 60_000_000
    assert column_precision([n * minute for n in range(1, 40)]) is TimePrecision.MINUTE
    assert column_precision([n * 1_440 * minute for n in range(40)]) is TimePrecision.DAY
    assert column_precision([n * minute + 1_000_000 for n in range(40)]) is TimePrecision.SECOND
    assert column_precision([minute]) is TimePrecision.SECOND

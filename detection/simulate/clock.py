"""When people and newsrooms publish: at hours of the day, never evenly."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

# Shares of a day's items by hour (UTC): newsrooms peak in the morning, people in the evening.
_NEWSROOM = (1, 0, 0, 0, 1, 4, 9, 10, 9, 8, 8, 7, 7, 7, 7, 8, 8, 6, 4, 3, 3, 2, 1, 1)
_PEOPLE = (2, 1, 0, 0, 1, 3, 6, 7, 6, 5, 5, 6, 7, 6, 5, 6, 7, 8, 10, 11, 11, 9, 6, 3)


def newsroom_time(begin: datetime, days: int, rng: random.Random) -> datetime:
    """A moment within `days` after `begin` at which an outlet publishes."""
    return _moment(begin, days, _NEWSROOM, rng)


def waking_time(begin: datetime, days: int, rng: random.Random) -> datetime:
    """A moment within `days` after `begin` at which a person posts."""
    return _moment(begin, days, _PEOPLE, rng)


def after(moment: datetime, rng: random.Random, *, least_s: int, most_s: int) -> datetime:
    """A moment from `least_s` to `most_s` seconds later."""
    return moment + timedelta(seconds=rng.randint(least_s, most_s))


def _moment(begin: datetime, days: int, shares: tuple[int, ...], rng: random.Random) -> datetime:
    hour = rng.choices(range(24), shares)[0]
    return begin + timedelta(
        days=rng.randrange(days), hours=hour, minutes=rng.randrange(60), seconds=rng.randrange(60)
    )

"""Seeded worlds of traces for the coordination test: innocent ones, and ones with planted groups.

The worlds are harsher than life: half of all posts share one of few objects, so that innocent
accounts meet all the time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baken.schema import TRACES

Ints = npt.NDArray[np.int64]

DAY_S = 86_400
DAYS = 14
# Posts in step from which on a pair counts as one that is to be found.
IN_STEP = 5
# The busiest innocent account writes at most this share of a world.
_MAX_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class World:
    """Posts as numbers: who, which object, when; and the pairs that truly act in step.

    Two of `members` are never a false edge, though they may have met too seldom to be in `truth`.
    """

    account: Ints
    object: Ints
    at_s: Ints
    accounts: int
    shared_objects: int
    truth: frozenset[tuple[str, str]] = frozenset()
    members: frozenset[str] = frozenset()

    def traces(self, kind: str) -> pa.Table:
        """The posts as traces of one kind."""
        n = len(self.account)
        return pa.table(
            {
                "trace_kind": pa.repeat(pa.scalar(kind), n),
                "account_id": _names("a", self.account),
                "object_id": _names("o", self.object),
                "doc_id": _names("d", np.arange(n)),
                "at": pa.array(self.at_s * 1_000_000, pa.timestamp("us", tz="UTC")),
                "precision_s": pa.array(np.ones(n, dtype=np.int32)),
            },
            schema=TRACES.schema,
        )


def innocent(
    seed: int,
    *,
    posts: int = 40_000,
    share: float = 0.5,
    zipf: float = 1.0,
    breaking: float = 0.0,
    circadian: bool = False,
) -> World:
    """A world without coordination: heavy-tailed activity, objects popular by Zipf's law.

    `share` of the posts share an object, `breaking` of those within hours after it came up;
    `circadian` lets three time zones wake and sleep.
    """
    rng = np.random.default_rng(seed)
    accounts, objects = posts // 20, max(posts // 13, 10)
    activity = rng.pareto(1.2, accounts) + 1
    activity = np.minimum(activity / activity.sum(), _MAX_SHARE)
    account = rng.choice(accounts, posts, p=activity / activity.sum())
    zone_h = rng.integers(0, 3, accounts) * 8
    at_s = rng.uniform(0, DAYS * DAY_S, posts)
    if circadian:
        hour = (rng.normal(14, 3, posts) + zone_h[account]) % 24
        at_s = np.floor(at_s / DAY_S) * DAY_S + hour * 3_600
    popularity = 1 / np.arange(1, objects + 1) ** zipf
    rng.shuffle(popularity)
    obj = rng.choice(objects, posts, p=popularity / popularity.sum())
    sharing = rng.random(posts) < share
    caught = sharing & (rng.random(posts) < breaking)
    birth = rng.uniform(0, DAYS * DAY_S, objects)
    at_s = np.where(caught, birth[obj] + rng.exponential(4 * 3_600, posts), at_s)
    if circadian:
        local = (at_s / 3_600 - zone_h[account]) % 24
        asleep = caught & ((local < 7) | (local > 22))
        at_s = np.where(asleep, at_s + 8 * 3_600, at_s)
    obj = np.where(sharing, obj, objects + np.arange(posts))
    return World(account, obj, at_s.astype(np.int64), accounts, objects)


def topics(seed: int, *, number: int, posts: int = 40_000) -> World:
    """`number` innocent worlds side by side: people of one topic never meet those of another."""
    parts = [
        innocent(100 * seed + part, posts=posts // number, breaking=0.5) for part in range(number)
    ]
    accounts = max(part.accounts for part in parts)
    objects = max(int(part.object.max()) for part in parts) + 1
    return World(
        np.concatenate([part.account + at * accounts for at, part in enumerate(parts)]),
        np.concatenate([part.object + at * objects for at, part in enumerate(parts)]),
        np.concatenate([part.at_s for part in parts]),
        accounts * number,
        objects * number,
    )


def one_hour(seed: int, *, posts: int = 40_000) -> World:
    """An innocent world in which each account posts in one hour of the day only."""
    world = innocent(seed, posts=posts)
    rng = np.random.default_rng(seed)
    hour = rng.integers(0, 24, world.accounts)[world.account]
    second = rng.integers(0, 3_600, posts)
    at_s = world.at_s // DAY_S * DAY_S + hour * 3_600 + second
    return replace(world, at_s=at_s)


def planted(
    world: World,
    seed: int,
    *,
    size: int,
    jitter_s: int,
    dilution: float,
    events: int = 5,
    presence: float = 1.0,
    kept: float = 1.0,
) -> World:
    """`world` with one group of `size` accounts that post `events` objects in step.

    `dilution` is the share of the group's posts that look like everybody else's: copies of organic
    posts in time and object. Each member takes part in each event with chance `presence`. A post in
    step shows its event's object with chance `kept`; else, as a rewording that matching ties
    elsewhere, one of two rivals of it or an object of its own. True are the pairs with `IN_STEP`
    events or more in common, whatever their posts show.
    """
    rng = np.random.default_rng(seed)
    members = world.accounts + np.arange(size)
    extra = round(events * presence * dilution / (1 - dilution)) * size
    source = rng.integers(0, len(world.account), extra)
    fresh = int(world.object.max()) + 1
    own = fresh + np.arange(extra)
    begin = rng.uniform(0, DAYS * DAY_S, events)
    together = (begin[:, None] + rng.uniform(0, jitter_s, (events, size))).astype(np.int64)
    copied = np.where(world.object[source] < world.shared_objects, world.object[source], own)
    present = rng.random((events, size)) < presence
    shown = _shown(rng, events, size, kept) + fresh + extra
    met = present.T.astype(np.int64) @ present
    names = _names("a", members).to_pylist()
    return World(
        np.concatenate(
            [
                world.account,
                np.repeat(members, extra // size),
                np.broadcast_to(members, present.shape)[present],
            ]
        ),
        np.concatenate([world.object, copied, shown[present]]),
        np.concatenate([world.at_s, world.at_s[source], together[present]]),
        world.accounts + size,
        world.shared_objects,
        frozenset(
            (names[left], names[right])
            for left, right in combinations(range(size), 2)
            if met[left, right] >= IN_STEP
        ),
        frozenset(names),
    )


def _shown(rng: np.random.Generator, events: int, size: int, kept: float) -> Ints:
    """The object that each post of each event shows: its event's, a rival of that, or its own."""
    choice = rng.choice(4, (events, size), p=[kept, *[(1 - kept) / 3] * 3])
    event = np.arange(events)[:, None]
    own = 3 * events + np.arange(events * size).reshape(events, size)
    return np.where(choice < 3, event + choice * events, own).astype(np.int64)


def _names(prefix: str, numbers: Ints) -> pa.Array:
    used, place = np.unique(numbers, return_inverse=True)
    return pa.array([f"{prefix}{number:09}" for number in used]).take(pa.array(place))

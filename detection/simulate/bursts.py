"""The rare posts of a larger world: planted groups in step, and innocent crowds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baken.detection.simulate.phrases import Phrases

# Together the rare posts are at most this share of a world.
MAX_SHARE = 0.04
# A small world may have so many of them whatever their share, so that one group fits in.
_SMALL_WORLD = 150
GROUP_SIZES = (5, 8, 3, 13, 21, 34)
WAVES = 12
WAVE_S = 400.0
TAKING_PART = 0.8
# One set of groups of all sizes for each so many documents.
_DOCUMENTS_PER_SET = 400_000
_CROWD_SHARE = 0.002
_CROWD_S = 2 * 86_400.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Special:
    """Rare posts by column, and the group of each planted account."""

    at_s: Floats
    author: Ints
    url: Ints
    tag: Ints
    body: pa.Array
    truth: dict[str, str]

    def __len__(self) -> int:
        return len(self.at_s)

    def between(self, low_s: float, high_s: float) -> Special:
        """The posts from `low_s` until before `high_s`."""
        rows = np.flatnonzero((self.at_s >= low_s) & (self.at_s < high_s))
        return Special(
            self.at_s[rows],
            self.author[rows],
            self.url[rows],
            self.tag[rows],
            self.body.take(pa.array(rows)),
            self.truth,
        )


class _Rows:
    """Rare posts while they are made, up to a limit."""

    def __init__(self, limit: int, phrases: Phrases) -> None:
        self.left = limit
        self._phrases = phrases
        self._at_s: list[Floats] = []
        self._author: list[Ints] = []
        self._url: list[Ints] = []
        self._tag: list[Ints] = []
        self._bodies: list[pa.Array] = []

    def add(self, at_s: Floats, author: Ints, url: int, tag: int, rng: np.random.Generator) -> None:
        size = min(len(author), self.left)
        self.left -= size
        body = self._phrases.bodies(rng.integers(self._phrases.languages, size=1), rng)
        self._at_s.append(at_s[:size])
        self._author.append(author[:size])
        self._url.append(np.full(size, url))
        self._tag.append(np.full(size, tag))
        self._bodies.append(pa.concat_arrays([body] * size) if size else body.slice(0, 0))

    def done(self, truth: dict[str, str]) -> Special:
        if not self._bodies:
            nothing = np.empty(0, dtype=np.int64)
            empty = pa.array([], pa.string())
            return Special(np.empty(0), nothing, nothing, nothing, empty, truth)
        return Special(
            np.floor(np.concatenate(self._at_s)),
            np.concatenate(self._author),
            np.concatenate(self._url),
            np.concatenate(self._tag),
            pa.concat_arrays(self._bodies),
            truth,
        )


def special_posts(
    documents: int, accounts: int, phrases: Phrases, period_s: float, rng: np.random.Generator
) -> Special:
    """The planted groups and the innocent crowds of a world of `documents` posts."""
    rows = _Rows(max(int(documents * MAX_SHARE), min(documents // 2, _SMALL_WORLD)), phrases)
    truth: dict[str, str] = {}
    sets = max(1, documents // _DOCUMENTS_PER_SET)
    free = rng.permutation(np.arange(accounts // 10, accounts))
    for number in range(sets * len(GROUP_SIZES)):
        size = GROUP_SIZES[number % len(GROUP_SIZES)]
        if rows.left < 2 * size * WAVES or len(free) < 2 * size:
            continue
        members, free = free[:size], free[size:]
        for member in members:
            truth[f"user{member:08}"] = f"group-{number + 1:03}"
        _plant(rows, members, phrases, period_s, rng)
    for _ in range(4 * sets):
        crowd = rng.integers(accounts, size=max(4, int(documents * _CROWD_SHARE / (4 * sets))))
        start = rng.uniform(0, period_s - _CROWD_S)
        at_s = start + _CROWD_S * rng.beta(1.2, 3, len(crowd))
        page, tag = int(rng.integers(phrases.urls)), int(rng.integers(phrases.tags))
        rows.add(at_s, np.unique(crowd), page, tag, rng)
    return rows.done(truth)


def _plant(
    rows: _Rows, members: Ints, phrases: Phrases, period_s: float, rng: np.random.Generator
) -> None:
    for _ in range(WAVES):
        taking = members[rng.random(len(members)) < TAKING_PART]
        if len(taking) < 2:
            taking = members[:2]
        start = rng.uniform(0, period_s - WAVE_S)
        at_s = start + rng.uniform(0, WAVE_S, len(taking))
        # A link that nobody else shares much: from the unpopular end of the list.
        page = int(rng.integers(phrases.urls // 2, phrases.urls))
        rows.add(at_s, taking, page, -1, rng)

"""The nearest of a unit of rows by whole numbers, while file after file is compared with them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.nlp.neighbours_bytes import Sums

Keys = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

# A candidate is one whole number, so that to sort them is all the work: the row of the unit that it
# is near to, its sum, its place in the files, and whether it is of another group than that row.
ROW_BITS, PLACE_BITS, _SUM_BITS = 14, 25, 23
_SUM_AT = 1 + PLACE_BITS
_ROW_AT = _SUM_AT + _SUM_BITS
# The last bits of a sum are finer than 8 bits a number know.
_DROPPED_BITS = 3
_MIDDLE = 1 << (_SUM_BITS - 1)
NEVER = np.iinfo(np.int32).min
# So many candidates of a row, on average, wait until they are sorted through: half as many, or
# twice as many, take a tenth more time.
_WAITING = 64


class Near(NamedTuple):
    """Near to row i are the places from `starts[i]` to `starts[i + 1]`, some of other groups."""

    starts: Places
    places: Places
    foreign: Mask


class Candidates:
    """The `count` nearest of each of `total` rows, and with `groups` as many of other groups."""

    def __init__(self, total: int, count: int, *, groups: bool) -> None:
        self._count = count
        self._worst = np.full(total, NEVER, np.int32)
        self._worst_foreign = np.full(total, NEVER, np.int32) if groups else None
        self._bounds = np.arange(total + 1, dtype=np.int64) << _ROW_AT
        self._keys: list[Keys] = []
        self._waiting = 0

    def begin(self, rows: Places, sums: Sums, foreign: Mask | None) -> None:
        """Learn from the first sums of `rows` what is too far to be kept."""
        self._worst[rows] = self._least(sums)
        if self._worst_foreign is not None and foreign is not None:
            self._worst_foreign[rows] = self._least(np.where(foreign, sums, NEVER))

    def _least(self, sums: Sums) -> npt.NDArray[np.int32]:
        far = sums.shape[1] - self._count
        if far < 0:
            return np.full(len(sums), NEVER, np.int32)
        least: npt.NDArray[np.int32] = np.partition(sums, far, axis=1)[:, far]
        return np.maximum(least, NEVER + 1) - 1

    def offer(self, rows: Places, first: int, sums: Sums, foreign: Mask | None) -> None:
        """Keep what is near; `sums` are of `rows` by the places from `first` on."""
        near = sums > self._worst[rows][:, None]
        if self._worst_foreign is not None and foreign is not None:
            near |= (sums > self._worst_foreign[rows][:, None]) & foreign
        hits = np.flatnonzero(near)
        # Ten times as fast as `divmod`.
        row = hits // sums.shape[1]
        keys = rows[row] << _ROW_AT
        keys |= ((sums.ravel()[hits] >> _DROPPED_BITS).astype(np.int64) + _MIDDLE) << _SUM_AT
        keys |= (hits - row * sums.shape[1] + first) << 1
        if foreign is not None:
            keys |= foreign.ravel()[hits]
        self._keys.append(keys)
        self._waiting += len(keys)
        if self._waiting > _WAITING * len(self._worst):
            self._settle()

    def nearest(self) -> Near:
        """What was kept, of each row the nearest last."""
        keys = self._settle()
        starts = np.searchsorted(keys, self._bounds)
        return Near(starts, (keys >> 1) & ((1 << PLACE_BITS) - 1), (keys & 1) == 1)

    def _settle(self) -> Keys:
        """Sort through what waits: all but the nearest is dropped."""
        keys = np.concatenate([np.empty(0, np.int64), *self._keys])
        keys.sort()
        starts = np.searchsorted(keys, self._bounds)
        kept = np.zeros(len(keys), np.bool_)
        kept[self._last(starts, keys, self._worst)] = True
        if self._worst_foreign is not None:
            foreign = np.flatnonzero(keys & 1)
            starts = np.searchsorted(foreign, starts)
            kept[foreign[self._last(starts, keys[foreign], self._worst_foreign)]] = True
        keys = keys[kept]
        self._keys, self._waiting = [keys], 0
        return keys

    def _last(self, starts: Places, keys: Keys, worst: npt.NDArray[np.int32]) -> Places:
        """Where the last `count` of each row stand; what is not nearer is too far from now on."""
        full = np.flatnonzero(np.diff(starts) >= self._count)
        sums = (keys[starts[full + 1] - self._count] >> _SUM_AT) & ((1 << _SUM_BITS) - 1)
        worst[full] = (sums - _MIDDLE) << _DROPPED_BITS
        places = starts[1:, None] - np.arange(1, self._count + 1)
        return places[places >= starts[:-1, None]]

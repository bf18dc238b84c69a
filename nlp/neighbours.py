"""The nearest vectors of each vector: exactly for few, among those filed near by for many.

Two pieces of the rows are compared once, for the rows of both. Whatever the number of threads, each
row keeps its nearest ones by cosine and then by row, so that equal input gives equal output.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from baken.nlp.neighbour_files import Compared, Rows, compared, looked_into
from baken.protocols import Progress, Vectors, silent

Groups = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int16]

_TARGETS_EXACT_BELOW = 2_000
_BLOCK_ROWS = 2_048
_WORKERS = min(os.cpu_count() or 1, 8)
# Lower than any cosine: of rows that are not to meet, and what one of no neighbours asks for.
_NEVER, _ANY = np.float32(-3.0), np.float32(-2.0)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For each row its nearest rows, nearest first; -1 and cosine -1 where there are fewer."""

    rows: Rows
    cosines: Vectors


def nearest(
    vectors: Vectors,
    count: int,
    *,
    seed: int,
    asked: Mask | None = None,
    progress: Progress = silent,
) -> Neighbours:
    """The `count` nearest rows of each row of `vectors` (unit length), itself left out.

    Only those of the rows in `asked` are looked for; the others then have none.
    """
    search = _Search(vectors, compared(vectors, seed), asked)
    return search.nearest([count], progress)[0]


def nearest_of_both(
    vectors: Vectors, count: int, groups: Groups, *, seed: int, progress: Progress = silent
) -> tuple[Neighbours, Neighbours]:
    """The nearest of all rows, and the nearest of another group: another language, for instance."""
    search = _Search(vectors, compared(vectors, seed), None, groups)
    everyone, foreign = search.nearest([count, count], progress)
    return everyone, foreign


def nearest_target(vectors: Vectors, targets: Vectors, *, seed: int) -> tuple[Rows, Vectors]:
    """For each row of `vectors` the nearest row of `targets` and the cosine; -1 where none is."""
    rows = np.full(len(vectors), -1, np.int32)
    cosines = np.full(len(vectors), -1.0, np.float32)
    for asking, members in _with_targets(vectors, targets, seed):
        columns = targets[members].T
        for start in range(0, len(asking), _BLOCK_ROWS):
            block = asking[start : start + _BLOCK_ROWS]
            found = vectors[block] @ columns
            best = found.argmax(1)
            nearest = found[np.arange(len(block)), best]
            nearer = nearest > cosines[block]
            rows[block[nearer]] = members[best[nearer]]
            cosines[block[nearer]] = nearest[nearer]
    return rows, cosines


def _with_targets(vectors: Vectors, targets: Vectors, seed: int) -> list[tuple[Rows, Rows]]:
    if len(targets) > _TARGETS_EXACT_BELOW:
        return looked_into(vectors, targets, seed)
    every = (np.arange(len(vectors), dtype=np.int32), np.arange(len(targets), dtype=np.int32))
    return [every] if len(targets) else []


class _Search:
    """Compares pieces of rows with each other: all of them, and those of other `groups`."""

    def __init__(
        self, vectors: Vectors, work: Compared, asked: Mask | None, groups: Groups | None = None
    ) -> None:
        self.vectors, self.groups = vectors, groups
        self.pieces, self.pairs = work
        self.asking = self.pieces if asked is None else [rows[asked[rows]] for rows in self.pieces]
        self.symmetric = asked is None
        self.bests: list[_Best] = []

    def nearest(self, counts: list[int], progress: Progress) -> list[Neighbours]:
        """The nearest rows of all, and where there are two counts those of other groups."""
        self.bests = [_Best(len(self.vectors), self.asking, count) for count in counts]
        # One thread of the matrix library for each product, so that it is the same on any machine.
        with (
            threadpool_limits(limits=1, user_api="blas"),
            ThreadPoolExecutor(_WORKERS) as workers,
        ):
            for done, _ in enumerate(workers.map(self._meet, self.pairs), start=1):
                progress("neighbours", done, len(self.pairs))
        for best in self.bests:
            best.settle()
        return [best.ordered() for best in self.bests]

    def _meet(self, pair: tuple[int, int]) -> None:
        """Offer the rows of two pieces to each other."""
        left, right = pair
        if self.symmetric:
            self._compare(left, right, back=left != right)
            return
        self._compare(left, right, back=False)
        if left != right:
            self._compare(right, left, back=False)

    def _compare(self, left: int, right: int, *, back: bool) -> None:
        mine, theirs = self.asking[left], self.pieces[right]
        if not len(mine) or not len(theirs):
            return
        cosines: Vectors = self.vectors[mine] @ self.vectors[theirs].T
        if left == right:
            cosines[mine[:, None] == theirs[None, :]] = _NEVER
        for number, best in enumerate(self.bests):
            if number:
                assert self.groups is not None
                alike = self.groups[mine][:, None] == self.groups[theirs][None, :]
                np.copyto(cosines, _NEVER, where=alike)
            row, column, value = _taken(cosines, cosines >= best.least[mine][:, None])
            best.offer(left, row, _keys(value, theirs[column]))
            if back:
                row, column, value = _taken(cosines, cosines >= best.least[theirs][None, :])
                best.offer(right, column, _keys(value, mine[row]))


def _taken(cosines: Vectors, wanted: Mask) -> tuple[Places, Places, Vectors]:
    """The rows, columns and values of what is wanted."""
    # Four times as fast as `nonzero` of two dimensions.
    hits = np.flatnonzero(wanted)
    row, column = np.divmod(hits.astype(np.int32), np.int32(cosines.shape[1]))
    # Of 16 bits, because numpy sorts those by radix.
    return row.astype(np.int16), column.astype(np.int16), cosines.ravel()[hits]


class _Best:
    """The nearest rows seen so far, as keys that order by cosine, then by row.

    Workers offer at the same time. A bound that another one raises meanwhile may let too much
    through and never too little, so that what is kept does not depend on who was first.
    """

    def __init__(self, total: int, pieces: list[Rows], count: int) -> None:
        self.keys: Keys = np.zeros((total, count), np.uint64)
        self.least: Vectors = np.full(total, _ANY, np.float32)
        self.pieces, self.count = pieces, count
        self.waiting: list[list[tuple[Places, Keys]]] = [[] for _ in pieces]
        self.locks = [Lock() for _ in pieces]

    def offer(self, piece: int, place: Places, keys: Keys) -> None:
        """Keep `keys` for the rows of a piece, named by their place in it, where they are best."""
        with self.locks[piece]:
            self.waiting[piece].append((place, keys))
            waiting = sum(len(place) for place, _ in self.waiting[piece])
            if waiting > self.count * len(self.pieces[piece]):
                self._sort_in(piece)

    def settle(self) -> None:
        """Sort in whatever waits."""
        for piece in range(len(self.pieces)):
            self._sort_in(piece)

    def _sort_in(self, piece: int) -> None:
        if not self.waiting[piece]:
            return
        mine = self.pieces[piece]
        place, keys = (np.concatenate(part) for part in zip(*self.waiting[piece], strict=True))
        self.waiting[piece] = []
        order = np.argsort(place, kind="stable")
        place = place[order]
        counts = np.bincount(place, minlength=len(mine))
        most = counts.max(initial=0)
        column = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Keys = np.zeros((len(mine), self.count + most), np.uint64)
        found[:, : self.count] = self.keys[mine]
        found[place, self.count + column] = keys[order]
        found.partition(most, axis=1)
        self.keys[mine] = found[:, most:]
        self.least[mine] = _cosines(found[:, most:].min(1), none=_ANY)

    def ordered(self) -> Neighbours:
        keys = np.sort(self.keys, axis=1)[:, ::-1]
        rows = np.where(keys > 0, (~keys).astype(np.uint32).view(np.int32), np.int32(-1))
        return Neighbours(np.ascontiguousarray(rows), _cosines(keys, none=np.float32(-1.0)))


_SIGN = np.uint32(0x80000000)


def _keys(cosines: Vectors, rows: Rows) -> Keys:
    """Numbers that order as the cosines do, and equal ones by falling row; none is 0."""
    bits = cosines.view(np.uint32)
    rising = np.where(bits & _SIGN, ~bits, bits | _SIGN)
    keys: Keys = (rising.astype(np.uint64) << np.uint64(32)) | (~rows.view(np.uint32))
    return keys


def _cosines(keys: Keys, *, none: np.float32) -> Vectors:
    rising = (keys >> np.uint64(32)).astype(np.uint32)
    bits = np.where(rising & _SIGN, rising & ~_SIGN, ~rising)
    cosines: Vectors = np.where(keys > 0, bits.view(np.float32), none)
    return cosines

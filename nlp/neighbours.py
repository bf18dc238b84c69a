"""The nearest vectors of each vector, exactly for few and by an inverted file for many.

The inverted file (Jégou et al. 2011): vectors are filed under seeded centroids, and each looks into
the files that it is nearest to. What is near there by 8 bits a number is then compared in full.
Equal input in equal order gives equal output, on any number of cores: there is no graph whose shape
depends on threads (docs/decisions/0005-neighbour-search.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from baken.nlp.neighbours_bytes import Bytes
from baken.nlp.neighbours_exact import (
    NONE,
    Rows,
    cosines_of,
    nearest_first,
    nearest_of_all,
)
from baken.nlp.neighbours_files import Files, filed, inverted, nearest_centroids, trained
from baken.nlp.neighbours_near import NEVER, ROW_BITS, Candidates, Near
from baken.nlp.threads import WORKERS, single_threads
from baken.protocols import Progress, Vectors, silent

Groups = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

# Up to here every pair is compared: 8,000 vectors of 512 numbers take about a second.
_EXACT_BELOW = 8_000
_EXACT_ROWS = 512
# So 92 % of the 15 nearest of 20,000 tweets are found, 99 % of the neighbours of a cosine of .6,
# and 88 % where there hardly are any (bench/match.py). With fewer probes matching errs more:
# surroundings that are not seen make every pair stand out.
_FILE_SIZE = 200
_PROBES = 20
# So many more than are asked for are compared in full.
_SPARE = 2
# Middles of narratives are filed too; a text that belongs to one is near to it, so small files do.
_TARGETS_EXACT_BELOW = 2_000
_TARGETS_FILE_SIZE = 64
_TARGET_PROBES = 12
_UNIT_ROWS = 1 << ROW_BITS
_BLOCK_ROWS = 1_024


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
    return _searched(vectors, count, None, asked, seed=seed, progress=progress)[0]


def nearest_of_both(
    vectors: Vectors, count: int, groups: Groups, *, seed: int, progress: Progress = silent
) -> tuple[Neighbours, Neighbours]:
    """The nearest of all rows, and the nearest of another group: another language, for instance."""
    everyone, foreign = _searched(vectors, count, groups, None, seed=seed, progress=progress)
    return everyone, foreign


def nearest_target(vectors: Vectors, targets: Vectors, *, seed: int) -> tuple[Rows, Vectors]:
    """For each row of `vectors` the nearest row of `targets` and the cosine; -1 where none is."""
    rows = np.full(len(vectors), -1, np.int32)
    cosines = np.full(len(vectors), -1.0, np.float32)
    for asking, members in _looked_into(vectors, targets, seed):
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


def _looked_into(vectors: Vectors, targets: Vectors, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Which rows of `vectors` look into which rows of `targets`."""
    if len(targets) <= _TARGETS_EXACT_BELOW:
        if len(targets):
            yield np.arange(len(vectors), dtype=np.int32), np.arange(len(targets), dtype=np.int32)
        return
    directions, centroids = trained(targets, seed, _TARGETS_FILE_SIZE)
    files = inverted(nearest_centroids(targets @ directions, centroids, 1), len(centroids))
    count = min(_TARGET_PROBES, len(centroids))
    probes = nearest_centroids(vectors @ directions, centroids, count)
    for members, asking in zip(files, inverted(probes, len(files)), strict=True):
        if len(members):
            yield asking, members


def _searched(
    vectors: Vectors,
    count: int,
    groups: Groups | None,
    asked: Mask | None,
    *,
    seed: int,
    progress: Progress,
) -> list[Neighbours]:
    """The nearest of all rows and, with `groups`, those of other groups."""
    vectors = np.require(vectors, np.float32, ["C", "W"])
    asked = np.ones(len(vectors), np.bool_) if asked is None else asked
    found = _Found(len(vectors), count, 1 if groups is None else 2)
    # Each thread has one thread of the matrix libraries: the same numbers on any number of cores.
    with single_threads(), ThreadPoolExecutor(WORKERS) as workers:
        work: Callable[[Places], None]
        if len(vectors) <= _EXACT_BELOW:
            work, size = _Everywhere(vectors, groups, found).search, _EXACT_ROWS
            waiting = np.flatnonzero(asked)
        else:
            files = filed(vectors, _FILE_SIZE, _PROBES, seed, workers)
            numbers = Bytes(vectors, files.rows, workers)
            work, size = _InFiles(vectors, files, numbers, groups, found).search, _UNIT_ROWS
            waiting = np.flatnonzero(asked[files.rows])
        units = np.array_split(waiting, -(-len(waiting) // size)) if len(waiting) else []
        for number, _ in enumerate(workers.map(work, units)):
            progress("neighbours", number + 1, len(units))
    return found.neighbours


class _Found:
    """What is found, written by several threads for rows of their own each."""

    def __init__(self, total: int, count: int, kinds: int) -> None:
        self.count = count
        self.neighbours = [
            Neighbours(np.full((total, count), -1, np.int32), np.full((total, count), -1.0, "f4"))
            for _ in range(kinds)
        ]

    def keep(self, kind: int, asking: Places | Rows, nearest: tuple[Rows, Vectors]) -> None:
        rows, cosines = nearest
        width = rows.shape[1]
        self.neighbours[kind].rows[asking, :width] = rows
        self.neighbours[kind].cosines[asking, :width] = cosines


class _Everywhere:
    """Every row is compared with every other."""

    def __init__(self, vectors: Vectors, groups: Groups | None, found: _Found) -> None:
        self._vectors, self._groups, self._found = vectors, groups, found

    def search(self, unit: Places) -> None:
        """Find what is near to the rows of `unit`."""
        count = self._found.count
        cosines = self._vectors[unit] @ self._vectors.T
        cosines[np.arange(len(unit)), unit] = NONE
        self._found.keep(0, unit, nearest_of_all(cosines, count))
        if self._groups is not None:
            np.copyto(cosines, NONE, where=self._groups[unit][:, None] == self._groups)
            self._found.keep(1, unit, nearest_of_all(cosines, count))


class _InFiles:
    """Every row is compared with those of the files that it looks into."""

    def __init__(
        self,
        vectors: Vectors,
        files: Files,
        numbers: Bytes,
        groups: Groups | None,
        found: _Found,
    ) -> None:
        self._vectors, self._files, self._bytes, self._found = vectors, files, numbers, found
        self._groups = None if groups is None else groups[files.rows].astype(np.int32)

    def search(self, unit: Places) -> None:
        """Find what is near to the rows at the places of `unit`."""
        near = self._near(unit)
        asking, rows = self._files.rows[unit], self._files.rows[near.places].astype(np.int64)
        cosines = cosines_of(self._vectors[asking], self._vectors, near.starts, rows)
        sizes = np.diff(near.starts)
        line = np.repeat(np.arange(len(unit)), sizes)
        place = np.arange(len(rows)) - near.starts[line]
        shape = (len(unit), int(sizes.max(initial=0)))
        every, named = np.full(shape, NONE), np.zeros(shape, np.int64)
        every[line, place], named[line, place] = cosines, rows
        self._found.keep(0, asking, nearest_first(every, named, self._found.count))
        if self._groups is not None:
            every[line, place] = np.where(near.foreign, cosines, NONE)
            self._found.keep(1, asking, nearest_first(every, named, self._found.count))

    def _near(self, unit: Places) -> Near:
        near = Candidates(len(unit), self._found.count + _SPARE, groups=self._groups is not None)
        queries = self._bytes.asked(unit)
        probes = self._files.probes[unit]
        # Each row looks into its own file first: then most of the others are too far at once.
        for own in (True, False):
            looking = inverted(probes[:, :1] if own else probes[:, 1:], self._files.count)
            for file, every in enumerate(looking):
                for start in range(0, len(every), _BLOCK_ROWS):
                    asking = every[start : start + _BLOCK_ROWS].astype(np.int64)
                    self._compare(near, asking, unit[asking], file, queries, own=own)
        return near.nearest()

    def _compare(
        self,
        near: Candidates,
        asking: Places,
        places: Places,
        file: int,
        queries: torch.Tensor,
        *,
        own: bool,
    ) -> None:
        """Offer `near` what is in `file`, to those `asking` in the unit, at their `places`."""
        first, end = self._files.bounds[file : file + 2].tolist()
        if first == end:
            return
        sums = self._bytes.sums(queries.index_select(0, torch.from_numpy(asking)), first, end)
        foreign = None
        if self._groups is not None:
            foreign = self._groups[places][:, None] != self._groups[first:end]
        if own:
            sums[np.arange(len(sums)), places - first] = NEVER
            near.begin(asking, sums, foreign)
        near.offer(asking, first, sums, foreign)

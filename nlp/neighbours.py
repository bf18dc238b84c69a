"""The nearest vectors of each vector, exactly for few and by an inverted file for many.

The inverted file (Jégou et al. 2011) is made of dense matrix products alone: vectors are filed
under seeded centroids, and each looks into the `_PROBES` nearest files. Equal input in equal order
gives equal output; there is no graph whose shape depends on threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from baken.protocols import Progress, Vectors, silent

Rows = npt.NDArray[np.int32]
Groups = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]

# Up to here every pair is compared: 8,000 vectors of 512 numbers take about a second.
_EXACT_BELOW = 8_000
_FILE_SIZE = 400
# Of the 15 nearest of 20,000 tweets 93 % are found at 12 probes, and 99.7 % of the neighbours of a
# cosine of .6; of synthetic ones that hardly have any (bench/match.py) 82 %. At fewer probes
# matching errs more: surroundings that are not seen make every pair stand out.
_PROBES = 12
# Middles of narratives are filed too; a text that belongs to one is near to it, so small files do.
_TARGETS_EXACT_BELOW = 2_000
_TARGETS_FILE_SIZE = 64
# Centroids are found and chosen in this many principal directions; distances are always exact.
_COARSE_DIMENSION = 64
_TRAIN_PER_FILE = 30
_TRAIN_ROUNDS = 6
_BLOCK_ROWS = 2_048
_WORKERS = min(os.cpu_count() or 1, 8)
# Columns that are offered at once where every pair is compared.
_BLOCK_COLUMNS = 1_024


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
    found = _Best(len(vectors), count)
    for asking, members, cosines in _compared(vectors, seed, progress, asked):
        found.offer(asking, members, cosines)
    return found.ordered()


def nearest_of_both(
    vectors: Vectors, count: int, groups: Groups, *, seed: int, progress: Progress = silent
) -> tuple[Neighbours, Neighbours]:
    """The nearest of all rows, and the nearest of another group: another language, for instance."""
    found, foreign = _Best(len(vectors), count), _Best(len(vectors), count)
    for asking, members, cosines in _compared(vectors, seed, progress):
        found.offer(asking, members, cosines)
        alike = groups[asking][:, None] == groups[members][None, :]
        np.copyto(cosines, np.float32(-1.0), where=alike)
        foreign.offer(asking, members, cosines)
    return found.ordered(), foreign.ordered()


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
    directions, centroids = _trained(targets, seed, _TARGETS_FILE_SIZE)
    files = _inverted(_nearest_centroids(targets @ directions, centroids, 1), len(centroids))
    probes = _nearest_centroids(vectors @ directions, centroids, min(_PROBES, len(centroids)))
    for members, asking in zip(files, _inverted(probes, len(files)), strict=True):
        if len(members):
            yield asking, members


def _works(vectors: Vectors, seed: int, asked: Mask | None) -> Iterator[tuple[Rows, Rows, bool]]:
    """Which rows are compared with which, and whether they may meet themselves there."""
    total = len(vectors)
    if total <= _EXACT_BELOW:
        rows = np.arange(total, dtype=np.int32)
        files = [rows[start : start + _BLOCK_COLUMNS] for start in range(0, total, _BLOCK_COLUMNS)]
        works = [(rows, members, True) for members in files]
    else:
        files, probes = _filed(vectors, seed)
        # Each row looks into its own file first: then most of the others are too far at once.
        others = _inverted(probes[:, 1:], len(files))
        works = [(members, members, True) for members in files]
        works += [(asking, members, False) for asking, members in zip(others, files, strict=True)]
    for asking, members, meeting in works:
        yield asking if asked is None else asking[asked[asking]], members, meeting


def _compared(
    vectors: Vectors, seed: int, progress: Progress, asked: Mask | None = None
) -> Iterator[tuple[Rows, Rows, Vectors]]:
    """Blocks of rows, the rows each of a block is compared with, and their cosines."""

    def compare(asking: Rows, members: Rows, *, meeting: bool) -> tuple[Rows, Rows, Vectors]:
        cosines: Vectors = vectors[asking] @ vectors[members].T
        if meeting:
            cosines[asking[:, None] == members[None, :]] = -1.0
        return asking, members, cosines

    works = list(_works(vectors, seed, asked))
    # Products of the next blocks are made while the caller sorts through this one; each with one
    # thread of the matrix library, so that they are the same on any number of cores.
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(_WORKERS) as workers:
        ahead: deque[Future[tuple[Rows, Rows, Vectors]]] = deque()
        for number, (queries, members, meeting) in enumerate(works):
            for start in range(0, len(queries), _BLOCK_ROWS):
                block = queries[start : start + _BLOCK_ROWS]
                ahead.append(workers.submit(compare, block, members, meeting=meeting))
                if len(ahead) > 2 * _WORKERS:
                    yield ahead.popleft().result()
            progress("neighbours", number + 1, len(works))
        while ahead:
            yield ahead.popleft().result()


class _Best:
    """The nearest rows seen so far."""

    def __init__(self, total: int, count: int) -> None:
        self.rows = np.full((total, count), -1, np.int32)
        self.cosines = np.full((total, count), -1.0, np.float32)
        self.worst = np.full(total, -1.0, np.float32)
        self.count = count

    def offer(self, asking: Rows, members: Rows, cosines: Vectors) -> None:
        """Keep what is nearer than the farthest kept; `cosines` are of `asking` by `members`."""
        if not len(members) or not len(asking):
            return
        # Four times as fast as `nonzero` of two dimensions.
        hits = np.flatnonzero(cosines > self.worst[asking][:, None])
        row, column = np.divmod(hits, len(members))
        if len(row) > len(asking) * self.count:
            kept = min(self.count, len(members))
            column = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
            self._keep(asking, np.take_along_axis(cosines, column, 1), members[column])
            return
        counts = np.bincount(row, minlength=len(asking))
        place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        nearer = np.flatnonzero(counts)
        line = np.repeat(np.arange(len(nearer)), counts[nearer])
        found = np.full((len(nearer), counts.max()), -1.0, np.float32)
        found[line, place] = cosines[row, column]
        rows = np.full(found.shape, -1, np.int32)
        rows[line, place] = members[column]
        self._keep(asking[nearer], found, rows)

    def _keep(self, asking: Rows, cosines: Vectors, rows: Rows) -> None:
        cosines = np.concatenate([self.cosines[asking], cosines], 1)
        rows = np.concatenate([self.rows[asking], rows], 1)
        best = np.argpartition(-cosines, self.count - 1, axis=1)[:, : self.count]
        self.cosines[asking] = np.take_along_axis(cosines, best, 1)
        self.rows[asking] = np.take_along_axis(rows, best, 1)
        self.worst[asking] = self.cosines[asking].min(1)

    def ordered(self) -> Neighbours:
        # Equal cosines are ordered by row, so that the order of work leaves no mark.
        order = np.lexsort((self.rows, -self.cosines), axis=1)
        rows = np.take_along_axis(self.rows, order, 1)
        cosines = np.take_along_axis(self.cosines, order, 1)
        rows[cosines <= -1.0] = -1
        return Neighbours(rows, cosines)


def _filed(vectors: Vectors, seed: int) -> tuple[list[Rows], Rows]:
    """The rows of each file, and for each row the files that it looks into."""
    directions, centroids = _trained(vectors, seed, _FILE_SIZE)
    probes = _nearest_centroids(vectors @ directions, centroids, min(_PROBES, len(centroids)))
    return _inverted(probes[:, :1], len(centroids)), probes


def _trained(vectors: Vectors, seed: int, file_size: int) -> tuple[Vectors, Vectors]:
    """The principal directions of `vectors`, and in them the centroids of files of `file_size`."""
    count = max(1, len(vectors) // file_size)
    random = np.random.default_rng(seed)
    sample = np.sort(
        random.choice(len(vectors), min(len(vectors), count * _TRAIN_PER_FILE), replace=False)
    )
    directions = _principal_directions(vectors[sample])
    return directions, _centroids(vectors[sample] @ directions, count, random)


def _principal_directions(sample: Vectors) -> Vectors:
    second_moment = sample.T @ sample
    _, directions = np.linalg.eigh(second_moment)
    kept: Vectors = np.ascontiguousarray(directions[:, ::-1][:, :_COARSE_DIMENSION], np.float32)
    return kept


def _centroids(sample: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """Lloyd's k-means from `count` vectors of the sample; an empty file keeps its centroid."""
    centroids = sample[np.sort(random.choice(len(sample), count, replace=False))].copy()
    for _ in range(_TRAIN_ROUNDS):
        owner = _nearest_centroids(sample, centroids, 1)[:, 0]
        sizes = np.bincount(owner, minlength=count)
        order = np.argsort(owner, kind="stable")
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        filled = sizes > 0
        sums = np.add.reduceat(sample[order], starts[filled], axis=0)
        centroids[filled] = sums / sizes[filled, None]
    return centroids


def _nearest_centroids(coarse: Vectors, centroids: Vectors, count: int) -> Rows:
    """For each row its `count` nearest centroids, the nearest first."""
    half_squares = (centroids**2).sum(1) / 2
    chosen = np.empty((len(coarse), count), np.int32)
    for start in range(0, len(coarse), _BLOCK_ROWS):
        distances = half_squares - coarse[start : start + _BLOCK_ROWS] @ centroids.T
        block = slice(start, start + len(distances))
        if count == 1:
            chosen[block, 0] = distances.argmin(1)
            continue
        best = np.argpartition(distances, count - 1, axis=1)[:, :count]
        order = np.argsort(np.take_along_axis(distances, best, 1), axis=1, kind="stable")
        chosen[block] = np.take_along_axis(best, order, 1)
    return chosen


def _inverted(files_of_rows: Rows, count: int) -> list[Rows]:
    """The rows that name each of `count` files, in ascending order."""
    width = files_of_rows.shape[1]
    flat = files_of_rows.ravel()
    order = np.argsort(flat, kind="stable")
    bounds = np.searchsorted(flat[order], np.arange(count + 1))
    rows = (order // width).astype(np.int32)
    return [rows[bounds[file] : bounds[file + 1]] for file in range(count)]

"""Vectors filed under the centroids they are near to, and who looks into which files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from baken.protocols import Vectors

Rows = npt.NDArray[np.int32]

# Centroids are found and chosen in this many principal directions.
_COARSE_DIMENSION = 128
_TRAIN_PER_FILE = 15
_TRAIN_ROUNDS = 6
_BLOCK_ROWS = 2_048


@dataclass(frozen=True, slots=True)
class Files:
    """Rows in the order of their files; file i holds `rows[bounds[i] : bounds[i + 1]]`.

    Row `rows[p]` looks into the files `probes[p]`, the nearest first, which is its own.
    """

    rows: Rows
    bounds: npt.NDArray[np.int64]
    probes: Rows

    @property
    def count(self) -> int:
        """How many files there are, empty ones too."""
        return len(self.bounds) - 1


def filed(
    vectors: Vectors, size: int, probes: int, seed: int, workers: ThreadPoolExecutor
) -> Files:
    """`vectors` in files of about `size` rows, of which near ones have near numbers."""
    directions, centroids = trained(vectors, seed, size)
    centroids = centroids[_walk(centroids)]
    count = min(probes, len(centroids))

    def chosen(start: int) -> Rows:
        block = vectors[start : start + _BLOCK_ROWS]
        return nearest_centroids(block @ directions, centroids, count)

    nearest = np.concatenate(list(workers.map(chosen, range(0, len(vectors), _BLOCK_ROWS))))
    rows = np.argsort(nearest[:, 0], kind="stable").astype(np.int32)
    nearest = nearest[rows]
    bounds = np.searchsorted(nearest[:, 0], np.arange(len(centroids) + 1))
    return Files(rows, bounds, nearest)


def trained(vectors: Vectors, seed: int, file_size: int) -> tuple[Vectors, Vectors]:
    """The principal directions of `vectors`, and in them the centroids of files of `file_size`."""
    count = max(1, len(vectors) // file_size)
    random = np.random.default_rng(seed)
    sample = np.sort(
        random.choice(len(vectors), min(len(vectors), count * _TRAIN_PER_FILE), replace=False)
    )
    directions = _principal_directions(vectors[sample])
    return directions, _centroids(vectors[sample] @ directions, count, random)


def nearest_centroids(coarse: Vectors, centroids: Vectors, count: int) -> Rows:
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


def inverted(files_of_rows: Rows, count: int) -> list[Rows]:
    """The rows that name each of `count` files, in ascending order."""
    width = files_of_rows.shape[1]
    flat = files_of_rows.ravel()
    order = np.argsort(flat, kind="stable")
    bounds = np.searchsorted(flat[order], np.arange(count + 1))
    rows = (order // width).astype(np.int32)
    return [rows[bounds[file] : bounds[file + 1]] for file in range(count)]


def _principal_directions(sample: Vectors) -> Vectors:
    from scipy.linalg import eigh

    width = sample.shape[1]
    wanted = (max(0, width - _COARSE_DIMENSION), width - 1)
    _, directions = eigh(sample.T @ sample, subset_by_index=wanted)
    kept: Vectors = np.ascontiguousarray(directions[:, ::-1], np.float32)
    return kept


def _centroids(sample: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """Lloyd's k-means from `count` vectors of the sample; an empty file keeps its centroid."""
    centroids = sample[np.sort(random.choice(len(sample), count, replace=False))].copy()
    for _ in range(_TRAIN_ROUNDS):
        owner = nearest_centroids(sample, centroids, 1)[:, 0]
        sizes = np.bincount(owner, minlength=count)
        order = np.argsort(owner, kind="stable")
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        filled = sizes > 0
        sums = np.add.reduceat(sample[order], starts[filled], axis=0)
        centroids[filled] = sums / sizes[filled, None]
    return centroids


def _walk(centroids: Vectors) -> npt.NDArray[np.int64]:
    """An order of the centroids in which near ones stand near: halved by their widest direction."""
    order, waiting = [], [np.arange(len(centroids))]
    while waiting:
        some = waiting.pop()
        if len(some) <= 2:
            order.append(some)
            continue
        along = centroids[some, int(centroids[some].var(0).argmax())]
        some = some[np.argsort(along, kind="stable")]
        waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    return np.concatenate(order)

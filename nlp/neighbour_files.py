"""Vectors filed under seeded centroids: which of them are worth comparing with each other.

The inverted file of Jégou et al. (2011), made of dense matrix products alone: equal input in equal
order gives equal output, and there is no graph whose shape depends on threads.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.protocols import Vectors

Rows = npt.NDArray[np.int32]

# Up to here every pair is compared: 8,000 vectors of 512 numbers take about a second.
_EXACT_BELOW = 8_000
_FILE_SIZE = 400
# A file is compared with those to whose middles its rows are near, at most so many. What two files
# say of each other is compared once, for both.
_PROBES = 18
# Each row names so many files, the nearer ones with more weight.
_VOTES = 8
# Middles of narratives are filed too; a text that belongs to one is near to it, so small files do.
_TARGETS_FILE_SIZE = 64
_TARGET_PROBES = 12
# Centroids are found and chosen in this many principal directions; distances are always exact.
_COARSE_DIMENSION = 64
_TRAIN_PER_FILE = 30
_TRAIN_ROUNDS = 6
_BLOCK_ROWS = 2_048
# Larger files are compared piece by piece.
_PIECE_ROWS = 1_024


class Compared(NamedTuple):
    """Pieces that hold every row once, and the pairs of pieces (left <= right) to be compared.

    The most promising pairs come first: then most of what the others hold is too far at once.
    """

    pieces: list[Rows]
    pairs: list[tuple[int, int]]


def compared(vectors: Vectors, seed: int) -> Compared:
    """What is to be compared so that rows meet their nearest ones: all pairs where rows are few."""
    if len(vectors) <= _EXACT_BELOW:
        exact = _in_pieces(np.arange(len(vectors), dtype=np.int32))
        every = range(len(exact))
        return Compared(exact, [(left, right) for left in every for right in every[left:]])
    directions, centroids = _trained(vectors, seed, _FILE_SIZE)
    near = _nearest_centroids(vectors @ directions, centroids, min(_VOTES, len(centroids)))
    pieces: list[Rows] = []
    pieces_of: list[range] = []
    for rows in inverted(near[:, :1], len(centroids)):
        begin = len(pieces)
        pieces += _in_pieces(rows)
        pieces_of.append(range(begin, len(pieces)))
    pairs = {
        (min(pair), max(pair)): None
        for one, other in _akin(near, len(centroids))
        for pair in product(pieces_of[one], pieces_of[other])
    }
    return Compared(pieces, list(pairs))


def looked_into(vectors: Vectors, targets: Vectors, seed: int) -> list[tuple[Rows, Rows]]:
    """Which rows of `vectors` look for their nearest one into which rows of `targets`."""
    directions, centroids = _trained(targets, seed, _TARGETS_FILE_SIZE)
    files = inverted(_nearest_centroids(targets @ directions, centroids, 1), len(centroids))
    probes = min(_TARGET_PROBES, len(centroids))
    asking = inverted(_nearest_centroids(vectors @ directions, centroids, probes), len(centroids))
    return [(rows, members) for rows, members in zip(asking, files, strict=True) if len(members)]


def inverted(files_of_rows: Rows, count: int) -> list[Rows]:
    """The rows that name each of `count` files, in ascending order."""
    width = files_of_rows.shape[1]
    flat = files_of_rows.ravel()
    order = np.argsort(flat, kind="stable")
    bounds = np.searchsorted(flat[order], np.arange(count + 1))
    rows = (order // width).astype(np.int32)
    return [rows[bounds[file] : bounds[file + 1]] for file in range(count)]


def _in_pieces(rows: Rows) -> list[Rows]:
    return [rows[start : start + _PIECE_ROWS] for start in range(0, len(rows), _PIECE_ROWS)]


def _akin(near: Rows, count: int) -> list[tuple[int, int]]:
    """Each file with itself, with the one that its rows name most, with the next, and so on."""
    from scipy.sparse import csr_matrix

    rank = np.broadcast_to(1 / np.arange(1, near.shape[1] + 1), near.shape)
    own = np.broadcast_to(near[:, :1], near.shape)
    votes = csr_matrix((rank.ravel(), (own.ravel(), near.ravel())), shape=(count, count))
    found = [(0, file, file) for file in range(count)]
    for file in range(count):
        named = slice(votes.indptr[file], votes.indptr[file + 1])
        order = np.lexsort((votes.indices[named], -votes.data[named]))[:_PROBES]
        others = votes.indices[named][order].tolist()
        found += [(place, file, other) for place, other in enumerate(others, start=1)]
    return [(file, other) for _, file, other in sorted(found)]


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

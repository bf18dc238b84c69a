"""Vectors made comparable over languages, and what is near among them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.protocols import Vectors

Rows = npt.NDArray[np.int64]

# A language with few texts has no mean of its own: it borrows that of all, as if so many were its.
_BORROWED_TEXTS = 100
# Among more texts the nearest random pair is nearer: by so many robust standard deviations as the
# largest of their number of normal values, sqrt(2 ln n). Nearness that tells something stands out
# from that by so many more: of two texts that found a narrative together, of a text to the middle
# of the one it joins. Set on the noise and the paragraphs of eval/narratives.py.
_LINK_BEYOND = 1.55
_JOIN_BEYOND = 0.85
# Where few stories fill a corpus, random pairs are no measure: there these limits serve.
_HIGHEST_LINK = 0.65
_HIGHEST_JOIN = 0.60
_RANDOM_PAIRS = 20_000
# Short texts and plain ones are nearer to anything than others are: each is measured by its own
# cosines to a sample, in which its own story must not count for much.
_SPREAD_SAMPLE = 512
_SPREAD_MOST = 1.5
# The mean of |z| where it is cut there, for a normal value z.
_SPREAD_OF_NORMAL = 0.7393
# Narratives whose middles are nearer than the link limit by this share of the rest are one.
_MERGE_SHARE = 0.7
# Rows that are copied at once: passes over millions of vectors need no second copy of them.
_BLOCK_ROWS = 1_024


def centred(vectors: Vectors, order: Rows, languages: list[str]) -> Vectors:
    """`vectors[order]` without the mean of their language, so that languages make no clusters.

    `languages` are in that order too. No more than the result is held beside `vectors`.
    """
    names, codes = np.unique(languages, return_inverse=True)
    counts = np.bincount(codes, minlength=len(names))[:, None]
    blocks = [slice(at, at + _BLOCK_ROWS) for at in range(0, len(order), _BLOCK_ROWS)]
    sums = np.zeros((len(names), vectors.shape[1]))
    for block in blocks:
        owned = (np.arange(len(names))[:, None] == codes[block]).astype(np.float32)
        sums += owned @ vectors[order[block]]
    borrowed = _BORROWED_TEXTS * sums.sum(0) / max(len(order), 1)
    means = ((sums + borrowed) / (counts + _BORROWED_TEXTS)).astype(np.float32)
    result = np.empty((len(order), vectors.shape[1]), np.float32)
    for block in blocks:
        np.subtract(vectors[order[block]], means[codes[block]], out=result[block])
        lengths = np.sqrt(np.einsum("ij,ij->i", result[block], result[block]))
        result[block] /= np.maximum(lengths, 1e-6)[:, None]
    return result


def paired(first: Vectors, rows: Rows, second: Vectors, others: Rows) -> Vectors:
    """The product of each of `rows` of `first` with the row of `second` beside it in `others`."""
    products = np.empty(len(rows), np.float32)
    for at in range(0, len(rows), _BLOCK_ROWS):
        block = slice(at, at + _BLOCK_ROWS)
        products[block] = np.einsum("ij,ij->i", first[rows[block]], second[others[block]])
    return products


class Limits(NamedTuple):
    """Cosines from which texts are linked, join the middle of a narrative, and middles are one.

    Each text has its own limits; two texts are linked from the mean of theirs.
    """

    link: Vectors
    join: Vectors
    merge: float


def limits_in(space: Vectors, seed: int) -> Limits:
    """The cosines that stand out among random pairs of so many texts."""
    random = np.random.default_rng(seed)
    pairs = random.integers(0, len(space), (_RANDOM_PAIRS, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if not len(pairs):
        highest = np.ones(len(space), np.float32)
        return Limits(_HIGHEST_LINK * highest, _HIGHEST_JOIN * highest, 1.0)
    cosines = paired(space, pairs[:, 0], space, pairs[:, 1])
    middle = float(np.median(cosines))
    deviation = 1.4826 * float(np.median(np.abs(cosines - middle)))
    sample = np.sort(random.choice(len(space), min(_SPREAD_SAMPLE, len(space)), replace=False))
    spread = _spread(space, space[sample], middle, deviation)
    chance = math.sqrt(2 * math.log(len(space)))
    link = min(_HIGHEST_LINK, middle + (chance + _LINK_BEYOND) * deviation)
    return Limits(
        np.minimum(_HIGHEST_LINK, middle + (chance + _LINK_BEYOND) * spread),
        np.minimum(_HIGHEST_JOIN, middle + (chance + _JOIN_BEYOND) * spread),
        link + _MERGE_SHARE * (1 - link),
    )


def _spread(space: Vectors, sample: Vectors, middle: float, deviation: float) -> Vectors:
    """The deviation of each row's cosines to `sample`, where none counts for more than a few."""
    spread = np.empty(len(space), np.float32)
    for at in range(0, len(space), _BLOCK_ROWS):
        block = space[at : at + _BLOCK_ROWS] @ sample.T
        block -= np.float32(middle)
        np.abs(block, out=block)
        np.minimum(block, np.float32(_SPREAD_MOST * deviation), out=block)
        block.mean(1, out=spread[at : at + _BLOCK_ROWS])
    return spread / np.float32(_SPREAD_OF_NORMAL)

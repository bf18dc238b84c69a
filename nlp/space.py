"""Vectors made comparable over languages, and what is near among them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from baken.protocols import Vectors

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
# Narratives whose middles are nearer than the link limit by this share of the rest are one.
_MERGE_SHARE = 0.7


def centred(vectors: Vectors, languages: list[str]) -> Vectors:
    """`vectors` without the mean of their language, so that languages do not make clusters."""
    codes = np.unique(languages, return_inverse=True)[1]
    overall = vectors.mean(0)
    result = np.empty_like(vectors)
    for code in range(codes.max(initial=-1) + 1):
        mine = codes == code
        total = vectors[mine].sum(0) + _BORROWED_TEXTS * overall
        result[mine] = vectors[mine] - total / (mine.sum() + _BORROWED_TEXTS)
    lengths = np.linalg.norm(result, axis=1, keepdims=True)
    result /= np.maximum(lengths, 1e-6)
    return result


class Limits(NamedTuple):
    """Cosines from which texts are linked, join the middle of a narrative, and middles are one."""

    link: float
    join: float
    merge: float


def limits_in(space: Vectors, seed: int) -> Limits:
    """The cosines that stand out among random pairs of so many texts."""
    pairs = np.random.default_rng(seed).integers(0, len(space), (_RANDOM_PAIRS, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if not len(pairs):
        return Limits(_HIGHEST_LINK, _HIGHEST_JOIN, 1.0)
    cosines = np.einsum("ij,ij->i", space[pairs[:, 0]], space[pairs[:, 1]])
    middle = float(np.median(cosines))
    deviation = 1.4826 * float(np.median(np.abs(cosines - middle)))
    chance = math.sqrt(2 * math.log(len(space)))
    link = min(_HIGHEST_LINK, middle + (chance + _LINK_BEYOND) * deviation)
    join = min(_HIGHEST_JOIN, middle + (chance + _JOIN_BEYOND) * deviation)
    return Limits(link, join, link + _MERGE_SHARE * (1 - link))

"""Pairs of texts whose vectors stand near each other, and how far each stands out of its crowd."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.nlp.match_copies import Pairs
from baken.nlp.match_thresholds import (
    CROWD_ABOVE,
    LENGTH_SHARE,
    LOWEST_COSINE,
    MUTUAL_SHARE,
    OWN,
    TRANSLATED,
    Crowd,
    Scores,
    Thresholds,
)
from baken.nlp.neighbours import Neighbours, nearest_of_both
from baken.protocols import Progress, Vectors

# A text has at most so many candidates by meaning in its own language, and so many in others.
_NEIGHBOURS = 30

Numbers = npt.NDArray[np.int64]


class Near(NamedTuple):
    """Pairs of rows (left < right, sorted) with their cosines and margins."""

    pairs: Pairs
    cosines: Scores
    margins: Scores


class Kept(NamedTuple):
    """From which margins pairs are kept: within a language, and between two."""

    within: float
    between: float


def near_pairs(
    vectors: Vectors,
    languages: Numbers,
    lengths: Numbers,
    limits: Thresholds,
    *,
    kept: Kept,
    seed: int,
    progress: Progress,
) -> tuple[Near, Near]:
    """Near pairs within a language, and between two, of at least the margins `kept`.

    `languages` are numbers; `lengths` are those of the texts, in letters.
    """
    count = min(_NEIGHBOURS, len(vectors) - 1)
    everyone, foreign = nearest_of_both(vectors, count, languages, seed=seed, progress=progress)
    described = (languages, lengths)
    own = languages[everyone.rows] == languages[:, None]
    return (
        _pairs(everyone, own, described, (OWN, kept.within), limits),
        _pairs(foreign, np.ones_like(own), described, (TRANSLATED, kept.between), limits),
    )


def _pairs(
    found: Neighbours,
    wanted: npt.NDArray[np.bool_],
    described: tuple[Numbers, Numbers],
    sought: tuple[Crowd, float],
    limits: Thresholds,
) -> Near:
    languages, lengths = described
    crowd, lowest = sought
    total = len(languages)
    around = _around(found, crowd, limits)
    mine, place = np.nonzero(wanted & (found.rows >= 0) & (found.cosines >= LOWEST_COSINE))
    theirs = found.rows[mine, place].astype(np.int64)
    cosines = found.cosines[mine, place]
    margins = cosines - crowd.share * (around[mine] + around[theirs]) / 2
    margins -= LENGTH_SHARE * np.abs(np.log(lengths[mine] / lengths[theirs]))
    keys = np.minimum(mine, theirs) * total + np.maximum(mine, theirs)
    best, times = np.unique(
        keys[_nearest_of_language(found, languages)[mine, place]], return_counts=True
    )
    margins[np.isin(keys, best[times == 2])] += MUTUAL_SHARE
    kept = np.flatnonzero((margins >= lowest) | (cosines >= limits.sure))
    pairs, first = np.unique(keys[kept], return_index=True)
    kept = kept[first]
    return Near(
        np.stack([pairs // total, pairs % total], 1),
        cosines[kept].astype(np.float32),
        margins[kept].astype(np.float32),
    )


def _around(found: Neighbours, crowd: Crowd, limits: Thresholds) -> Scores:
    """How near each text is to its surroundings: what is usual for the model where none."""
    cosines = found.cosines[:, crowd.ranks]
    known = cosines > -1.0
    counts = known.sum(1)
    mean = np.where(known, cosines, 0.0).sum(1) / np.maximum(counts, 1)
    around = np.where(counts > 0, mean, limits.surroundings)
    capped: Scores = np.minimum(around, limits.surroundings + CROWD_ABOVE).astype(np.float32)
    return capped


def _nearest_of_language(found: Neighbours, languages: Numbers) -> npt.NDArray[np.bool_]:
    """Whether a neighbour is the nearest in its language."""
    spoken = languages[found.rows]
    first = np.ones(spoken.shape, dtype=bool)
    for place in range(1, spoken.shape[1]):
        first[:, place] = (spoken[:, :place] != spoken[:, place : place + 1]).all(1)
    return first

"""Pairs of texts whose vectors stand near each other, and how far each stands out of its crowd."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.nlp.match_thresholds import (
    CROWD_ABOVE,
    MAX_LENGTH,
    USUAL_LENGTH,
    Scores,
    Shares,
    Thresholds,
)
from baken.nlp.neighbours import Neighbours, nearest_of_both
from baken.nlp.neighbours_exact import cosines_of_pairs
from baken.nlp.threads import single_threads
from baken.protocols import Progress, Vectors
from baken.resemblance import Pairs

# A text has at most so many candidates by meaning in its own language, and so many in others.
_NEIGHBOURS = 30

Numbers = npt.NDArray[np.int64]


class Near(NamedTuple):
    """Pairs of rows (left < right, sorted) with their cosines and margins."""

    pairs: Pairs
    cosines: Scores
    margins: Scores


class Sought(NamedTuple):
    """Which pairs are kept: of at least this cosine, and this margin of these shares."""

    shares: Shares
    cosine: float
    margin: float


class Described(NamedTuple):
    """Of each text its vector, the number of its language and its length in letters."""

    vectors: Vectors
    languages: Numbers
    lengths: Numbers


def near_pairs(
    texts: Described,
    limits: Thresholds,
    *,
    within: Sought,
    between: Sought,
    seed: int,
    progress: Progress,
) -> tuple[Near, Near]:
    """The pairs sought within a language, and those sought between two.

    Margins are without what the words of the two add to them.
    """
    count = min(_NEIGHBOURS, len(texts.vectors) - 1)
    everyone, foreign = nearest_of_both(
        texts.vectors, count, texts.languages, seed=seed, progress=progress
    )
    own = texts.languages[everyone.rows] == texts.languages[:, None]
    return (
        _pairs(everyone, own, texts, within, limits),
        _pairs(foreign, np.ones_like(own), texts, between, limits),
    )


def _pairs(
    found: Neighbours,
    wanted: npt.NDArray[np.bool_],
    texts: Described,
    sought: Sought,
    limits: Thresholds,
) -> Near:
    shares, lowest = sought.shares, sought.margin
    mine, place = np.nonzero(wanted & (found.rows >= 0) & (found.cosines >= sought.cosine))
    theirs = found.rows[mine, place].astype(np.int64)
    cosines = found.cosines[mine, place]
    around = _around(found, shares, limits)
    least = _least_rival(found, limits)
    margins = cosines - shares.crowd * (around[mine] + around[theirs]) / 2
    lengths = texts.lengths
    margins -= shares.length * np.abs(np.log(lengths[mine] / lengths[theirs]))
    shorter = np.minimum(np.minimum(lengths[mine], lengths[theirs]), MAX_LENGTH)
    margins += shares.shortness * np.log(shorter / USUAL_LENGTH)
    at_best = margins - shares.rival * np.maximum(least[mine], least[theirs])
    total = len(lengths)
    keys = np.minimum(mine, theirs) * total + np.maximum(mine, theirs)
    kept = np.flatnonzero(at_best >= lowest)
    keys, first = np.unique(keys[kept], return_index=True)
    kept = kept[first]
    pairs = np.stack([keys // total, keys % total], 1)
    # So few products that threads would only wait for each other.
    with single_threads():
        rivals = np.maximum(
            _rivals(found, pairs, least, texts, limits),
            _rivals(found, pairs[:, ::-1], least, texts, limits),
        )
    near = Near(
        pairs,
        cosines[kept].astype(np.float32),
        (margins[kept] - shares.rival * rivals).astype(np.float32),
    )
    out = near.margins >= lowest
    return Near(pairs[out], near.cosines[out], near.margins[out])


def _around(found: Neighbours, shares: Shares, limits: Thresholds) -> Scores:
    """How near each text is to its surroundings: what is usual for the model where none."""
    cosines = found.cosines[:, shares.ranks]
    known = cosines > -1.0
    counts = known.sum(1)
    mean = np.where(known, cosines, 0.0).sum(1) / np.maximum(counts, 1)
    around = np.where(counts > 0, mean, limits.surroundings)
    capped: Scores = np.minimum(around, limits.surroundings + limits.spread * CROWD_ABOVE).astype(
        np.float32
    )
    return capped


def _least_rival(found: Neighbours, limits: Thresholds) -> Scores:
    """How near a rival is to each text that is not among its neighbours, at most."""
    farthest = found.cosines[:, -1]
    capped = np.minimum(farthest, limits.surroundings + limits.spread * CROWD_ABOVE)
    least: Scores = np.where(farthest > -1.0, capped, limits.surroundings).astype(np.float32)
    return least


def _rivals(
    found: Neighbours, pairs: Pairs, least: Scores, texts: Described, limits: Thresholds
) -> Scores:
    """How near the first of each pair is to its nearest text in the language of the second.

    The second itself and its versions are no rivals of it.
    """
    rivals = least[pairs[:, 0]]
    # In the order of the second, so that equal ones stand together.
    waiting = np.argsort(pairs[:, 1], kind="stable")
    for rank in range(found.rows.shape[1]):
        mine, theirs = pairs[waiting].T
        other = found.rows[mine, rank].astype(np.int64)
        fits = (other >= 0) & (other != theirs)
        fits &= texts.languages[other] == texts.languages[theirs]
        asked = np.flatnonzero(fits)
        cosines = cosines_of_pairs(texts.vectors, theirs[asked], other[asked])
        far = asked[cosines < limits.sure]
        rivals[waiting[far]] = found.cosines[mine[far], rank]
        waiting = np.delete(waiting, far)
    return rivals

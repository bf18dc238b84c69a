"""A second reader for translations in doubt: another encoder, which errs at other texts.

multilingual-e5-small takes some twenty times as long for a text as the default. It is asked only
about texts of pairs near the threshold, and about a bounded number of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from baken.config import NlpConfig
from baken.nlp.match_copies import Pairs
from baken.nlp.match_thresholds import (
    DOUBT,
    SECOND_SHARE,
    SECOND_USUAL,
    Scores,
    Thresholds,
    has_second_reader,
)
from baken.protocols import Embedder

# About twenty minutes on one core; pairs beyond are left to the first reader.
MAX_PAIRS = 10_000


def second_reader(model_id: str, config: NlpConfig) -> Embedder | None:
    """The second reader beside `model_id`; `None` where there is none or `config` wants none."""
    if not config.second_reader or not has_second_reader(model_id):
        return None
    from baken.nlp.embed.e5 import E5Embedder

    return E5Embedder()


def translated(
    pairs: Pairs,
    margins: Scores,
    limits: Thresholds,
    texts: tuple[Sequence[str], Sequence[str]],
    second: Embedder | None,
) -> npt.NDArray[np.bool_]:
    """Which of `pairs` are translations by their margin, `second` being asked where in doubt.

    `texts` are the texts and their languages.
    """
    result = margins >= limits.translation
    distance = np.abs(margins - limits.translation)
    doubtful = np.flatnonzero(distance <= DOUBT)
    if second is None or not len(doubtful):
        return result
    nearest_first = np.lexsort((doubtful, distance[doubtful]))
    asked = doubtful[nearest_first[:MAX_PAIRS]]
    rows, places = np.unique(pairs[asked], return_inverse=True)
    words, languages = ([side[row] for row in rows] for side in texts)
    vectors = second.encode(words, languages)
    left, right = places.reshape(-1, 2).T
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right])
    result[asked] = margins[asked] + SECOND_SHARE * (cosines - SECOND_USUAL) >= limits.agreed
    return result

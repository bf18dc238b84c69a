"""A second reader for translations in doubt: another encoder, which errs at other texts.

multilingual-e5-small takes several times as long for a text as the default, even in 8 bits. It is
asked only about texts of pairs near the threshold, and about a bounded number of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from baken.config import NlpConfig
from baken.nlp.match_thresholds import (
    DOUBT,
    SECOND_SHARE,
    SECOND_USUAL,
    Scores,
    has_second_reader,
)
from baken.protocols import Embedder
from baken.resemblance import Pairs

# What one run may ask: the pairs most in doubt, up to so many texts. At 0.016 to 0.02 s of one core
# for a text of 400 letters that is two minutes at most, and six or seven on a processor that does
# not multiply bytes; 170,000 tweets have 720 texts in doubt. It is the same on every machine, as
# the matches are.
MAX_TEXTS = 6_000
# Letters of a text that are read: versions of one text begin alike.
_MAX_CHARS = 400


def second_reader(model_id: str, config: NlpConfig) -> Embedder | None:
    """The second reader beside `model_id`; `None` where there is none or `config` wants none."""
    if not config.second_reader or not has_second_reader(model_id):
        return None
    from baken.nlp.embed.quick_e5 import QuickE5Embedder

    return QuickE5Embedder()


def agreed_margins(
    pairs: Pairs,
    margins: Scores,
    threshold: float,
    texts: tuple[Sequence[str], Sequence[str]],
    second: Embedder,
    *,
    worth_asking: Callable[[int, int], bool],
) -> Scores:
    """The margins, with what `second` adds to those in doubt that are `worth_asking` about.

    `texts` are the texts and their languages.
    """
    asked = _asked(pairs, np.abs(margins - threshold), worth_asking)
    if not len(asked):
        return margins
    rows, places = np.unique(pairs[asked], return_inverse=True)
    words, languages = ([side[row] for row in rows] for side in texts)
    vectors = second.encode([text[:_MAX_CHARS] for text in words], languages)
    left, right = places.reshape(-1, 2).T
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right])
    agreed = margins.copy()
    agreed[asked] += SECOND_SHARE * (cosines - SECOND_USUAL)
    return agreed


def _asked(
    pairs: Pairs, distances: Scores, worth_asking: Callable[[int, int], bool]
) -> npt.NDArray[np.int64]:
    """The pairs most in doubt, until they are of `MAX_TEXTS` texts."""
    doubtful = np.flatnonzero(distances <= DOUBT)
    asked: list[int] = []
    known: set[int] = set()
    for place in doubtful[np.lexsort((doubtful, distances[doubtful]))].tolist():
        left, right = pairs[place].tolist()
        if not worth_asking(left, right):
            continue
        known |= {left, right}
        if len(known) > MAX_TEXTS:
            break
        asked.append(place)
    return np.array(asked, np.int64)

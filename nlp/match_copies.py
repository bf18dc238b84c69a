"""Texts that may be copies of each other; candidates only, to be verified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from baken.resemblance import SHINGLE_CHARS, Pairs, digests, resembling

# Of the pairs of 90,000 sentences made from templates that share .80 of their letters, one in 1,400
# seems to share fewer shingles, and 40 in 100 of the others do.
_LEAST_RESEMBLANCE = 0.35


def copy_candidates(texts: Sequence[str], *, seed: int) -> Pairs:
    """Pairs of rows (left < right, sorted) whose texts may share most of their letters.

    `texts` are bare words; a text shorter than a shingle has no candidates.
    """
    usable = np.flatnonzero([len(text) >= SHINGLE_CHARS for text in texts])
    found = resembling(
        digests([texts[row] for row in usable.tolist()], seed=seed), least=_LEAST_RESEMBLANCE
    )
    return usable[found]

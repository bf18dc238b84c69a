"""Which members of a narrative deny what the others assert.

Encoders place a claim beside its denial, so that both are members of one narrative. A denial is a
short text that would be a copy of the others but for a negation (`baken.nlp.claims`): a negation in
another sentence denies something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel

from baken.nlp.claims import MAX_CLAIM_CHARS, denials_in, has_negators
from baken.nlp.text import bare_words
from baken.protocols import Vectors

# Each text is held against so many of the others, the nearest to the middle: more tell no more.
_MAX_COMPARED = 400
# Share of letters in common, tags aside. Of the negations in eval/sets/claims.csv 98 % have more.
_MIN_ALIKE = 0.8
_TAG = re.compile(r"#\w+")
# One other text that says the opposite may itself be the denial.
_MIN_OPPOSED = 2
_BLOCK_ROWS = 2_048


def denying(
    texts: Sequence[str], languages: Sequence[str], vectors: Vectors, *, sure: float
) -> list[bool | None]:
    """Whether each text of a narrative denies what most of those that resemble it assert.

    The texts are distinct and ordered, the nearest to the middle first; row i of `vectors` (unit
    length) belongs to text i. Those whose cosine is at least `sure` resemble each other. Texts of
    several claims are not compared: no. `None` for a language whose negations nobody has listed.
    """
    answers: list[bool | None] = [False if has_negators(code) else None for code in languages]
    short = [
        row
        for row, text in enumerate(texts)
        if answers[row] is not None and len(text) <= MAX_CLAIM_CHARS
    ]
    if len(short) <= _MIN_OPPOSED:
        return answers
    negated = np.array([denials_in(texts[row], languages[row]) > 0 for row in short])
    if negated.all() or not negated.any():
        return answers
    rows = np.array(short)
    compared = rows[:_MAX_COMPARED]
    for start in range(0, len(rows), _BLOCK_ROWS):
        block = rows[start : start + _BLOCK_ROWS]
        cosines = vectors[block] @ vectors[compared].T
        near = (cosines >= sure) & (block[:, None] != compared[None, :])
        opposed = near & (negated[start : start + len(block), None] != negated[: len(compared)])
        agreeing = near.sum(1) - opposed.sum(1)
        enough = opposed.sum(1) >= np.maximum(_MIN_OPPOSED, agreeing + 1)
        for place in np.flatnonzero(enough).tolist():
            mine = int(block[place])
            answers[mine] = all(
                languages[mine] == languages[other] and _denies(texts[mine], texts[other])
                for other in compared[_nearest(cosines[place], opposed[place])].tolist()
            )
    return answers


def _denies(text: str, other: str) -> bool:
    """Whether two texts, one with a negation and one without, are otherwise alike."""
    ours, theirs = (bare_words(_TAG.sub(" ", one)) for one in (text, other))
    return Indel.normalized_similarity(ours, theirs) >= _MIN_ALIKE


def _nearest(cosines: Vectors, chosen: npt.NDArray[np.bool_]) -> list[int]:
    found = np.flatnonzero(chosen)
    order = np.argsort(-cosines[found], kind="stable")
    nearest: list[int] = found[order[:_MIN_OPPOSED]].tolist()
    return nearest

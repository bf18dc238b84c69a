"""Which sentences of a text and of its translation belong together, by their lengths alone.

Gale and Church 1993, "A Program for Aligning Sentences in Bilingual Corpora": a sentence's
translation has about as many letters, so the cheapest way through both texts aligns them. It is
right where a text was translated from beginning to end, and drifts where much was left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import NormalDist

from baken.nlp.entities_spacy import sentence_spans

Span = tuple[int, int]
# The paper's variance of the difference in length, for each letter.
_VARIANCE = 6.8
# How many sentences of each side make one bead, and how often (the paper's table 5).
_BEADS = {(1, 1): 0.89, (1, 0): 0.005, (0, 1): 0.005, (2, 1): 0.045, (1, 2): 0.045, (2, 2): 0.011}
# Sentences of each text that are aligned: what costs quadratic time is bounded.
_MAX_SENTENCES = 60
_LEAST = 1e-12
_NORMAL = NormalDist()


def aligned_sentences(left: str, right: str, *, languages: tuple[str, str]) -> list[dict[str, int]]:
    """Stretches of one or two sentences that belong together, in characters, in order.

    A sentence without a counterpart is in none of them.
    """
    ours = sentence_spans([left], languages[0])[0][:_MAX_SENTENCES]
    theirs = sentence_spans([right], languages[1])[0][:_MAX_SENTENCES]
    beads = [(0, 0, 1, 1)] if len(ours) == len(theirs) == 1 else _beads(ours, theirs)
    return [
        {
            "left_start": ours[i][0],
            "left_end": ours[to_i - 1][1],
            "right_start": theirs[j][0],
            "right_end": theirs[to_j - 1][1],
        }
        for i, j, to_i, to_j in beads
        if to_i > i and to_j > j
    ]


def _beads(ours: Sequence[Span], theirs: Sequence[Span]) -> list[tuple[int, int, int, int]]:
    left, right = ([end - start for start, end in spans] for spans in (ours, theirs))
    # Languages differ in how long they say a thing: the texts themselves tell by how much.
    ratio = max(1, sum(right)) / max(1, sum(left))
    best: dict[Span, tuple[float, Span]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            for (di, dj), prior in _BEADS.items():
                before = best.get((i - di, j - dj))
                if before is None:
                    continue
                lengths = sum(left[i - di : i]), sum(right[j - dj : j])
                cost = before[0] + _cost(*lengths, ratio) - math.log(prior)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, (i - di, j - dj))
    return list(_path(best, (len(left), len(right))))[::-1]


def _path(best: dict[Span, tuple[float, Span]], end: Span) -> Iterator[tuple[int, int, int, int]]:
    while end != (0, 0):
        begin = best[end][1]
        yield (*begin, *end)
        end = begin


def _cost(ours: int, theirs: int, ratio: float) -> float:
    mean = max(1.0, (ours + theirs / ratio) / 2)
    apart = abs(theirs - ours * ratio) / math.sqrt(mean * _VARIANCE)
    return -math.log(max(_LEAST, 2 * (1 - _NORMAL.cdf(apart))))

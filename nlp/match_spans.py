"""Which stretches of two texts are the same, word by word."""

from __future__ import annotations

import re

from rapidfuzz.distance import Opcodes

_WORD = re.compile(r"\w+")
# Words of each text that are aligned; more would cost quadratic time and tell an analyst little.
_MAX_WORDS = 1_000
# Fewer words in a row are the small change of a language.
_MIN_RUN_WORDS = 2


def aligned_spans(left: str, right: str) -> list[dict[str, int]]:
    """Runs of at least two equal words, as characters of `left` and of `right`, in order."""
    ours, theirs = _words(left), _words(right)
    return [
        {
            "left_start": ours[code.src_start][0],
            "left_end": ours[code.src_end - 1][1],
            "right_start": theirs[code.dest_start][0],
            "right_end": theirs[code.dest_end - 1][1],
        }
        for code in _opcodes([word for _, _, word in ours], [word for _, _, word in theirs])
        if code.tag == "equal" and code.src_end - code.src_start >= _MIN_RUN_WORDS
    ]


def _opcodes(left: list[str], right: list[str]) -> Opcodes:
    from rapidfuzz.distance import Indel

    return Indel.opcodes(left, right)


def _words(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in _WORD.finditer(text):
        found.append((match.start(), match.end(), match.group().casefold()))
        if len(found) == _MAX_WORDS:
            break
    return found

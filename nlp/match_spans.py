"""Which stretches of two texts are the same, word by word."""

from __future__ import annotations

import re
from itertools import islice

from rapidfuzz.distance import Opcodes

_WORD = re.compile(r"\w+")
# Words of each text that are aligned; more would cost quadratic time and tell an analyst little.
_MAX_WORDS = 1_000
# Fewer words in a row are the small change of a language.
_MIN_RUN_WORDS = 2


def aligned_spans(left: str, right: str) -> list[dict[str, int]]:
    """Runs of at least two equal words, as characters of `left` and of `right`, in order."""
    (ours, our_words), (theirs, their_words) = _words(left), _words(right)
    return [
        {
            "left_start": ours[code.src_start][0],
            "left_end": ours[code.src_end - 1][1],
            "right_start": theirs[code.dest_start][0],
            "right_end": theirs[code.dest_end - 1][1],
        }
        for code in _opcodes(our_words, their_words)
        if code.tag == "equal" and code.src_end - code.src_start >= _MIN_RUN_WORDS
    ]


def _opcodes(left: list[str], right: list[str]) -> Opcodes:
    from rapidfuzz.distance import Indel

    return Indel.opcodes(left, right)


def _words(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Where the words of `text` are, and what they are in folded case."""
    places = [match.span() for match in islice(_WORD.finditer(text), _MAX_WORDS)]
    # Folded at once: a line break is in no word, and stays one.
    words = "\n".join([text[start:end] for start, end in places]).casefold()
    return places, words.split("\n") if places else []

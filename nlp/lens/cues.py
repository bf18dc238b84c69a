"""Words that point to a label: how strongly the words of a sentence do so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from baken.nlp.lens.taxonomy import Label

# One cue makes a label more likely than not, two make it likely; hints need each other or a near
# example. Set by thought before anything was measured, and never tuned.
_MISS_OF_CUE = 0.4
_MISS_OF_HINT = 0.75
_MAX_CUES = 4
_MAX_HINTS = 2
_GAP = r"[^.!?]{0,60}?"


def cue_confidence(text: str, language: str, label: Label) -> float:
    """How sure the words of `text` alone make `label`, 0 to 1; 0 for a language without cues."""
    words = plain(text)
    cues = _found(words, label.cues.get(language, ()), _MAX_CUES)
    hints = _found(words, label.hints.get(language, ()), _MAX_HINTS)
    return 1.0 - _MISS_OF_CUE**cues * _MISS_OF_HINT**hints


def plain(text: str) -> str:
    """`text` as cues are written: case-folded, one kind of apostrophe."""
    return text.casefold().replace("’", "'").replace("ʼ", "'")


def _found(words: str, cues: Sequence[str], most: int) -> int:
    if not cues:
        return 0
    found: set[str] = set()
    for match in _pattern(tuple(cues)).finditer(words):
        found.add(match.group())
        if len(found) >= most:
            break
    return len(found)


@lru_cache(maxsize=4_096)
def _pattern(cues: tuple[str, ...]) -> re.Pattern[str]:
    parts = sorted({_one(cue) for cue in cues if cue.strip(" *.")}, key=lambda part: -len(part))
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts) or '(?!)'})(?!\w)")


def _one(cue: str) -> str:
    pieces = [piece.strip() for piece in plain(cue).split("...")]
    return _GAP.join(re.escape(piece).replace(r"\*", r"\w*") for piece in pieces if piece)

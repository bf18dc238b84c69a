"""Words that point to a label: how strongly the words of a sentence do so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from baken.taxonomies import Label

# One cue makes a label more likely than not, two make it likely; hints need each other or a near
# example. Set by thought before anything was measured, and never tuned.
_MISS_OF_CUE = 0.4
_MISS_OF_HINT = 0.75
_MAX_CUES = 4
_MAX_HINTS = 2
ANY_LANGUAGE = "any"
_GAP = r"[^.!?]{0,60}?"


def cue_confidence(text: str, language: str, label: Label) -> float:
    """How sure the words of `text` alone make `label`, 0 to 1; 0 for a language without cues.

    What stands under `any` (signs, pictures) counts in every language.
    """
    words = plain(text)
    cues = _found(words, _in(label.cues, language), _MAX_CUES)
    hints = _found(words, _in(label.hints, language), _MAX_HINTS)
    return 1.0 - _MISS_OF_CUE**cues * _MISS_OF_HINT**hints


def _in(words: Mapping[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    return words.get(language, ()) + words.get(ANY_LANGUAGE, ())


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
    kept = sorted(
        {plain(cue) for cue in cues if cue.strip(" *.")}, key=lambda cue: (-len(cue), cue)
    )
    words = "|".join(_one(cue) for cue in kept if re.search(r"\w", cue)) or "(?!)"
    # Signs and pictures, unlike words, stand right behind a word.
    signs = "|".join(_one(cue) for cue in kept if not re.search(r"\w", cue)) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)|{signs}")


def _one(cue: str) -> str:
    pieces = [piece.strip() for piece in cue.split("...")]
    return _GAP.join(re.escape(piece).replace(r"\*", r"\w*") for piece in pieces if piece)

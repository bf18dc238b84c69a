"""What models can read: bounded text without broken characters, Ukrainian for readers of Russian.

An encoder that never saw Ukrainian knows much of it once frequent words, endings and letters are
replaced by their Russian counterparts: on 270 sentences of NTREX-128 it then finds 95 % of the
translations into six languages, against 83 % with letters alone and about 80 % without.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

# In U+2019 and U+02BC the apostrophe of Ukrainian keyboards and of typesetters.
_APOSTROPHES = str.maketrans("’ʼ", "''")
_LETTERS = str.maketrans("іїєґІЇЄҐ'’ʼ", "ииегИИЕГъъъ")
_WORD = re.compile(r"[А-Яа-яІЇЄҐіїєґ][А-Яа-яІЇЄҐіїєґ'’ʼ-]{0,60}")
# An ending alone says nothing of a word; at least so many letters must stand before it.
_MIN_STEM = 3


def readable(text: str, max_chars: int) -> str:
    """The first `max_chars` characters of `text`, broken surrogates replaced by question marks."""
    return text[:max_chars].encode("utf-8", "replace").decode("utf-8")


def russian_like(text: str) -> str:
    """Ukrainian `text` as a reader of Russian alone may follow it; no translation."""
    return _WORD.sub(_counterpart, text)


def _counterpart(match: re.Match[str]) -> str:
    word = match.group()
    low = word.lower().translate(_APOSTROPHES)
    words, endings = _lexicon()
    known = words.get(low)
    if known is not None:
        return known.capitalize() if word[0].isupper() else known
    for length in range(min(5, len(low) - _MIN_STEM), 1, -1):
        ending = endings.get(low[-length:])
        if ending is not None:
            word = word[:-length] + ending
            break
    return word.translate(_LETTERS)


@cache
def _lexicon() -> tuple[dict[str, str], dict[str, str]]:
    """Words and endings with their counterparts, from `ukrainian.txt`."""
    text = resources.files("baken.nlp.embed").joinpath("ukrainian.txt").read_text(encoding="utf-8")
    words, endings = {}, {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            ours, theirs = line.split(maxsplit=1)
            if ours.startswith("-"):
                endings[ours[1:]] = theirs[1:]
            else:
                words[ours] = theirs
    return words, endings

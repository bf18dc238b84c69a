"""The names of a text, comparable over spelling and between Latin and Cyrillic letters."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from baken.nlp.entities_gazetteer import find_listed

_CAPITALISED = re.compile(r"(?<=[^\W\d_][\s,;:])(?:[^\W\d_])[^\W\d_]{2,}")
# In German every noun has a capital; names are told from lists alone.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_SAME_NAME = 0.75

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e",
    "ж": "j", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f",
    "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ы": "i", "ь": "", "э": "e",
    "ю": "u", "я": "a",
}  # fmt: skip
_TABLE = str.maketrans(_LATIN)


def names_in(text: str, language: str) -> frozenset[str]:
    """The listed names and the capitalised words within sentences, each in one spelling."""
    names = {f"={entity.normal}" for entity in find_listed(text, language)}
    if language not in _CAPITAL_NOUNS:
        names.update(
            skeleton(match.group())
            for match in _CAPITALISED.finditer(text)
            if match.group()[0].isupper()
        )
    return frozenset(names)


def names_differ(
    left: AbstractSet[str],
    right: AbstractSet[str],
    left_words: AbstractSet[str],
    right_words: AbstractSet[str],
) -> bool:
    """Whether each side has a name that the other has in no spelling."""
    del left_words, right_words
    return bool(_missing(left, right)) and bool(_missing(right, left))


def skeleton(word: str) -> str:
    """The Latin letters of `word`, without marks and doubled letters."""
    import unicodedata

    latin = unicodedata.normalize("NFD", word.casefold().translate(_TABLE))
    plain = "".join(letter for letter in latin if not unicodedata.combining(letter))
    return re.sub(r"(.)\1", r"\1", plain)


def _missing(names: AbstractSet[str], others: AbstractSet[str]) -> list[str]:
    from rapidfuzz.distance import JaroWinkler

    return [
        name
        for name in sorted(names - others)
        if all(JaroWinkler.normalized_similarity(name, other) < _SAME_NAME for other in others)
    ]

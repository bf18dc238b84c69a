"""The numbers of a text: digits of any notation, and number words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources

_TOKEN = re.compile(
    r"((?<![^\W_])\d{1,15}(?:[.,\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d{1,2}(?!\d))?)"
    r"|([^\W\d_]+(?:'[^\W\d_]+)?)"
)
_GROUPING = re.compile(r"[.,\u00a0\u202f ](?=\d{3}(?!\d))")
# A word for one of these multiplies the number before it: "3 million".
_SCALES = frozenset({100.0, 1e3, 1e6, 1e9})
_SCALE_SIGNS = {
    **dict.fromkeys(("k", "тис", "тыс", "tys"), 1e3),
    **dict.fromkeys(("mln", "mio", "млн"), 1e6),
    **dict.fromkeys(("mrd", "mld", "bn", "млрд"), 1e9),
}


def numbers_in(text: str, language: str) -> frozenset[float]:
    """The values in `text`."""
    known = _number_words().get(language, {})
    found: list[float] = []
    adjacent = False
    for digits, word in _TOKEN.findall(text.casefold().replace("’", "'")):
        if digits:
            found.append(_value(digits))
            adjacent = True
            continue
        value = known.get(word, _SCALE_SIGNS.get(word) if adjacent else None)
        if value is None:
            adjacent = False
        elif value in _SCALES and adjacent and found[-1] < value:
            found[-1] *= value
        else:
            found.append(value)
            adjacent = True
    return frozenset(found)


def numbers_differ(left: AbstractSet[float], right: AbstractSet[float]) -> bool:
    """Whether each side has a number that the other lacks."""
    return bool(left - right) and bool(right - left)


def _value(written: str) -> float:
    """The value of digits with either decimal mark: a mark before three digits groups them."""
    return float(_GROUPING.sub("", written).replace(",", "."))


@cache
def _number_words() -> Mapping[str, Mapping[str, float]]:
    file = resources.files("baken.nlp") / "claim_numbers.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: {word: float(value) for value, words in entry.items() for word in words.split()}
        for language, entry in raw.items()
    }

"""The numbers of a text: digits of any notation, and number words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources

_DIGITS = re.compile(r"(?<![\w.,])\d{1,15}(?:[.,  ]\d{3})*(?:[.,]\d{1,2})?(?![\d])|\d{1,15}")


def numbers_in(text: str, words: Sequence[str], language: str) -> frozenset[float]:
    """The values in `text`; `words` are its case-folded words."""
    found = {_value(match.group()) for match in _DIGITS.finditer(text)}
    known = _number_words().get(language, {})
    found.update(known[word] for word in words if word in known)
    return frozenset(found)


def numbers_differ(left: AbstractSet[float], right: AbstractSet[float]) -> bool:
    """Whether each side has a number that the other lacks."""
    return bool(left - right) and bool(right - left)


def _value(written: str) -> float:
    """The value of digits with either decimal mark: a mark before three digits groups them."""
    grouped = re.sub(r"[.,  ](?=\d{3}(?!\d))", "", written)
    return float(grouped.replace(",", ".").replace(" ", "").replace(" ", ""))


@cache
def _number_words() -> Mapping[str, Mapping[str, float]]:
    file = resources.files("baken.nlp") / "claim_numbers.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: {word: float(value) for value, words in entry.items() for word in words.split()}
        for language, entry in raw.items()
    }

"""Whether two near texts make the same claim: a denial, another number or another name does not.

Rules over words, because encoders place a claim beside its denial. What counts as a denial or a
number word in which language stands in `claims.toml`, which anyone can edit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from baken.nlp.claim_names import names_differ, names_in
from baken.nlp.claim_numbers import numbers_differ, numbers_in


class Change(StrEnum):
    """What makes the claim of one text another claim."""

    NEGATION = "negation"
    NUMBER = "number"
    NAME = "name"


# Longer texts make many claims: there one number more or less changes the article, not the story.
MAX_CLAIM_CHARS = 400
_WORD = re.compile(r"n['’]t\b|[^\W\d_]+(?=n['’]t\b)|[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Claim:
    """What of a text is compared: its denials, its numbers and its names."""

    denials: int
    numbers: frozenset[float]
    names: frozenset[str]
    words: frozenset[str]


def changed(left: str, left_language: str, right: str, right_language: str) -> Change | None:
    """What changed between two texts of one claim each; `None` where nothing did, or none knows.

    Texts of over `MAX_CLAIM_CHARS` characters make more than one claim and are not compared.
    """
    if max(len(left), len(right)) > MAX_CLAIM_CHARS:
        return None
    ours, theirs = claim_of(left, left_language), claim_of(right, right_language)
    if (
        _knows(left_language)
        and _knows(right_language)
        and bool(ours.denials) != bool(theirs.denials)
    ):
        return Change.NEGATION
    if numbers_differ(ours.numbers, theirs.numbers):
        return Change.NUMBER
    if names_differ(ours.names, theirs.names, ours.words, theirs.words):
        return Change.NAME
    return None


def same_claim(left: str, left_language: str, right: str, right_language: str) -> bool:
    """Whether nothing is known that makes the claims of the two texts different."""
    return changed(left, left_language, right, right_language) is None


@lru_cache(maxsize=65_536)
def claim_of(text: str, language: str) -> Claim:
    """The claim that `text` makes, as far as words tell."""
    words = _WORD.findall(text)
    folded = [word.casefold().replace("’", "'") for word in words]
    return Claim(
        denials=_denials(folded, language),
        numbers=numbers_in(text, folded, language),
        names=names_in(text, language),
        words=frozenset(folded),
    )


def _knows(language: str) -> bool:
    return language in _lexicon()


def _denials(words: Sequence[str], language: str) -> int:
    entry = _lexicon().get(language)
    if entry is None:
        return 0
    line = f" {' '.join(words)} "
    for phrase in entry["only"]:
        line = line.replace(f" {phrase} ", " ")
    return sum(word in entry["negators"] for word in line.split())


@cache
def _lexicon() -> Mapping[str, Any]:
    file = resources.files("baken.nlp") / "claims.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: {"negators": frozenset(entry["negators"]), "only": tuple(entry["only"])}
        for language, entry in raw.items()
    }

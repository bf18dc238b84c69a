"""Whether two near texts make the same claim: a denial, another number or another name does not.

Rules over words, because encoders place a claim beside its denial. What counts as a denial or a
number word in which language stands in `claims.toml` and `claim_numbers.toml`, to be edited.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any

from baken.nlp.claim_names import (
    Word,
    gaps_between,
    listed_in,
    name_replaced,
    names_conflict,
    skeleton,
    spelt_in,
    sure_names,
    words_of,
)
from baken.nlp.claim_numbers import numbers_differ, numbers_in
from baken.nlp.entities import ORGANISATION, PLACE


class Change(StrEnum):
    """What makes the claim of one text another claim."""

    NEGATION = "negation"
    NUMBER = "number"
    NAME = "name"


# Longer texts make many claims: there one number more or less changes the article, not the story.
MAX_CLAIM_CHARS = 400
# Translators turn "unknown" into "not known": over languages only short texts are held to denials.
_MAX_TRANSLATED_CHARS = 160
USUAL_MARKS = 0.8
# "was" and "was not", "signed" and "did not sign": longer stretches say something else altogether.
_MAX_DENYING_WORDS = 4
# The beginning of an article holds the claim that its versions share.
_MAX_CHARS = 1_000
_WORD = re.compile(r"n['’]t\b|[^\W_]+?(?=n['’]t\b)|[^\W_]+")


@dataclass(frozen=True)
class Claim:
    """What of a text is compared, each found when first asked for."""

    text: str
    language: str

    @cached_property
    def denials(self) -> int:
        """How many of its words deny something."""
        return denials_in(self.text, self.language)

    @cached_property
    def numbers(self) -> frozenset[float]:
        """The values of its numbers."""
        return numbers_in(self.text, self.language)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words in order."""
        return words_of(self.text, self.language)

    @cached_property
    def places(self) -> frozenset[str]:
        """The places that it names."""
        return listed_in(self.words, PLACE)

    @cached_property
    def bodies(self) -> frozenset[str]:
        """The places and organisations that it names."""
        return listed_in(self.words, PLACE, ORGANISATION)

    @cached_property
    def names(self) -> frozenset[str]:
        """Those of its names that stand in a version in any language too."""
        return sure_names(self.words, self.language)

    @cached_property
    def spellings(self) -> frozenset[str]:
        """All its words in skeleton spelling."""
        return frozenset(skeleton(word.folded) for word in self.words)


def changed(left: str, left_language: str, right: str, right_language: str) -> Change | None:
    """What changed between two texts of one claim each; `None` where nothing did, or none knows.

    Texts of over `MAX_CLAIM_CHARS` characters make more than one claim and are not compared.
    """
    longest = max(len(left), len(right))
    if longest > MAX_CLAIM_CHARS:
        return None
    ours, theirs = claim_of(left, left_language), claim_of(right, right_language)
    same_language = left_language == right_language
    if (
        (same_language or longest <= _MAX_TRANSLATED_CHARS)
        and {left_language, right_language} <= set(_lexicon())
        and bool(ours.denials) != bool(theirs.denials)
    ):
        return Change.NEGATION
    if same_language and _denial_put_in(ours, theirs):
        return Change.NEGATION
    if numbers_differ(ours.numbers, theirs.numbers):
        return Change.NUMBER
    # Translators name organisations in other words.
    named = (ours.bodies, theirs.bodies) if same_language else (ours.places, theirs.places)
    replaced = same_language and name_replaced(ours.words, theirs.words)
    if replaced or names_conflict(ours.words, theirs.words, *named, translated=not same_language):
        return Change.NAME
    return None


def _denial_put_in(ours: Claim, theirs: Claim) -> bool:
    """Whether both deny something, and one of them in words that the other has without a denial."""
    if not ours.denials or not theirs.denials:
        return False
    texts = [Counter(word.folded for word in claim.words) for claim in (ours, theirs)]
    for gap in gaps_between(ours.words, theirs.words):
        if not gap.inside or len(gap.gone) + len(gap.come) > _MAX_DENYING_WORDS:
            continue
        words = [[word.folded for word in side] for side in (gap.gone, gap.come)]
        denying = [denials_in(" ".join(side), ours.language) > 0 for side in words]
        if denying[0] == denying[1]:
            continue
        here, there = (0, 1) if denying[0] else (1, 0)
        # Otherwise the denial has only moved.
        if any(
            texts[here][word] > texts[there][word] and denials_in(word, ours.language)
            for word in words[here]
        ):
            return True
    return False


def same_claim(left: str, left_language: str, right: str, right_language: str) -> bool:
    """Whether nothing is known that makes the claims of the two texts different."""
    return changed(left, left_language, right, right_language) is None


@lru_cache(maxsize=65_536)
def claim_of(text: str, language: str) -> Claim:
    """The claim that `text` makes, as far as the words of its beginning tell."""
    return Claim(text[:_MAX_CHARS], language)


def marks_in_common(left: Claim, right: Claim) -> float:
    """The share, 0 to 1, of the names and numbers of both texts that stand in the other too.

    With few of them it tends to `USUAL_MARKS`, the share in versions of one text.
    """
    ours, theirs = left.names, right.names
    total = len(ours) + len(theirs) + len(left.numbers) + len(right.numbers)
    if total < 2:
        return USUAL_MARKS
    hits = sum(spelt_in(name, right.spellings) for name in ours)
    hits += sum(spelt_in(name, left.spellings) for name in theirs)
    hits += 2 * len(left.numbers & right.numbers)
    return (hits + USUAL_MARKS) / (total + 1)


def has_negators(language: str) -> bool:
    """Whether the words that deny something are listed for `language`."""
    return language in _lexicon()


def denials_in(text: str, language: str) -> int:
    """How many words of `text` deny something; 0 for a language without a list."""
    entry = _lexicon().get(language)
    if entry is None:
        return 0
    line = f" {' '.join(_WORD.findall(text.casefold().replace('’', chr(39))))} "
    for phrase in entry["only"]:
        line = line.replace(f" {phrase} ", " ")
    return sum(map(entry["negators"].__contains__, line.split()))


@cache
def _lexicon() -> Mapping[str, Any]:
    file = resources.files("baken.nlp") / "claims.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: {"negators": frozenset(entry["negators"]), "only": tuple(entry["only"])}
        for language, entry in raw.items()
    }

"""Ukrainian as a reader of Russian may follow it, for an encoder that never saw Ukrainian.

Frequent words and stems come from a lexicon. Every other word is spelled in all the ways in which
its Russian cousin might be, and the spelling that the encoder's own vocabulary finds likeliest is
taken. This is no translation: what it cannot tell stays as it is, in Russian letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from itertools import product

from baken.nlp.embed.pieces import use_pieces

# In U+2019 and U+02BC the apostrophe of Ukrainian keyboards and of typesetters.
_APOSTROPHES = str.maketrans("’ʼ", "''")
_LETTERS = {"і": "иео", "и": "ыи", "ї": "и", "є": "е", "ґ": "г", "'": ("ъ", "ь", "")}
_WORD = re.compile(r"[А-Яа-яІЇЄҐіїєґ][А-Яа-яІЇЄҐіїєґ'’ʼ-]{0,60}")
# An ending alone says nothing of a word; at least so many letters must stand before it.
_MIN_STEM = 2
# Beyond so many letters with several readings the rest take their first.
_MAX_OPEN_LETTERS = 4
# How much likelier (in nats) a spelling must be to be preferred to one made of a stem in the
# lexicon; tuned with the share in `bundled` on 539 sentences of NTREX-128 that `make eval` leaves.
STEM_BONUS = 8.0
# What the tokenizer's own search charges for a letter outside its vocabulary.
_UNKNOWN_PENALTY = 10.0


def russian_like(text: str) -> str:
    """Ukrainian `text` in words and spellings of Russian, as far as they can be guessed."""
    return _WORD.sub(_in_its_case, text)


def _in_its_case(match: re.Match[str]) -> str:
    word = match.group()
    found = counterpart(word.lower().translate(_APOSTROPHES))
    if len(word) > 1 and word.isupper():
        return found.upper()
    return found[:1].upper() + found[1:] if word[0].isupper() else found


@lru_cache(maxsize=200_000)
def counterpart(word: str) -> str:
    """The likeliest Russian reading of a Ukrainian `word` in small letters."""
    lexicon = _lexicon()
    known = lexicon.words.get(word)
    if known is not None:
        return known
    likelihood = _vocabulary().likelihood
    best = max(
        (likelihood(head + tail) + (STEM_BONUS if head else 0.0), head + tail)
        for head, rest in lexicon.beginnings(word)
        for tail in lexicon.readings(rest, whole=not head)
    )
    return best[1]


@dataclass(slots=True)
class _Lexicon:
    """What `ukrainian.txt` holds: words, and how stems, prefixes, endings and parts may read."""

    words: dict[str, str] = field(default_factory=dict)
    stems: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    endings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def beginnings(self, word: str) -> Iterator[tuple[str, str]]:
        """Nothing and the whole word; the counterparts of its two longest stems, and the rest."""
        yield "", word
        lengths = (length for length in range(len(word), 2, -1) if word[:length] in self.stems)
        for length, _ in zip(lengths, range(2), strict=False):
            yield self.stems[word[:length]], word[length:]

    def readings(self, rest: str, *, whole: bool) -> Iterator[str]:
        """How `rest`, the `whole` word or what follows a stem, may be spelled."""
        before = self._splits(rest, self.prefixes, at_end=False) if whole else [("", ("",))]
        for prefix, fronts in before:
            tail = rest[len(prefix) :]
            for ending, backs in self._splits(tail, self.endings, at_end=True):
                core = tail[: len(tail) - len(ending)]
                if whole and len(core) < _MIN_STEM and ending:
                    continue
                for spelled in {core, self._parted(core)}:
                    for front, middle, back in product(fronts, _spelled(spelled), backs):
                        yield front + middle + back

    def _splits(
        self, word: str, table: dict[str, tuple[str, ...]], *, at_end: bool
    ) -> list[tuple[str, tuple[str, ...]]]:
        found: list[tuple[str, tuple[str, ...]]] = [("", ("",))]
        for length in range(1, min(8, len(word)) + 1):
            piece = word[-length:] if at_end else word[:length]
            if piece in table and (at_end or len(word) - length > _MIN_STEM):
                found.append((piece, table[piece]))
        return found

    def _parted(self, core: str) -> str:
        for part, reading in self.parts.items():
            core = core.replace(part, reading)
        return core


def _spelled(core: str) -> Iterator[str]:
    """`core` with each letter that Russian lacks or reads otherwise replaced, in all ways."""
    options = []
    opened = 0
    for letter in core:
        readings = _LETTERS.get(letter, letter)
        opened += len(readings) > 1
        options.append(readings if opened <= _MAX_OPEN_LETTERS else readings[:1])
    return map("".join, product(*options))


@cache
def _lexicon() -> _Lexicon:
    text = resources.files("baken.nlp.embed").joinpath("ukrainian.txt").read_text(encoding="utf-8")
    lexicon = _Lexicon()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        ours, theirs = line.split(maxsplit=1)
        if ours.startswith("-"):
            lexicon.endings[ours[1:]] = tuple(one[1:] for one in theirs.split())
        elif ours.startswith("~"):
            lexicon.parts[ours[1:]] = theirs[1:]
        elif ours.endswith("-"):
            lexicon.prefixes[ours[:-1]] = tuple(one[:-1] for one in theirs.split())
        elif ours.endswith("*"):
            lexicon.stems[ours[:-1]] = theirs[:-1]
        else:
            lexicon.words[ours] = theirs
    return lexicon


class _Vocabulary:
    """How likely a word is by the unigram vocabulary of the encoder (Kudo 2018), in nats."""

    def __init__(self) -> None:
        from tokenizers.models import Unigram

        known = use_pieces()
        self._scores = known.scores
        pieces = list(zip(known.names, self._scores, strict=True))
        self._unknown = min(self._scores) - _UNKNOWN_PENALTY
        self._model = Unigram(pieces, 0, byte_fallback=False)

    def likelihood(self, word: str) -> float:
        """The log-probability of the best pieces for `word`, or for each of its words."""
        return sum(
            self._scores[token.id] if token.id else self._unknown * len(token.value)
            for part in word.split()
            for token in self._model.tokenize("\u2581" + part)
        )


@cache
def _vocabulary() -> _Vocabulary:
    return _Vocabulary()

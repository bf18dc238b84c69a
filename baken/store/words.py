"""The words of a text as every index counts them: folded, and stemmed by language.

Both indexes are given words that were made here, because their own analysers disagree: for the same
Dutch plural one finds the singular and the other does not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# Ukrainian has no Snowball stemmer; its words are only folded.
STEMMERS = {
    "de": "german",
    "en": "english",
    "fr": "french",
    "nl": "dutch",
    "pl": "polish",
    "ru": "russian",
}
MAX_TEXT_CHARS = 100_000
MAX_QUERY_CHARS = 2_000
MAX_QUERY_WORDS = 48
MAX_WORD_CHARS = 64

_WORD = re.compile(r"\w+")
_PHRASE = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]')
# Letters that Unicode does not take apart into a base letter and a mark.
_UNDIVIDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class QueryWords:
    """What a query asks for: any of `words` or `stems`, and each of `phrases` word for word."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.words)


def folded(text: str) -> list[str]:
    """The words of `text` in order, in lower case and without marks: `Émile Łódź` is emile lodz."""
    return [_fold(word) for word in _split(text[:MAX_TEXT_CHARS])]


def stemmed(text: str, language: str | None) -> list[str]:
    """The stems of `text`, each behind its language (`nl:huis`); none without a stemmer."""
    if language not in STEMMERS:
        return []
    return [_stem(word, language) for word in _split(text[:MAX_TEXT_CHARS])]


def query_words(query: str, language: str | None = None) -> QueryWords:
    """Read a query as people type it: words, and phrases in quotation marks.

    Nothing else is syntax. Without `language`, a word counts in each language's stems.
    """
    query = query[:MAX_QUERY_CHARS]
    phrases = [tuple(folded(phrase)) for phrase in _PHRASE.findall(query)]
    raw = _split(query)[:MAX_QUERY_WORDS]
    languages = [language] if language else list(STEMMERS)
    stems = [_stem(word, code) for code in languages if code in STEMMERS for word in raw]
    return QueryWords(
        words=tuple(dict.fromkeys(_fold(word) for word in raw)),
        stems=tuple(dict.fromkeys(stems)),
        phrases=tuple(phrase for phrase in dict.fromkeys(phrases) if len(phrase) > 1),
    )


def _split(text: str) -> list[str]:
    # Composed first: a mark that stands alone would end a word.
    return _WORD.findall(unicodedata.normalize("NFC", text))


@lru_cache(maxsize=200_000)
def _fold(word: str) -> str:
    lower = unicodedata.normalize("NFKD", word[:MAX_WORD_CHARS].casefold())
    bare = "".join(mark for mark in lower if not unicodedata.combining(mark))
    # A word of nothing but marks keeps them; taking words apart may have put spaces in (`ﷺ`).
    return "".join(bare.translate(_UNDIVIDED).split()) or word[:MAX_WORD_CHARS]


@lru_cache(maxsize=400_000)
def _stem(word: str, language: str) -> str:
    stem: str = _stemmer(language).stemWord(word[:MAX_WORD_CHARS].lower())
    return f"{language}:{_fold(stem)}"


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(STEMMERS[language])

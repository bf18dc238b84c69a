"""What a narrative is about, in words: its key terms and its most central headline.

Terms by class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794), for each language by itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

_WORD = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+)?")
_MAX_CHARS = 2_000
_MAX_HEADLINE_CHARS = 110
# A term must stand in so many texts of the narrative: one author's word is no key term.
_MIN_TEXTS = 2
_LANGUAGES = ("nl", "en", "de", "fr", "pl", "ru", "uk", "es", "it", "bg", "cs", "tr", "ar")
_SENTENCE = re.compile(r"[.!?…\n]\s|\n")


def key_terms(
    texts: Sequence[str], languages: Sequence[str], narratives: Sequence[str], *, count: int = 5
) -> dict[str, dict[str, list[str]]]:
    """For each narrative and each language in it, the `count` terms that set it apart."""
    spellings: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    frequency: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for text, language, narrative in zip(texts, languages, narratives, strict=True):
        words = _words(text, language)
        frequency[narrative, language].update({folded for folded, _ in words})
        spellings[language].update(words)
    shown = {language: _commonest(counts) for language, counts in spellings.items()}
    everywhere: dict[str, Counter[str]] = defaultdict(Counter)
    classes: Counter[str] = Counter()
    for (_, language), counts in frequency.items():
        everywhere[language].update(counts)
        classes[language] += 1
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for (narrative, language), counts in sorted(frequency.items()):
        average = sum(everywhere[language].values()) / classes[language]
        scored = sorted(
            (-tf * math.log(1 + average / everywhere[language][word]), word)
            for word, tf in counts.items()
            if tf >= _MIN_TEXTS
        )
        found[narrative][language] = [shown[language][word] for _, word in scored[:count]]
    return found


def headline(text: str) -> str:
    """The first line or sentence of `text`, cut at a word where it is long."""
    first = _SENTENCE.split(text.strip(), maxsplit=1)[0].strip()
    if len(first) <= _MAX_HEADLINE_CHARS:
        return first
    cut = first[:_MAX_HEADLINE_CHARS]
    return f"{cut[: max(cut.rfind(' '), _MAX_HEADLINE_CHARS // 2)].rstrip(' ,;:')}…"


def label_of(terms: Sequence[str], central: str) -> str:
    """A label that a person can read: the central headline, then the terms it lacks."""
    lacking = [term for term in terms if term.casefold() not in central.casefold()]
    return f"{central} ({', '.join(lacking[:3])})" if lacking else central


def _words(text: str, language: str) -> set[tuple[str, str]]:
    """The words of `text`, case-folded and as written."""
    stop = _stop_words().get(language, frozenset())
    words = {(word.casefold(), word) for word in _WORD.findall(text[:_MAX_CHARS])}
    return {(folded, word) for folded, word in words if folded not in stop}


def _commonest(counts: Counter[tuple[str, str]]) -> dict[str, str]:
    """How each case-folded word is written most often."""
    best: dict[str, tuple[int, str]] = {}
    for (folded, spelling), count in counts.items():
        best[folded] = max(best.get(folded, (0, "")), (count, spelling))
    return {folded: spelling for folded, (_, spelling) in best.items()}


@cache
def _stop_words() -> Mapping[str, frozenset[str]]:
    """Function words: those of spaCy's language data.

    The files are read by themselves: importing the French package alone takes seconds.
    """
    spacy = find_spec("spacy")
    if spacy is None or spacy.origin is None:
        return {}
    files = Path(spacy.origin).parent.glob("lang/*/stop_words.py")
    return {
        file.parent.name: frozenset(word.casefold() for word in run_path(str(file))["STOP_WORDS"])
        for file in sorted(files)
        if file.parent.name in _LANGUAGES
    }

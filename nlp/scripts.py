"""Scripts and look-alike letters: which alphabet a word is in, and which letters pass for others.

The look-alikes are those that fonts draw alike (after Unicode's confusables, letters only).
"""

from __future__ import annotations

import re

_CYRILLIC_TO_LATIN = dict(
    zip("аеорсухіјѕԁԛԝһАВЕКМНОРСТХУІЈЅԚԜҺ", "aeopcyxijsdqwhABEKMHOPCTXYIJSQWH", strict=True)
)
_GREEK_TO_LATIN = dict(zip("οανικρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavikpABEZHIKMNOPTYX", strict=True))
# Back to Cyrillic only letters of the living alphabets: "SMSка" is an honest mixture.
_LATIN_TO_CYRILLIC = dict(zip("aeopcyxiABEKMHOPCTXYI", "аеорсухіАВЕКМНОРСТХУІ", strict=True))
_GREEK_TO_CYRILLIC = {
    greek: _LATIN_TO_CYRILLIC[latin]
    for greek, latin in _GREEK_TO_LATIN.items()
    if latin in _LATIN_TO_CYRILLIC
}

_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]")
_CYRILLIC = re.compile(r"[Ѐ-ԯ]")
_GREEK = re.compile(r"[Ͱ-Ͽ]")
_WORD = re.compile(r"[^\W\d_]{2,64}")


def fold_lookalikes(text: str) -> tuple[str, int]:
    """`text` with look-alike letters put right inside words of mixed script, and how many words.

    A word changes only if all its letters of the rarer script pass for letters of the other one:
    "Пeтров" with a Latin e does, "SMSка" does not. Words of one script never change.
    """
    if not (_CYRILLIC.search(text) or _GREEK.search(text)):
        return text, 0
    folded = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal folded
        word = match.group()
        whole = _one_script(word)
        if whole != word:
            folded += 1
        return whole

    return _WORD.sub(replace, text), folded


def _one_script(word: str) -> str:
    latin, cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    greek = len(_GREEK.findall(word))
    if (latin > 0) + (cyrillic > 0) + (greek > 0) < 2:
        return word
    to_latin = _translate(word, {**_CYRILLIC_TO_LATIN, **_GREEK_TO_LATIN}, _LATIN)
    to_cyrillic = _translate(word, {**_LATIN_TO_CYRILLIC, **_GREEK_TO_CYRILLIC}, _CYRILLIC)
    ways = (to_latin, to_cyrillic) if latin >= cyrillic else (to_cyrillic, to_latin)
    return next((way for way in ways if way is not None), word)


def _translate(word: str, table: dict[str, str], script: re.Pattern[str]) -> str | None:
    letters = [letter if script.match(letter) else table.get(letter, "") for letter in word]
    return "".join(letters) if all(letters) else None

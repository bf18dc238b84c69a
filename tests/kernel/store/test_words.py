from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.store.words import MAX_QUERY_WORDS, STEMMERS, folded, query_words, stemmed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Émile, Łódź & STRASSE/straße", ["emile", "lodz", "strasse", "strasse"]),
        ("Ёлка й ЇЖАК", ["елка", "и", "іжак"]),
        ("cafe\u0301", ["cafe"]),
        ("O'Neil #Kanaal @x", ["o", "neil", "kanaal", "x"]),
        ("😀 … \x00", []),
        ("", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert folded(text) == words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nl", "huizen", "huis"),
        ("de", "Häuser", "Haus"),
        ("en", "burning", "burns"),
        ("fr", "soldats", "soldat"),
        ("pl", "żołnierzy", "żołnierz"),
        ("ru", "солдатами", "солдаты"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, one: str, other: str) -> None:
    assert stemmed(one, language) == stemmed(other, language)
    assert stemmed(one, language)[0].startswith(f"{language}:")


@pytest.mark.parametrize("language", [None, "uk", "und", "xx"])
def test_a_language_without_a_stemmer_has_no_stems(language: str | None) -> None:
    assert stemmed("слова words", language) == []


def test_a_query_counts_in_every_language_unless_one_is_named() -> None:
    assert len(query_words("soldats").stems) == len(STEMMERS)
    assert query_words("soldats", "fr").stems == ("fr:soldat",)
    assert query_words("soldats", "uk").stems == ()


def test_phrases_are_read_in_any_quotation_marks() -> None:
    assert query_words('"old bridge" x „Het Kanaal“ «à la»').phrases == (
        ("old", "bridge"),
        ("het", "kanaal"),
        ("a", "la"),
    )
    assert query_words('"one" "" " "').phrases == ()


@given(st.text(max_size=300))
def test_any_text_becomes_words_without_spaces(text: str) -> None:
    for word in [*folded(text), *stemmed(text, "nl")]:
        assert word
        assert word.split() == [word]
    asked = query_words(text)
    assert len(asked.words) <= MAX_QUERY_WORDS
    assert bool(asked) == bool(asked.words)


@given(st.text(max_size=200))
def test_the_words_of_a_text_find_it(text: str) -> None:
    assert set(query_words(text).words) <= set(folded(text))

"""Normalisation, own words and ids of texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.nlp.text import MAX_CHARS, bare_words, normalise, own_words, text_id


@given(st.text())
def test_normalise_is_idempotent_and_bounded(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= MAX_CHARS
    once.encode("utf-8")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_case_and_marks_do_not_change_the_id(text: str) -> None:
    assert text_id(f"{text} !!") == text_id(text) or not bare_words(normalise(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u200bb\u00adc", "abc"),
        ("ﬁne  \t print", "fine print"),
        ("one\r\n\r\n two", "one\ntwo"),
        ("🔥🔥 🔥 hot", "🔥 hot"),
        ("👍🏽 ok", "👍 ok"),
        ("wait......", "wait..."),
        ("a\ud800b", "ab"),
        ("nul\x00l", "nul l"),
    ],
)
def test_tricks_are_taken_out(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("П\u0065тров", "Петров"),  # a Latin e in a Cyrillic word
        ("v\u0430ccine", "vaccine"),  # a Cyrillic a in a Latin word
        ("SMSка", "SMSка"),  # an honest mixture
        ("Москва", "Москва"),
        ("COVID-вакцина", "COVID-вакцина"),
    ],
)
def test_lookalikes_change_only_in_words_of_mixed_script(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_tricks_leave_a_flag() -> None:
    assert own_words("gr\u200beat v\u0430ccine").flags == (
        "invisible-characters",
        "lookalike-letters",
    )


def test_the_same_words_have_the_same_id() -> None:
    first = text_id("De brug is DICHT! https://a.example/x?utm_source=1 @iemand")
    assert first == text_id("RT @ander: de brug is dicht… https://b.example/y")
    assert first != text_id("De brug is niet dicht")


def test_texts_without_words_keep_different_ids() -> None:
    assert text_id("🔥") != text_id("🎉")
    assert text_id("https://a.example/1") != text_id("https://a.example/2")


def test_quotations_are_cut_where_enough_is_left() -> None:
    text = (
        "De minister sprak gisteren in de Kamer over de gasvoorraad van dit land. "
        "„Wij hebben genoeg gas voor de hele winter” zei zij. Daarna vertrok zij."
    )
    own = own_words(text)
    assert "genoeg gas" not in own.text
    assert "quotation" in own.flags


def test_a_text_that_is_a_quotation_keeps_it() -> None:
    text = '"Be yourself; everyone else is already taken by somebody" — a poet'
    own = own_words(text)
    assert own.text == text
    assert own.flags == ("mostly-quotation",)


def test_the_title_comes_first_and_once() -> None:
    assert own_words("The body says more.", "A title").text == "A title\nThe body says more."
    assert own_words("A title. The body.", "A title").text == "A title. The body."


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "https://a.example/", "\ud800\udfff", "\x00"])
def test_texts_without_words_are_flagged(text: str) -> None:
    assert "no-words" in own_words(text).flags


@pytest.mark.parametrize(
    "unit",
    [
        'a"“ ',
        "Bron: ",
        "Аa",
        "( ",
        "Lees ook ",
        "„a b c d e ",
        "(ANP) - ",
        "@",
        "http://",
        "\u200d😀",
    ],
)
def test_time_is_linear_in_hostile_texts(unit: str) -> None:
    began = time.perf_counter()
    own = own_words(unit * (50_000_000 // len(unit)))
    assert time.perf_counter() - began < 5
    assert len(own.text) <= MAX_CHARS

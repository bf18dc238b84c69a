"""Ukrainian becomes legible to an encoder of Russian: words, stems, spellings, letters."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.nlp.embed.ukrainian import counterpart, russian_like

ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'"


def test_a_sentence() -> None:
    text = "Уряд заявив: Ґанок і м’яч, а північний сусід — у ЄС."
    assert russian_like(text) == "Правительство заявил: Ганок и мяч, а северный сосед — в ЕС."


@pytest.mark.parametrize(
    ("word", "russian"),
    [
        ("програми", "программы"),
        ("стверджують", "утверждают"),
        ("безпекою", "безопасностью"),
        ("телебачення", "телевидение"),
        ("підписали", "подписали"),
        ("інфраструктура", "инфраструктура"),
    ],
)
def test_inflected_words_find_their_cousins(word: str, russian: str) -> None:
    assert counterpart(word) == russian


def test_other_scripts_and_signs_stay() -> None:
    assert russian_like("NATO 2026 🙂 https://a.example/Київ") == (
        "NATO 2026 🙂 https://a.example/Киев"
    )


@settings(max_examples=60, deadline=None)
@given(st.text(ALPHABET, min_size=1, max_size=70))
def test_no_letter_is_left_that_russian_lacks(text: str) -> None:
    assert not re.search(r"[іїєґІЇЄҐ]", russian_like(text))

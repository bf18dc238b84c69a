from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.dashboard.inert import address, cell, markdown, one_line, visible

any_text = st.text(st.characters(exclude_categories=()), max_size=300)
hostile = st.lists(
    st.sampled_from(
        ["\u202e", "\u200b", "\u200d", "\x00", "\x1b[31m", "\ud800", "a", "é", "\n", "😀", "\u0301"]
    ),
    max_size=60,
).map("".join)


def _hidden(text: str) -> set[str]:
    return {
        c
        for c in text
        if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\n\t\u200c\u200d"
    }


@given(any_text | hostile)
def test_nothing_hidden_is_left_in_a_text(text: str) -> None:
    assert not _hidden(visible(text))
    visible(text).encode("utf-8")


def test_a_reversed_name_shows_its_override() -> None:
    assert visible("gpj.\u202eexe") == "gpj.⟦U+202E⟧exe"
    assert visible("pay\u200bpal") == "pay⟦U+200B⟧pal"
    assert visible("bell\x07 esc\x1b nul\x00 del\x7f") == "bell␇ esc␛ nul␀ del␡"


def test_joiners_stay_in_emoji_and_are_named_in_latin_words() -> None:
    family = "👨\u200d👩\u200d👧"
    assert visible(family) == family
    assert visible("pay\u200dpal") == "pay⟦U+200D⟧pal"
    assert visible("\u200dstart") == "⟦U+200D⟧start"


def test_towers_of_marks_are_cut() -> None:
    assert visible("z" + "\u0300" * 40) == "z\u0300\u0300\u0300⟦+37⟧"
    assert visible("Tiếng Việt, ё, é") == "Tiếng Việt, ё, é"


def test_an_endless_text_is_cut_and_says_so() -> None:
    shown = visible("x" * 50_000_000, limit=1_000)
    assert shown.endswith("49,999,000 more characters")
    assert len(shown) < 1_100


@given(any_text | hostile, st.integers(2, 80))
def test_one_line_is_one_short_line(text: str, width: int) -> None:
    shown = one_line(text, width=width)
    assert "\n" not in shown
    assert "\t" not in shown
    assert len(shown) <= width


@given(any_text)
def test_no_cell_starts_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@"))


def test_unknown_is_empty() -> None:
    assert visible(None) == one_line(None) == cell(None) == markdown(None) == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://site.example/a.html?q=1", "hxxps://site[.]example/a.html?q=1"),
        ("HTTP://SITE.example", "hxxp://SITE[.]example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("www.site.example", "www[.]site[.]example"),
        ("https://site.example/\u202eexe", "hxxps://site[.]example/⟦U+202E⟧exe"),
    ],
)
def test_addresses_can_be_read_but_not_followed(url: str, shown: str) -> None:
    assert address(url) == shown


@given(any_text)
def test_markdown_leaves_no_sign_unescaped(text: str) -> None:
    shown = markdown(text)
    escaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)
    assert not set(escaped) & set(string.punctuation)
    assert not re.search(r"www\.|https?:|@\w", shown)

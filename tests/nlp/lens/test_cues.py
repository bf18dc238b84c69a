"""Words that point to a label."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from baken.nlp.lens.cues import cue_confidence
from baken.taxonomies import Label

LABEL = Label(
    description="A test.",
    cues={"nl": ("stroomnet*", "Straße", "zwijgt ... over"), "xx": ("*", "...", " ")},
    hints={"nl": ("licht", "kou", "gas")},
)


def sure(text: str, language: str = "nl") -> float:
    return cue_confidence(text, language, LABEL)


def test_one_cue_is_enough_and_two_are_better() -> None:
    assert 0.5 < sure("Het stroomnet valt uit.") < sure("Het STROOMNETWERK an der Strasse.")


def test_hints_need_each_other() -> None:
    assert 0 < sure("Het licht is uit.") < sure("Geen licht en geen gas.") < 0.5


def test_the_same_cue_twice_counts_once() -> None:
    assert sure("stroomnet, stroomnet en stroomnet") == sure("stroomnet")


def test_a_cue_is_a_whole_word() -> None:
    assert sure("vergast door zonlicht") == 0
    assert sure("nachtstroomnet") == 0


def test_a_gap_stays_within_a_sentence() -> None:
    assert sure("Men zwijgt altijd over de rest.") > 0.5
    assert sure("Men zwijgt. Over de rest later.") == 0
    assert sure(f"Men zwijgt {'heel ' * 20}over de rest.") == 0


def test_a_sign_counts_in_every_language() -> None:
    label = Label(description="A test.", cues={"any": ("🔥", "!!!"), "nl": ("vuur",)})
    assert cue_confidence("🔥 yes", "sw", label) > 0.5
    assert cue_confidence("🔥 vuur", "nl", label) > cue_confidence("vuur", "nl", label)
    assert cue_confidence("Наконец!!! Да", "ru", label) > 0.5
    assert cue_confidence("yes! yes!", "sw", label) == 0


def test_a_language_without_cues_says_nothing() -> None:
    assert sure("stroomnet", "sw") == 0


def test_an_empty_cue_finds_nothing() -> None:
    assert sure("wat dan ook", "xx") == 0


@given(st.text(max_size=300), st.sampled_from(["nl", "xx", "und"]))
def test_confidence_is_between_0_and_1(text: str, language: str) -> None:
    assert 0 <= sure(text, language) < 1


def test_long_words_and_many_gaps_take_no_time() -> None:
    started_s = time.perf_counter()
    sure("zwijgt " * 60)
    sure("stroomnet" + "t" * 400)
    assert time.perf_counter() - started_s < 1

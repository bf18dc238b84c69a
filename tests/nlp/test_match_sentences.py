"""Sentences of a translation are aligned by their lengths, as characters of both texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baken.nlp.match_sentences import aligned_sentences

DUTCH = (
    "De brug wordt maandag gesloten. Volgens het ministerie is de constructie na de overstroming "
    "van vorig jaar niet meer veilig. Bewoners zijn boos."
)
GERMAN = (
    "Die Brücke wird am Montag gesperrt. Dem Ministerium zufolge ist die Konstruktion nach dem "
    "Hochwasser vom vergangenen Jahr nicht mehr sicher. Anwohner sind verärgert."
)


def stretches(left: str, right: str) -> list[tuple[str, str]]:
    return [
        (
            left[span["left_start"] : span["left_end"]],
            right[span["right_start"] : span["right_end"]],
        )
        for span in aligned_sentences(left, right, languages=("nl", "de"))
    ]


def test_each_sentence_finds_its_translation() -> None:
    found = stretches(DUTCH, GERMAN)
    assert [(ours.split()[0], theirs.split()[0]) for ours, theirs in found] == [
        ("De", "Die"),
        ("Volgens", "Dem"),
        ("Bewoners", "Anwohner"),
    ]


def test_one_sentence_may_become_two() -> None:
    split = GERMAN.replace(" ist die Konstruktion", ". Die Konstruktion ist dort")
    assert len(stretches(DUTCH, split)) == 3


def test_nothing_is_aligned_with_nothing() -> None:
    assert stretches("", GERMAN) == []
    assert stretches("", "") == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_stretches_lie_in_order_inside_both_texts(left: str, right: str) -> None:
    spans = aligned_sentences(left, right, languages=("nl", "de"))
    for side, text in (("left", left), ("right", right)):
        ends = [edge for span in spans for edge in (span[f"{side}_start"], span[f"{side}_end"])]
        assert ends == sorted(ends)
        assert all(0 <= edge <= len(text) for edge in ends)

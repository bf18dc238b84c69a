import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.nlp.claim_numbers import numbers_in
from baken.nlp.claims import Change, changed, same_claim

CLAIMS = Path(__file__).resolve().parents[2] / "eval" / "sets" / "claims.csv"


def hand_written():
    with CLAIMS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_hand_written_set_is_whole():
    rows = hand_written()
    altered = [row for row in rows if row["change"] != "none"]
    assert len(altered) >= 300
    assert len({row["language"] for row in altered}) == 5


def test_nearly_no_altered_claim_passes_as_the_same():
    altered = [row for row in hand_written() if row["change"] != "none"]
    passed = [
        row
        for row in altered
        if same_claim(row["left"], row["language"], row["right"], row["language"])
    ]
    assert len(passed) <= 0.03 * len(altered), [row["right"] for row in passed]


def test_nearly_every_rewording_passes():
    rows = [row for row in hand_written() if row["change"] == "none"]
    refused = [
        row
        for row in rows
        if not same_claim(row["left"], row["language"], row["right"], row["language"])
    ]
    assert len(refused) <= 0.1 * len(rows)


@pytest.mark.parametrize(
    ("left", "right", "change"),
    [
        (("He signed it.", "en"), ("He didn't sign it.", "en"), Change.NEGATION),
        (("Not only Paris burns.", "en"), ("Paris burns.", "en"), None),
        (("L'Ukraine attaque.", "fr"), ("L'Arménie attaque.", "fr"), Change.NAME),
        (("Iran signed.", "en"), ("Iraq signed.", "en"), Change.NAME),
        (
            ("The ministry in Vienna approved three gas terminals.", "en"),
            ("Three gas terminals were approved by the ministry in Warsaw.", "en"),
            Change.NAME,
        ),
        (
            ("Iron Lady Margaret Thatcher dies at home at 87.", "en"),
            ("Former Prime Minister Margaret Thatcher has died, aged 87.", "en"),
            None,
        ),
        (
            ("On Monday NATO moved 1200 troops to the eastern border.", "en"),
            ("OSCE sent 1,200 soldiers to the eastern border on Monday.", "en"),
            Change.NAME,
        ),
        (
            ("Finland discovered mines on 2 vessels carrying oil from Russia.", "en"),
            ("Norway found mines on two ships that carried Russian oil.", "en"),
            Change.NAME,
        ),
        (
            ("Finland discovered mines on 2 vessels carrying oil from Russia.", "en"),
            ("On two ships with Russian oil, Finland found mines.", "en"),
            None,
        ),
        (
            ("Het water is vergiftigd door soldaten, en niemand schrijft erover.", "nl"),
            ("Het water is niet vergiftigd door soldaten, zegt een arts in de nacht.", "nl"),
            Change.NEGATION,
        ),
        (
            ("Nobody reports that the mayor signed the order.", "en"),
            ("Nobody reports that the mayor did not sign the order.", "en"),
            Change.NEGATION,
        ),
        (
            ("Das Wasser wurde gestern nicht vergiftet, und niemand schwieg.", "de"),
            ("Das Wasser wurde nicht gestern vergiftet, und niemand schwieg.", "de"),
            None,
        ),
        (("3,2 Millionen Euro", "de"), ("3.2 million euros", "en"), None),
        (("twelve ships", "en"), ("twaalf schepen", "nl"), None),
        (("twelve ships", "en"), ("dertien schepen", "nl"), Change.NUMBER),
        (("Hij kwam niet.", "nl"), ("He came.", "en"), Change.NEGATION),
        (("Путин в Москве", "ru"), ("Putin in Moskou", "nl"), None),
    ],
)
def test_one_change_at_a_time(left, right, change):
    assert changed(*left, *right) == change
    assert changed(*right, *left) == change


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("1,200 of 1.200", "en", {1200.0}),
        ("4.5 percent", "en", {4.5}),
        ("4,5 procent", "nl", {4.5}),
        ("3 million", "en", {3e6}),
        ("5 тысяч", "ru", {5000.0}),
        ("п'ять", "uk", {5.0}),
        ("no number", "en", set()),
    ],
)
def test_numbers(text, language, numbers):
    assert numbers_in(text, language) == numbers


@given(st.text(max_size=300), st.sampled_from(["en", "nl", "de", "fr", "ru", "uk", "xx", ""]))
def test_any_text_is_the_same_claim_as_itself(text, language):
    assert changed(text, language, text, language) is None

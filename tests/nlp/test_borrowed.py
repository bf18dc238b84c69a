"""Quotations, credits and boilerplate."""

from __future__ import annotations

import pytest

from baken.nlp.borrowed import quotations, strip_boilerplate, strip_credit, wire_credit

LONG = "dit is een zin van zes woorden"


@pytest.mark.parametrize(
    "quoted",
    [
        f"„{LONG}”",
        f"„{LONG}“",
        f"«{LONG}»",
        f"»{LONG}«",
        f"“{LONG}”",
        f'"{LONG}"',
        f"‘{LONG}’",
        f"‚{LONG}‘",
    ],
)
def test_long_quotations_are_found_with_their_marks(quoted: str) -> None:
    text = f"Zij zei {quoted} en ging."
    assert [text[start:end] for start, end in quotations(text)] == [quoted]


@pytest.mark.parametrize(
    "text",
    [
        "De 'zogenaamde' waarheid",
        "It’s the people’s choice and it’s what they’ve said for years",
        'a 12" pipe and another one of 14" in the same old house',
        f"„{LONG}\n nieuwe regel” verder",
        "„ nooit gesloten omdat het einde ontbreekt",
    ],
)
def test_short_quotations_and_apostrophes_are_not(text: str) -> None:
    assert quotations(text) == []


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("AMSTERDAM (ANP) - De brug is dicht.", "ANP"),
        ("LONDON, May 3 (Reuters) - Gas prices fell.", "Reuters"),
        ("BERLIN (dpa/lby) - Der Zug kam nicht.", "dpa"),
        ("МОСКВА, 3 июня - РИА Новости. Глава ведомства заявил.", "RIA Novosti"),
        ("Київ. Укрінформ. Міст закрито.", "Ukrinform"),
        ("Der Zug kam nicht. (dpa)", "dpa"),
        ("De brug is dicht.\nBron: ANP", "ANP"),
        ("Most jest zamknięty. Źródło: PAP", "PAP"),
        ("The bridge is closed. Source: Harbour Wire", "Harbour Wire"),
        ("Le pont est fermé. © AFP", "AFP"),
        ("De brug is dicht.", None),
        ("(VIDEO) - Kijk naar de brug", None),
        ("Wij lazen dit bij ANP en geloofden het.", None),
        ("", None),
    ],
)
def test_agencies_are_recognised(text: str, agency: str | None) -> None:
    assert wire_credit(text) == agency


def test_credits_are_taken_out() -> None:
    text = "AMSTERDAM (ANP) - De brug is dicht.\nBron: ANP"
    assert strip_credit(text) == "De brug is dicht."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "De brug is dicht.\nLees ook: de brug was open\nMorgen meer.",
            "De brug is dicht.\nMorgen meer.",
        ),
        ("Мост закрыт.\nПодписывайтесь на наш канал", "Мост закрыт."),
        ("Міст закрито.\nЧитайте також: інше", "Міст закрито."),
        ("Read more", "Read more"),
        ("He came to read moreover", "He came to read moreover"),
    ],
)
def test_boilerplate_goes_unless_there_is_nothing_else(text: str, expected: str) -> None:
    assert strip_boilerplate(text) == expected


def test_a_long_line_loses_only_the_sentence() -> None:
    body = "De brug is dicht en het verkeer staat stil. " * 10
    assert strip_boilerplate(f"{body}Lees ook ons dossier. Einde.").startswith("De brug")
    assert "dossier" not in strip_boilerplate(f"{body}Lees ook ons dossier. Einde.")

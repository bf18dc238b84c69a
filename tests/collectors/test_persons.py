"""No handle, address or number of a person survives in a text."""

from __future__ import annotations

import time

import pytest

from baken.collectors.persons import Scrubber, short_form, without_contacts
from baken.ids import Pseudonymiser

KEY = Pseudonymiser(b"k" * 32)
SCRUBBER = Scrubber(KEY, "plaza.example")


def test_mentions_become_short_pseudonyms() -> None:
    short = short_form(KEY("plaza.example", "jan_jansen"))
    assert SCRUBBER.text("RT @Jan_Jansen: hoi @jan_jansen!") == f"RT @{short}: hoi @{short}!"
    assert "jan" not in SCRUBBER.text("(@jan.jansen@plein.example) ＠jan").casefold()
    assert SCRUBBER.text("om 5 @ 3 euro") == "om 5 @ 3 euro"


@pytest.mark.parametrize(
    "text",
    [
        "bel +31 6 1234 5678 nu",
        "bel 0031612345678 nu",
        "bel 06-12345678 nu",
        "bel 020 123 45 67 nu",
        "bel (555) 555-1234 nu",
        "bel 8 (912) 345-67-89 nu",
        "bel +7(912)345-67-89 nu",
    ],
)
def test_telephone_numbers_go(text: str) -> None:
    assert without_contacts(text) == "bel [phone] nu"


@pytest.mark.parametrize(
    "text",
    [
        "op 2016-10-05 12:30 waren er 1 000 000 mensen",
        "bericht 1234567890123 en https://example.org/0612345678/06-12345678",
        "de A12, de N201 en 100-200 euro; 10.000.000 doden; 3-0-1; 1914-1918",
        "IP 192.168.1.1",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert without_contacts(text) == text


def test_addresses_go() -> None:
    assert without_contacts("mail jan.jansen+x@post.example.org!") == "mail [e-mail]!"
    masked = SCRUBBER.text(
        "zie https://twitter.com/JanJansen/status/12 en https://x.com/i/status/1"
    )
    assert "Jansen" not in masked
    assert masked.endswith("/status/12 en https://x.com/i/status/1")
    assert SCRUBBER.url("https://vk.com/jan") != "https://vk.com/jan"


@pytest.mark.parametrize(
    "piece", ["@a", "a@", "+1 ", "0-1-", "twitter.com/", "a.b@c.", "@a.", "(1"]
)
def test_hostile_texts_take_bounded_time(piece: str) -> None:
    started = time.process_time()
    SCRUBBER.text(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 3

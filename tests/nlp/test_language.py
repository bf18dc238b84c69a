"""Language identification."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from baken.nlp.language import LanguageIdentifier

SENTENCES = {
    "nl": "De gemeenteraad vergadert morgen over de nieuwe brug bij het station.",
    "en": "The council will meet tomorrow about the new bridge near the station.",
    "de": "Der Gemeinderat berät morgen über die neue Brücke am Bahnhof.",
    "fr": "Le conseil municipal se réunit demain au sujet du nouveau pont près de la gare.",
    "pl": "Rada miasta zbierze się jutro w sprawie nowego mostu przy dworcu.",
    "ru": "Городской совет завтра обсудит новый мост возле вокзала.",
    "uk": "Міська рада завтра обговорить новий міст біля вокзалу.",
    "be": "Гарадская рада заўтра абмяркуе новы мост каля вакзала.",
    "bg": "Общинският съвет утре ще обсъди новия мост до гарата.",
    "cs": "Zastupitelstvo zítra projedná nový most u nádraží.",
    "es": "El ayuntamiento se reunirá mañana para hablar del nuevo puente junto a la estación.",
    "it": "Il consiglio comunale si riunirà domani per il nuovo ponte vicino alla stazione.",
    "tr": "Belediye meclisi yarın istasyonun yanındaki yeni köprüyü görüşecek.",
    "ar": "سيجتمع المجلس البلدي غدا لمناقشة الجسر الجديد قرب المحطة.",
}


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


def test_every_language_of_the_project_is_told(identifier: LanguageIdentifier) -> None:
    codes, confidences = identifier.identify(list(SENTENCES.values()))
    assert dict(zip(SENTENCES, codes, strict=True)) == {code: code for code in SENTENCES}
    assert all(0 < confidence <= 1.001 for confidence in confidences)


def test_capitals_do_not_matter(identifier: LanguageIdentifier) -> None:
    codes, _ = identifier.identify([text.upper() for text in SENTENCES.values()])
    assert codes == list(SENTENCES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "😀🎉",
        "https://a.example/de/het/een",
        "12 345",
        "@iemand #iets",
        "\x00\ud800",
        "!?",
        "x",
    ],
)
def test_where_nothing_can_be_told_it_says_so(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify([text]) == (["und"], [0.0])


def test_links_tags_and_names_in_latin_do_not_mislead(identifier: LanguageIdentifier) -> None:
    text = "Сегодня выступили Jonathan Example и Anthony Sample #conference https://a.example/the"
    assert identifier.identify([text])[0] == ["ru"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Він з'їв обід", "uk"),
        ("Ён быў дома ўчора", "be"),
        ("Гэта што яго дзеці", "be"),
        ("Этот мы съели", "ru"),
    ],
)
def test_letters_tell_close_languages_apart(
    identifier: LanguageIdentifier, text: str, code: str
) -> None:
    assert identifier.identify([text])[0] == [code]


def test_company_changes_nothing(identifier: LanguageIdentifier) -> None:
    texts = [*SENTENCES.values(), "hm", ""]
    together = identifier.identify(texts)
    alone = [identifier.identify([text]) for text in texts]
    assert together == ([one[0][0] for one in alone], [one[1][0] for one in alone])


def test_long_texts_cost_no_more(identifier: LanguageIdentifier) -> None:
    assert identifier.identify(["de het een van " * 3_000_000])[0] == ["nl"]


@pytest.mark.shared_data
def test_news_sentences_meet_the_target(identifier: LanguageIdentifier, shared_data: Path) -> None:
    with gzip.open(shared_data / "ntrex128" / "langid_dev.csv.gz", "rt", encoding="utf-8") as file:
        rows = pd.read_csv(file)
    codes = {"nld": "nl", "deu": "de", "fra": "fr", "pol": "pl", "rus": "ru", "ukr": "uk"}
    codes |= {"bel": "be", "bul": "bg", "ces": "cs", "spa": "es", "ita": "it", "tur": "tr"}
    codes |= {"arb": "ar", "eng-GB": "en", "eng-US": "en"}
    rows = rows[rows["lang"].isin(codes)]
    told, _ = identifier.identify(rows["text"].tolist())
    right = sum(code == codes[lang] for code, lang in zip(told, rows["lang"], strict=True))
    assert right / len(rows) >= 0.985

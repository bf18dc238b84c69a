"""Everything that looks like a campaign and is none: shared words with an honest reason."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from baken.detection.simulate.cast import outlet, outlets
from baken.detection.simulate.clock import after, newsroom_time
from baken.detection.simulate.material import material
from baken.detection.simulate.organic import publish
from baken.detection.simulate.prose import Draft, Voice
from baken.detection.simulate.world import Article, Draftbook

AGENCY = "npb.example"
OFFICIAL = "waterautoriteit.example"
SISTERS = ("noorderbode.example", "zuiderkrant.example", "oosterkoerier.example")
CHECKERS = {
    "feitentafel.example": ("nl", "en"),
    "faktenlupe.example": ("de", "fr", "pl"),
}
WIRE_CLIENTS = (
    "dagpost.example",
    "noorderbode.example",
    "zuiderkrant.example",
    "hetvenster.example",
    "harbourpost.example",
    "northledger.example",
    "continentalreview.example",
    "tagesbote.example",
    "auenblatt.example",
    "alpenfenster.example",
)
SHARED_STORIES = 9
SPEECH_OUTLETS = (
    "dagpost.example",
    "hetvenster.example",
    "harbourpost.example",
    "northledger.example",
    "tagesbote.example",
    "auenblatt.example",
    "courrierdescotes.example",
    "voixduplateau.example",
)
RELEASE_OUTLETS = (
    "dagpost.example",
    "hetvenster.example",
    "oosterkoerier.example",
    "harbourpost.example",
    "northledger.example",
    "tagesbote.example",
)

Voices = Mapping[str, Voice]


def wire_copy(book: Draftbook, rng: random.Random) -> None:
    """Stories of one agency, word for word on ten outlets, with its credit."""
    documents: list[Article] = []
    for place, story in enumerate(material("innocents")["wire"]):
        sent = newsroom_time(book.begin + timedelta(days=1 + place * 3), 2, rng)
        for language in ("nl", "en", "de"):
            draft = _credited(story[language], story["topic"])
            for host in (AGENCY, *WIRE_CLIENTS):
                source = outlet(host)
                if host != AGENCY and source.language != language:
                    continue
                at = sent if host == AGENCY else after(sent, rng, least_s=120, most_s=5_400)
                documents.append(publish(book, source, draft, at, language=language, credit="NPB"))
    book.innocent("wire copy of NPB on ten outlets", "wire-copy", documents)


def sister_papers(book: Draftbook, voices: Voices, rng: random.Random) -> None:
    """Stories that three papers of one owner share, within minutes of each other."""
    documents: list[Article] = []
    for _ in range(SHARED_STORIES):
        draft = voices["nl"].article(voices["nl"].topic(), details=5)
        byline = voices["nl"].name()
        first = newsroom_time(book.begin, 29, rng)
        for host in SISTERS:
            at = after(first, rng, least_s=0, most_s=900)
            documents.append(publish(book, outlet(host), draft, at, byline=byline))
    book.innocent("sister papers of Waterland Media", "same-owner", documents)


def press_releases(book: Draftbook, voices: Voices, rng: random.Random) -> None:
    """An official text under embargo, on several outlets at the exact hour."""
    documents: list[Article] = []
    for place, release in enumerate(material("innocents")["release"]):
        hour = (book.begin + timedelta(days=4 + 6 * place)).replace(hour=7)
        source = outlet(OFFICIAL)
        original = publish(book, source, _plain(release["nl"], "water"), hour)
        documents.append(original)
        for host in RELEASE_OUTLETS:
            paper = outlet(host)
            draft = _plain(release[paper.language], "water")
            added = voices[paper.language].comment()
            draft = Draft(draft.title, (*draft.paragraphs, added), draft.topic)
            at = hour + timedelta(seconds=rng.choice((0, 0, 0, 20, 45)))
            documents.append(publish(book, paper, draft, at, links=(original.address,)))
    book.innocent("press releases of Waterautoriteit under embargo", "press-release", documents)


def quoted_speeches(book: Draftbook, voices: Voices, rng: random.Random) -> None:
    """One long quotation on several outlets, each with words of its own around it."""
    documents: list[Article] = []
    for place, speech in enumerate(material("innocents")["speech"]):
        evening = (book.begin + timedelta(days=6 + 8 * place)).replace(hour=18)
        used: dict[str, int] = {}
        for host in SPEECH_OUTLETS:
            paper = outlet(host)
            words = speech[paper.language]
            turn = used.get(paper.language, 0)
            used[paper.language] = turn + 1
            voice = voices[paper.language]
            paragraphs = (words["leads"][turn], words["quote"], voice.comment(), voice.comment())
            draft = Draft(words["titles"][turn], paragraphs, "elections")
            at = after(evening, rng, least_s=600, most_s=7_200)
            documents.append(publish(book, paper, draft, at, byline=voice.name()))
    book.innocent("speeches that everybody quotes", "quotation", documents)


def fact_checks(book: Draftbook, rng: random.Random) -> None:
    """Rebuttals that repeat the claims of the site network before they answer them."""
    frames = material("innocents")["factcheck"]
    stories = material("campaign_sites")["story"]
    documents: list[Article] = []
    for place, story in enumerate(stories):
        appeared = min(
            article.published_at
            for article in book.articles
            if article.title in {story[language]["title"] for language in ("nl", "en", "de")}
        )
        for host, languages in CHECKERS.items():
            for language in languages:
                draft = _rebuttal(story[language], frames[language], place)
                at = after(appeared, rng, least_s=8 * 3_600, most_s=40 * 3_600)
                documents.append(publish(book, outlet(host), draft, at, language=language))
    book.innocent("fact-checks of the water line", "fact-check", documents)


def breaking_stories(book: Draftbook, voices: Voices, rng: random.Random) -> Article:
    """The night the sea came: every outlet in its own words, all with the official page."""
    night = breaking_begin(book)
    alert = material("innocents")["alert"]
    official = publish(book, outlet(OFFICIAL), _plain(alert["nl"], "alert"), night)
    documents = [official]
    for paper in outlets():
        if paper.planted or paper.kind != "outlet":
            continue
        draft = voices[paper.language].breaking()
        at = after(night, rng, least_s=420, most_s=5 * 3_600)
        documents.append(publish(book, paper, draft, at, links=(official.address,)))
    book.innocent("stories of the storm night", "breaking-news", documents)
    return official


def breaking_begin(book: Draftbook) -> datetime:
    """When the authority gave the alert."""
    return (book.begin + timedelta(days=17)).replace(hour=19, minute=12, second=0)


def _plain(words: dict[str, Any], topic: str) -> Draft:
    text = words["text"]
    half = max(2, len(text) // 2)
    return Draft(words["title"], (text[0], " ".join(text[1:half]), " ".join(text[half:])), topic)


def _credited(words: dict[str, Any], topic: str) -> Draft:
    draft = _plain(words, topic)
    first = f"{words['dateline']} (NPB) – {draft.paragraphs[0]}"
    return Draft(draft.title, (first, *draft.paragraphs[1:]), topic)


def _rebuttal(story: dict[str, Any], frame: dict[str, Any], turn: int) -> Draft:
    claims = " ".join(story["text"][:2])
    intro = frame["intros"][turn % len(frame["intros"])]
    method = frame["methods"][turn % len(frame["methods"])]
    verdict = frame["verdicts"][turn % len(frame["verdicts"])]
    title = frame["titles"][turn % len(frame["titles"])].format(claim=story["title"])
    return Draft(
        title, (intro, claims, f"{method} {' '.join(story['rebuttal'])}", verdict), "check"
    )

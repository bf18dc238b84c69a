"""Crowds among the accounts: a petition, a football evening, a night of news, bots that say so."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta

from baken.detection.simulate.cast import Account
from baken.detection.simulate.clock import after
from baken.detection.simulate.innocents import breaking_begin
from baken.detection.simulate.material import material
from baken.detection.simulate.organic import post
from baken.detection.simulate.prose import Voice
from baken.detection.simulate.world import DAYS, Article, Draftbook, Post

Voices = Mapping[str, Voice]

_WEATHER_HOURS = (5, 11, 17)
_SIGNERS = 15


def petition(book: Draftbook, people: list[Account], rng: random.Random) -> None:
    """Neighbours copy the text that a petition's page offers, with its link, for three days."""
    calls = material("innocents")["petition"]
    documents: list[Post] = []
    for place, call in enumerate(calls):
        signers = [person for person in people if person.language == call["language"]]
        start = (book.begin + timedelta(days=9 + place)).replace(hour=8)
        for person in rng.sample(signers, min(_SIGNERS, len(signers))):
            at = after(start, rng, least_s=0, most_s=60 * 3_600)
            documents.append(
                post(
                    book,
                    person,
                    call["text"],
                    at,
                    links=(call["link"],),
                    hashtags=tuple(call["hashtags"]),
                )
            )
    book.innocent("the petition for the night bus", "petition", documents)


def football_evening(
    book: Draftbook, people: list[Account], voices: Voices, rng: random.Random
) -> None:
    """Two hours in which half of the platform posts about one match, with one set of hashtags."""
    match = material("innocents")["football"]
    kick_off = (book.begin + timedelta(days=20)).replace(hour=18, minute=45)
    fans = [person for person in people if person.language in match["languages"]]
    documents: list[Post] = []
    for person in rng.sample(fans, min(18, len(fans))):
        for minute in rng.sample(match["minutes"], 5):
            at = after(kick_off + timedelta(minutes=minute), rng, least_s=5, most_s=150)
            shout = rng.random() < 0.45
            text = rng.choice(match["shouts"]) if shout else _event(voices, person, "football")
            tags = tuple(match["hashtags"][: rng.choice((1, 2, 2, 3))])
            documents.append(post(book, person, text, at, hashtags=tags))
    book.innocent("the football evening", "sports-television", documents)


def night_of_news(
    book: Draftbook,
    people: list[Account],
    official: Article,
    voices: Voices,
    rng: random.Random,
) -> None:
    """Everybody awake writes about the storm in words of their own, and shares the alert."""
    documents: list[Post] = []
    for person in rng.sample(people, 26):
        at = after(breaking_begin(book), rng, least_s=120, most_s=3 * 3_600)
        links = (official.address,) if rng.random() < 0.8 else ()
        text = _event(voices, person, "breaking")
        documents.append(post(book, person, text, at, links=links))
    book.innocent("posts of the storm night", "breaking-news", documents)


def weather_bots(book: Draftbook, bots: list[Account], rng: random.Random) -> None:
    """Three forecasts a day at a fixed minute, from a template, by bots that say what they are."""
    words = material("innocents")["weather_bot"]
    documents: list[Post] = []
    for day in range(DAYS):
        for hour in _WEATHER_HOURS:
            at = (book.begin + timedelta(days=day)).replace(hour=hour)
            sky, wind = rng.choice(words["skies"]), rng.choice(words["winds"])
            for bot, area in zip(bots, words["areas"], strict=True):
                text = words["text"].format(
                    area=area,
                    sky=sky,
                    wind=wind,
                    low=rng.randint(3, 9),
                    high=rng.randint(10, 18),
                    rain=rng.randrange(0, 100, 10),
                )
                documents.append(
                    post(book, bot, text, at, links=(words["link"],), hashtags=("weer",))
                )
    book.innocent("weather bots", "feed-bot", documents)


def _event(voices: Voices, person: Account, event: str) -> str:
    return voices[person.language].event_post(event)

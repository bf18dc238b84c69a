"""Puts the sample world together, each maker with a random stream of its own."""

from __future__ import annotations

import random
from datetime import date

from baken.detection.simulate import crowds, innocents, organic, planted
from baken.detection.simulate.cast import accounts, channels, outlets
from baken.detection.simulate.material import LANGUAGES
from baken.detection.simulate.prose import Voice
from baken.detection.simulate.world import DEFAULT_PORT, END, Draftbook, World

__all__ = ["DEFAULT_PORT", "build_world"]


def build_world(seed: int = 2025, *, end: date = END) -> World:
    """The sample world of `seed`: thirty days that end with `end`, some 2,000 documents.

    The same seed and end give the same world, down to the letter.
    """
    book = Draftbook(seed, end)
    voices = {language: Voice(language, _stream(seed, language)) for language in LANGUAGES}
    _publish(book, voices)
    _post(book, voices)
    return World(
        seed=seed,
        end=end,
        outlets=outlets(),
        channels=channels(),
        accounts=accounts(),
        articles=tuple(sorted(book.articles, key=lambda one: (one.published_at, one.address))),
        channel_posts=tuple(
            sorted(book.channel_posts, key=lambda one: (one.published_at, one.address))
        ),
        posts=tuple(sorted(book.posts, key=lambda one: (one.published_at, one.post_id))),
        campaigns=tuple(book.campaigns),
        innocents=tuple(book.innocents),
    )


def _publish(book: Draftbook, voices: dict[str, Voice]) -> None:
    seed = book.seed
    for source in outlets():
        organic.write_stories(book, source, voices, _stream(seed, source.host))
    sites = [source for source in outlets() if source.planted]
    planted.plant_site_network(book, sites, _stream(seed, "sites"))
    innocents.wire_copy(book, _stream(seed, "wire"))
    innocents.sister_papers(book, voices, _stream(seed, "sisters"))
    innocents.press_releases(book, voices, _stream(seed, "releases"))
    innocents.quoted_speeches(book, voices, _stream(seed, "speeches"))
    innocents.fact_checks(book, _stream(seed, "checks"))


def _post(book: Draftbook, voices: dict[str, Voice]) -> None:
    seed = book.seed
    official = innocents.breaking_stories(book, voices, _stream(seed, "storm"))
    for channel in channels():
        organic.write_channel(book, channel, voices, _stream(seed, channel.handle))
    people = [account for account in accounts() if not account.bot]
    for account in people:
        organic.write_posts(book, account, voices, _stream(seed, account.name))
    network = [account for account in people if account.planted]
    planted.plant_account_network(book, network, _stream(seed, "network"))
    innocent_people = [account for account in people if not account.planted]
    crowds.petition(book, innocent_people, _stream(seed, "petition"))
    crowds.football_evening(book, innocent_people, voices, _stream(seed, "football"))
    crowds.night_of_news(book, people, official, voices, _stream(seed, "night"))
    bots = [account for account in accounts() if account.bot]
    crowds.weather_bots(book, bots, _stream(seed, "weather"))


def _stream(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}/{name}")

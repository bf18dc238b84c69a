"""The two planted campaigns: a network of sites, and a network of accounts at low volume."""

from __future__ import annotations

import random
from datetime import timedelta

from baken.detection.simulate.cast import Account, Outlet
from baken.detection.simulate.clock import after, newsroom_time, waking_time
from baken.detection.simulate.material import material
from baken.detection.simulate.organic import post, publish
from baken.detection.simulate.prose import Draft
from baken.detection.simulate.world import DAYS, Article, Draftbook

SITE_NETWORK = "water-line"
ACCOUNT_NETWORK = "step-by-step"
# All sites carry a story within so many hours of the first.
STORY_HOURS = 7
# So many of the accounts take part in a wave, all within so many seconds.
WAVE_ACCOUNTS = (5, 7)
WAVE_S = 420
_STORY_GAP_DAYS = 3


def plant_site_network(book: Draftbook, sites: list[Outlet], rng: random.Random) -> None:
    """One line of stories on every site, each in its own words or its own language."""
    documents: list[Article] = []
    for place, story in enumerate(material("campaign_sites")["story"]):
        begin = book.begin + timedelta(days=2 + place * _STORY_GAP_DAYS)
        first = newsroom_time(begin, 1, rng)
        used: set[str] = set()
        order = list(sites)
        rng.shuffle(order)
        for at, site in enumerate(order):
            wording = site.language if site.language not in used else f"{site.language}2"
            used.add(site.language)
            moment = first if at == 0 else after(first, rng, least_s=900, most_s=STORY_HOURS * 3600)
            documents.append(publish(book, site, _draft(story[wording]), moment))
    book.campaign(SITE_NETWORK, "sites", documents)


def plant_account_network(book: Draftbook, members: list[Account], rng: random.Random) -> None:
    """Waves of one text and one link within minutes, far apart in time."""
    waves = material("campaign_accounts")["wave"]
    documents = []
    for place, wave in enumerate(waves):
        first = waking_time(book.begin + timedelta(days=place * (DAYS - 2) // len(waves)), 2, rng)
        chosen = rng.sample(members, rng.randint(*WAVE_ACCOUNTS))
        for at, member in enumerate(chosen):
            moment = first if at == 0 else after(first, rng, least_s=15, most_s=WAVE_S)
            text = wave["text"]
            if rng.random() < 0.35:
                text = f"{text} {rng.choice(('❗', '👇', '👀', '‼️', '...'))}"
            tags = tuple(wave.get("hashtags", ())) if rng.random() < 0.7 else ()
            documents.append(post(book, member, text, moment, links=(wave["link"],), hashtags=tags))
    book.campaign(ACCOUNT_NETWORK, "accounts", documents)


def _draft(wording: dict[str, list[str] | str]) -> Draft:
    text = list(wording["text"])
    return Draft(str(wording["title"]), (text[0], " ".join(text[1:4]), " ".join(text[4:])), "local")

"""Every class of false positive has a world in which it is the truth: nothing may be queued there.

Each world is built so that, without the explanation, it would be queued.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from baken.detection.benign import ALL

PEOPLE = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
SITES = [f"web:{name}.example" for name in ("avond", "bode", "courant", "dag", "echo")]
STORIES = [
    f"the mayor of district number {number} announced a new bridge across the river on tuesday"
    for number in range(6)
]


@dataclass(frozen=True)
class Innocent:
    """One world, by the class that explains it."""

    benign_class: str
    build: Any


def wire_copy(world):
    """Ten outlets print the agency's reports and its pictures, with the credit."""
    world.sources["web:agency.example"] = {"kind": "agency", "name": "Agentschap Noord"}
    docs = world.network(
        SITES,
        STORIES,
        links=False,
        kind="outlet",
        credit="Agentschap Noord",
        media_sha256=["a" * 64],
    )
    world.tie(docs, "media")


def same_owner(world):
    """Sister papers share texts and analytics."""
    for site in SITES:
        world.sources[site] = {"kind": "outlet", "name": site, "owner": "Pers Combinatie"}
    world.network(SITES, STORIES, links=False, kind="outlet")
    world.mark(SITES)


def press_release(world):
    """The ministry's release, printed by all when the embargo ends."""
    world.sources["web:ministry.example"] = {"kind": "official", "name": "Ministry"}
    docs = world.network(SITES, STORIES, links=False, kind="outlet", media_sha256=["b" * 64])
    world.tie(docs, "media")
    for story in STORIES:
        world.post("web:ministry.example", story, kind="official", minutes=-5)


def breaking_news(world):
    """Five accounts share the links and tags of the night, after forty others did."""
    tags = [f"#storm{number}" for number in range(6)]
    docs = {name: [] for name in PEOPLE}
    for number, tag in enumerate(tags):
        link = f"https://news.example/{number}"
        for other in range(40):
            world.post(
                f"person:crowd{other}",
                f"crowd {other} saw roof {number} fly over the quay just now",
                minutes=number * 500 + other / 2,
                links=[link],
                hashtags=[tag],
            )
        for place, name in enumerate(PEOPLE):
            docs[name].append(
                world.post(
                    name,
                    f"{name} cannot believe this weather, take {number}",
                    minutes=number * 500 + 30 + place,
                    links=[link],
                    hashtags=[tag],
                )
            )
    world.tie(docs, "url")
    world.tie(docs, "hashtag-sequence")
    world.group(PEOPLE)


def sports_television(world):
    """A cup match: everybody cheers the same few words under the same tag."""
    cheers = [f"GOAL!! {number}-0 what a penalty" for number in range(6)]
    docs = world.network(PEOPLE, cheers, links=False, hashtags=["#cupfinal"])
    world.tie(docs, "hashtag")
    for other in range(20):
        world.post(
            f"person:fan{other}", f"fan {other} sings", minutes=other, hashtags=["#cupfinal"]
        )


def fandom(world):
    """A streaming party, announced in the open."""
    calls = [f"streaming party part {number} for our fandom" for number in range(6)]
    docs = world.network(PEOPLE, calls, links=False, hashtags=["#newalbum", "#fanclub"])
    world.tie(docs, "hashtag-sequence")


def petition(world):
    """Supporters paste the text that the petition's page offers."""
    calls = [
        f"please sign the petition to keep the library of district {number} open, signatures count"
        for number in range(6)
    ]
    world.network(PEOPLE, calls)


def quotation(world):
    """Many quote the same lines of one speech, and its picture."""
    docs = world.network(
        PEOPLE,
        [f"“{story}, said the king in his yearly speech to parliament”" for story in STORIES],
        links=False,
        flags=("mostly-quotation",),
        media_sha256=["c" * 64],
    )
    world.tie(docs, "media")


def fact_check(world):
    """Fact-checkers repeat a claim in order to answer it."""
    world.network(SITES, STORIES, kind="outlet", narrative="nar-1", role="rebuts")


def meme(world):
    """A joke that half the town has posted before."""
    jokes = [
        f"why did cow number {number} cross the road, to get to the udder side"
        for number in range(6)
    ]
    for number, joke in enumerate(jokes):
        for other in range(15):
            world.post(f"person:wag{other}", joke, minutes=number * 1_000 - 20_000 + other)
    docs = world.network(PEOPLE, jokes, links=False, media_sha256=["d" * 64])
    world.tie(docs, "media")


def feed_bot(world):
    """Weather bots, registered as such."""
    bots = [f"channel:weather{number}" for number in range(5)]
    for bot in bots:
        world.sources[bot] = {"kind": "bot", "name": bot}
    world.network(bots, STORIES, kind="outlet")


def aggregator(world):
    """Mirrors that name the original as their canonical address."""
    world.network(
        SITES,
        STORIES,
        kind="outlet",
        url="https://mirror.example/a",
        canonical_url="https://original.example/a",
    )


def boilerplate(world):
    """The live blog's frame comes back every day."""
    frame = "welcome to our liveblog of today, below you find the latest posts of the editors"
    docs = {name: [] for name in SITES}
    for day in range(6):
        for place, name in enumerate(SITES):
            docs[name].append(
                world.post(
                    name, frame, minutes=1_440 * day + place, kind="outlet", media_sha256=["e" * 64]
                )
            )
    world.tie(docs, "text")
    world.tie(docs, "media")
    world.group(SITES)


def scheduler(world):
    """Times are those of our own crawl."""
    from datetime import timedelta

    world.network(PEOPLE, STORIES)
    for document in world.documents:
        if document["account_id"] in PEOPLE:
            document["collected_at"] = document["published_at"] + timedelta(seconds=1)


def hyperactive(world):
    """One account shares everything and so meets everybody."""
    hub, others = PEOPLE[0], PEOPLE[1:]
    for other in others:
        docs = {hub: [], other: []}
        for number, story in enumerate(STORIES):
            for name in (hub, other):
                docs[name].append(
                    world.post(
                        name,
                        f"{story} for {other}",
                        minutes=number * 90.0,
                        links=["https://a.example/"],
                    )
                )
        world.tie(docs, "text")
        world.tie(docs, "url")
    # One tie between two of the others, so that it is no mere star.
    docs = {
        name: [world.post(name, f"{story} again", minutes=7_000) for story in STORIES]
        for name in others[:2]
    }
    world.tie(docs, "text")
    world.group(PEOPLE)


def small_sample(world):
    """Accounts of which the window holds two posts each, at several places of one hour."""
    docs = world.network(PEOPLE, STORIES[:2])
    world.edges.clear()
    for kind in ("text", "url"):
        world.tie(docs, kind, observed=4)


def translation_community(world):
    """Volunteers translate and link to the original."""
    for number in range(6):
        world.post(
            "web:origin.example",
            f"original report {number} about the floods in the east of the country",
            kind="outlet",
            canonical_url=f"https://origin.example/{number}",
        )
    docs = {name: [] for name in PEOPLE}
    for place, (name, language) in enumerate(
        zip(PEOPLE, ("nl", "de", "fr", "pl", "uk"), strict=True)
    ):
        for number in range(6):
            docs[name].append(
                world.post(
                    name,
                    f"{language} version of report {number} on the floods of the east",
                    minutes=number * 900 + place,
                    language=language,
                    links=[f"https://origin.example/{number}"],
                    media_sha256=["f" * 64],
                )
            )
    world.tie(docs, "similar-text")
    world.tie(docs, "media")
    world.group(PEOPLE)


def commercial(world):
    """Gambling spam: truly coordinated, and not our subject."""
    world.network(
        PEOPLE,
        [f"casino number {number} gives free spins to new players today" for number in range(6)],
    )


def parked_domain(world):
    """Defensive registrations that publish nothing share one analytics id."""
    busy, idle = SITES[:3], SITES[3:]
    world.network(busy, STORIES, links=False, kind="outlet")
    world.groups.clear()
    for site in busy:
        world.mark([site, *idle])
    world.group(SITES)


def weak_text(world):
    """The model takes short dialect texts for rewordings of each other."""
    docs = {name: [] for name in PEOPLE}
    for name in PEOPLE:
        for number in range(6):
            docs[name].append(
                world.post(
                    name,
                    f"moi {name} zunder {number} wark vandaag eem nich",
                    minutes=number * 700,
                    language="und",
                    media_sha256=["0" * 64],
                )
            )
    world.tie(docs, "similar-text")
    world.tie(docs, "media")
    world.group(PEOPLE)


INNOCENTS = [
    Innocent("wire-copy", wire_copy),
    Innocent("same-owner", same_owner),
    Innocent("press-release", press_release),
    Innocent("breaking-news", breaking_news),
    Innocent("sports-television", sports_television),
    Innocent("fandom", fandom),
    Innocent("petition", petition),
    Innocent("quotation", quotation),
    Innocent("fact-check", fact_check),
    Innocent("meme", meme),
    Innocent("feed-bot", feed_bot),
    Innocent("aggregator", aggregator),
    Innocent("boilerplate", boilerplate),
    Innocent("scheduler", scheduler),
    Innocent("hyperactive-account", hyperactive),
    Innocent("small-sample", small_sample),
    Innocent("translation-community", translation_community),
    Innocent("commercial", commercial),
    Innocent("parked-domain", parked_domain),
    Innocent("weak-text", weak_text),
]


def test_every_class_has_a_world():
    assert {case.benign_class for case in INNOCENTS} == {found.benign_class for found in ALL}
    assert len(ALL) == 20


@pytest.mark.parametrize("innocent", INNOCENTS, ids=lambda case: case.benign_class)
def test_the_innocent_is_explained_and_not_queued(world, innocent):
    world.chatter()
    innocent.build(world)
    (row,) = world.flag().to_pylist()
    verdicts = {entry["benign_class"]: entry for entry in row["benign"]}
    assert verdicts[innocent.benign_class]["verdict"] == "ruled-in", verdicts[innocent.benign_class]
    assert not row["queue"]
    assert innocent.benign_class in row["queue_reason"]


@pytest.mark.parametrize("innocent", INNOCENTS, ids=lambda case: case.benign_class)
def test_without_explanations_it_would_be_queued(world, innocent):
    """The worlds are real temptations; rebuttals alone never count, explanation or not."""
    world.chatter()
    innocent.build(world)
    (row,) = world.flag(detectors=()).to_pylist()
    assert row["queue"] is (innocent.benign_class != "fact-check"), row["queue_reason"]


@pytest.mark.parametrize("detector", ALL, ids=lambda found: found.benign_class)
def test_no_detector_explains_away_a_plain_network(world, detector):
    world.chatter()
    world.network(PEOPLE, STORIES)
    assert detector.test(world.case()).verdict != "ruled-in"


@pytest.mark.parametrize("detector", ALL, ids=lambda found: found.benign_class)
def test_the_docstring_is_a_catalogue_entry(detector):
    text = type(detector).__doc__ or ""
    assert "Looked for:" in text
    assert len(text) > 150


@pytest.mark.parametrize(("tier", "queued"), [(None, False), ("state-controlled", True)])
def test_a_state_agency_explains_nothing(world, tier, queued):
    world.chatter()
    wire_copy(world)
    world.sources["web:agency.example"]["tier"] = tier
    (row,) = world.flag().to_pylist()
    assert row["queue"] is queued


@pytest.mark.parametrize(("tier", "queued"), [(None, False), ("state-controlled", True)])
def test_a_house_of_a_state_stays(world, tier, queued):
    world.chatter()
    same_owner(world)
    for site in SITES:
        world.sources[site]["tier"] = tier
    (row,) = world.flag().to_pylist()
    assert row["queue"] is queued


def test_a_petition_with_a_state_behind_it_stays(world):
    world.chatter()
    petition(world)
    world.sources["web:state.example"] = {"tier": "official", "url": "https://story.example/"}
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]

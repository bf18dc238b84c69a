"""Where each explanation ends: the worlds that differ by one fact, on either side of the border."""

from __future__ import annotations

import pytest

from baken.detection.benign import ALL

PEOPLE = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
SITES = [f"web:{name}.example" for name in ("avond", "bode", "courant", "dag", "echo")]
STORIES = [
    f"the mayor of district number {number} announced a new bridge across the river on tuesday"
    for number in range(6)
]


def released(world, *, tier, link, before=True):
    """Sites that print an official's release; with `link` they name where it came from."""
    page = "https://ministry.example/release"
    world.sources["web:ministry.example"] = {"kind": "official", "name": "Ministry", "tier": tier}
    world.post(
        "web:ministry.example",
        STORIES[0],
        kind="official",
        minutes=-5 if before else 90_000,
        canonical_url=page,
    )
    world.network(SITES, STORIES, links=False, kind="outlet", links_to=[page] if link else [])
    return next(
        detector.test(world.case()).verdict
        for detector in ALL
        if detector.benign_class == "press-release"
    )


@pytest.mark.parametrize(
    ("tier", "link", "before", "expected"),
    [
        ("official", True, True, "ruled-in"),
        ("official", True, False, "ruled-out"),
        ("official", False, True, "ruled-out"),
        ("state-controlled", True, True, "ruled-out"),
        (None, True, True, "ruled-in"),
    ],
)
def test_a_release_of_a_state_must_be_named(world, tier, link, before, expected):
    assert released(world, tier=tier, link=link, before=before) == expected


def test_outlets_that_promote_the_same_channels_are_one_house(world):
    world.chatter()
    channels = ["https://t.me/harbour_life", "https://t.me/harbour_jobs"]
    world.network(SITES, STORIES, kind="outlet")
    for document in world.documents:
        if document["account_id"] in SITES:
            document["links"] = [*document["links"], *channels]
    (row,) = world.flag().to_pylist()
    assert row["queue_reason"] == "explained: same-owner"


def test_persons_who_promote_the_same_channels_are_not(world):
    world.chatter()
    world.network(PEOPLE, STORIES)
    for document in world.documents:
        if document["account_id"] in PEOPLE:
            document["links"] = [*document["links"], "https://t.me/harbour_life"]
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]


def test_platform_domains_are_no_common_link(world):
    world.chatter()
    docs = world.network(SITES, STORIES, links=False, kind="outlet")
    world.tie(docs, "domain", objects=["youtube.com", "t.me", "bit.ly"])
    (row,) = world.flag().to_pylist()
    assert not row["queue"]


def test_cadence_that_nobody_declared_is_a_sign_in_either_direction(world):
    world.chatter()
    world.network(PEOPLE, [f"{STORIES[0]} take {number}" for number in range(25)], lag=0.0)
    verdict = next(d for d in ALL if d.benign_class == "feed-bot").test(world.case())
    assert verdict.verdict == "unknown"
    assert "cadence" in verdict.evidence


def test_scheduling_is_innocent_only_where_it_is_the_custom(world):
    scheduler_class = next(d for d in ALL if d.benign_class == "scheduler")
    world.network(PEOPLE, STORIES)
    for number, document in enumerate(world.documents):
        document["published_at"] = document["published_at"].replace(
            hour=number % 20, minute=15, second=0
        )
    world.chatter(accounts=80)
    assert scheduler_class.test(world.case()).verdict == "unknown"
    for document in world.documents:
        document["published_at"] = document["published_at"].replace(minute=0, second=0)
    assert scheduler_class.test(world.case()).verdict == "ruled-in"


def test_accounts_of_other_candidates_are_no_witnesses(world):
    """A large operation falls apart into groups; one must not be the other's innocent crowd."""
    second = [f"person:second{number}" for number in range(12)]
    world.chatter()
    world.network(PEOPLE, STORIES, begin=60.0)
    world.network(second, STORIES)
    rows = world.flag().to_pylist()
    assert [row["queue"] for row in rows] == [True, True]


def test_rewordings_of_an_agency_in_the_group_are_wire_copy(world):
    """Papers that reword the agency's reports match it; no credit is needed to see it."""
    agency = "web:agency.example"
    world.sources[agency] = {"kind": "agency", "name": "Agentschap Noord"}
    docs = {
        name: [
            world.post(name, f"{name} tells: {story}", minutes=900 * at + 9 * place, kind="outlet")
            for at, story in enumerate(STORIES)
        ]
        for place, name in enumerate([agency, *SITES])
    }
    world.chatter()
    world.tie(docs, "similar-text")
    world.mark(SITES)
    world.group([agency, *SITES])
    (row,) = world.flag().to_pylist()
    assert row["queue_reason"] == "explained: wire-copy"


def test_a_campaign_that_an_agency_takes_up_later_is_not_wire_copy(world):
    agency = "web:agency.example"
    world.sources[agency] = {"kind": "agency", "name": "Agentschap Noord"}
    docs = {
        name: [
            world.post(name, f"{name} tells: {story}", minutes=900 * at - 9 * place, kind="outlet")
            for at, story in enumerate(STORIES)
        ]
        for place, name in enumerate([agency, *SITES])
    }
    world.chatter()
    world.tie(docs, "similar-text")
    world.mark(SITES)
    world.group([agency, *SITES])
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]


def test_explanations_that_suffice_only_together_are_named_together(world):
    world.chatter()
    docs = world.network(SITES, STORIES, kind="outlet", links=False, media_sha256=["1" * 64])
    world.tie(docs, "media")
    quarter = len(STORIES) * 2 // 5
    for ids in docs.values():
        for doc_id in ids[:quarter]:
            world.documents[int(doc_id[4:])]["credit"] = "ANP"
            world.annotations[int(doc_id[4:])]["credit"] = "ANP"
        for doc_id in ids[quarter : 2 * quarter]:
            world.annotations[int(doc_id[4:])]["flags"] = ["mostly-quotation"]
    (row,) = world.flag().to_pylist()
    assert row["queue_reason"] == "explained together: wire-copy, quotation"

"""Four ladders, each from its own evidence."""

from __future__ import annotations

import pytest

from baken.detection.judgement import Coordinated, Inauthentic, StateLink
from baken.detection.reach import Reach

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
SITES = [f"web:{name}.example" for name in ("anchor", "beacon", "compass", "dock", "eddy")]
TEXTS = [
    f"the harbour cranes of district {number} were sold abroad in secret and nobody was told"
    for number in range(6)
]


def one(world):
    (row,) = world.flag().to_pylist()
    return row


def findings(world):
    return {row["signal"]: row for row in world.flag_both()[1].to_pylist()}


def test_coordination_that_is_strong_says_nothing_of_the_other_three(world):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS)
    world.tie(docs, "hashtag")
    row = one(world)
    assert row["coordinated"] == Coordinated.STRONG
    assert row["inauthentic"] == Inauthentic.NO_SIGN
    assert row["state_link"] == StateLink.NONE
    assert row["reach"] == Reach.ONE


def test_declared_sisters_on_shared_analytics_show_no_concealment(world):
    world.chatter()
    for site in SITES:
        world.sources[site] = {"kind": "outlet", "owner": "Pers Combinatie"}
    world.network(SITES, TEXTS, links=False, kind="outlet")
    world.mark(SITES)
    assert one(world)["inauthentic"] == Inauthentic.NO_SIGN


def test_undeclared_shared_analytics_and_no_owner_are_two_signs(world):
    world.chatter()
    world.network(SITES, TEXTS, links=False, kind="outlet")
    world.mark(SITES)
    for site in SITES:
        world.traits.append(
            {
                "account_id": site,
                "trait_kind": "analytics",
                "value": "UA-1",
                "url": f"https://{site.partition(':')[2]}/",
                "seen_at": None,
            }
        )
    assert one(world)["inauthentic"] == Inauthentic.SEVERAL_SIGNS
    found = findings(world)["inauthentic"]
    assert "without a common owner" in found["detail"]
    assert set(SITES) == set(found["evidence"])


def test_a_look_alike_of_a_registered_name_is_a_sign(world):
    world.chatter()
    world.sources["web:harbourpost.example"] = {
        "kind": "outlet",
        "url": "https://harbourpost.example/",
        "owner": "Harbour House",
    }
    fakes = ["web:harb0urpost.example", *SITES[:3]]
    for name in fakes:
        for number in range(3):
            world.post(name, f"{name} {number}", kind="outlet", url=f"https://{name[4:]}/{number}")
    docs = world.network(fakes, TEXTS, links=False, kind="outlet")
    world.mark(fakes)
    for document in world.documents:
        if document["account_id"] in docs:
            document["url"] = f"https://{document['account_id'][4:]}/x"
    assert "harb0urpost.example (harbourpost.example)" in findings(world)["inauthentic"]["detail"]


def test_copies_of_others_without_source_are_a_sign(world):
    world.chatter()
    for number, text in enumerate(TEXTS):
        world.post("web:original.example", text, minutes=number * 1_000 - 60, kind="outlet")
    world.network(SITES, TEXTS, links=False, kind="outlet")
    assert "without their source" in findings(world)["inauthentic"]["detail"]


def test_a_credited_copy_is_no_sign(world):
    world.chatter()
    for number, text in enumerate(TEXTS):
        world.post("web:original.example", text, minutes=number * 1_000 - 60, kind="outlet")
    world.network(SITES, TEXTS, links=False, kind="outlet", credit="original.example")
    assert one(world)["inauthentic"] == Inauthentic.NO_SIGN


def test_members_that_the_register_records_are_a_link(world):
    world.chatter()
    world.sources[SITES[0]] = {"kind": "outlet", "tier": "state-controlled"}
    world.network(SITES, TEXTS, links=False, kind="outlet")
    assert one(world)["state_link"] == StateLink.MEMBER
    assert "1 state-controlled among 5" in findings(world)["state-link"]["detail"]


def test_links_of_two_members_to_recorded_sources_are_a_citation(world):
    world.chatter()
    world.sources["web:state.example"] = {
        "kind": "outlet",
        "tier": "official",
        "url": "https://state.example/",
    }
    world.network(ACCOUNTS, TEXTS)
    for document in world.documents:
        if document["account_id"] in ACCOUNTS[:2]:
            document["links"] = ["https://www.state.example/a"]
    assert one(world)["state_link"] == StateLink.CITES


def test_one_member_that_links_is_no_citation(world):
    world.chatter()
    world.sources["web:state.example"] = {"tier": "official", "url": "https://state.example/"}
    world.network(ACCOUNTS, TEXTS)
    world.documents[-1]["links"] = ["https://state.example/a"]
    assert one(world)["state_link"] == StateLink.NONE


def test_the_narrative_of_a_state_is_no_link(world):
    """Alignment alone never suffices: the recorded source tells the same story, nothing more."""
    world.chatter()
    world.sources["web:state.example"] = {
        "kind": "outlet",
        "tier": "state-controlled",
        "url": "https://state.example/",
    }
    for text in TEXTS:
        world.post("web:state.example", text, kind="outlet", narrative="nar-1", minutes=-90)
    world.network(ACCOUNTS, TEXTS, narrative="nar-1")
    assert one(world)["state_link"] == StateLink.NONE


@pytest.mark.parametrize(
    ("accounts", "languages", "expected"),
    [
        (ACCOUNTS, ("en",), Reach.ONE),
        (ACCOUNTS, ("en", "nl"), Reach.TWO),
        ([*ACCOUNTS[:3], *SITES[:2]], ("en",), Reach.TWO),
        ([*ACCOUNTS[:3], *SITES[:2]], ("en", "nl"), Reach.THREE),
    ],
)
def test_reach_counts_platforms_and_languages(world, accounts, languages, expected):
    world.chatter()
    docs = world.network(accounts, TEXTS)
    places = {doc: at for ids in docs.values() for at, doc in enumerate(ids)}
    for row in world.annotations:
        if row["doc_id"] in places:
            row["language"] = languages[places[row["doc_id"]] % len(languages)]
    assert one(world)["reach"] == expected


def pickup(world, *, role="reports", tier=None, minutes=9_000):
    world.chatter()
    world.network(ACCOUNTS, TEXTS, narrative="nar-1")
    for number in range(3):
        name = f"web:daily{number}.example"
        world.sources[name] = {"kind": "outlet", "tier": tier}
        world.post(
            name,
            f"daily {number} writes about the cranes",
            kind="outlet",
            narrative="nar-1",
            role=role,
            minutes=minutes,
        )
    return one(world)["reach"]


def test_outlets_that_take_it_up_are_category_four(world):
    assert pickup(world) == Reach.FOUR


@pytest.mark.parametrize(
    "otherwise", [{"role": "rebuts"}, {"tier": "state-linked"}, {"minutes": -500}]
)
def test_rebuttals_recorded_sources_and_earlier_reports_are_no_pick_up(world, otherwise):
    assert pickup(world, **otherwise) == Reach.ONE


def test_no_ladder_says_true_or_false():
    words = {
        str(rung) for ladder in (Coordinated, Inauthentic, StateLink, Reach) for rung in ladder
    }
    assert not any(word in rung for rung in words for word in ("true", "false", "lie", "guilty"))

"""Ties that make no group, as candidates: weak, examined and never queued."""

from __future__ import annotations

from itertools import pairwise

from baken.detection.benign import ALL

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
TEXTS = [
    f"the harbour cranes of district {number} were sold abroad in secret and nobody was told"
    for number in range(6)
]


def loose_star(world):
    """Five accounts with two families of evidence, all of it around the first, and no group."""
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    world.groups.clear()
    world.edges[:] = [edge for edge in world.edges if ACCOUNTS[0] in (edge["left"], edge["right"])]


def test_ties_that_make_no_group_are_listed_as_weak_with_their_posts(world):
    loose_star(world)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert row["queue_reason"].startswith("weak: no group (held together by one account)")
    assert row["members"] == ACCOUNTS
    assert len(row["documents"]) == 30
    assert row["coordinated"] == "weak"
    assert "4 pairs among 5 accounts" in row["statement"]
    assert len(row["benign"]) == len(ALL)


def test_a_chain_on_two_families_is_never_queued(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    world.groups.clear()
    chain = list(pairwise(ACCOUNTS))
    world.edges[:] = [edge for edge in world.edges if (edge["left"], edge["right"]) in chain]
    (row,) = world.flag(detectors=()).to_pylist()
    assert not row["queue"]
    assert row["queue_reason"] == "weak: no group (a chain of pairs)"


def test_what_a_group_holds_is_not_listed_twice(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    strangers = ["person:fay", "person:gus", "person:hal"]
    docs = {name: [world.post(name, text) for text in TEXTS] for name in (ACCOUNTS[0], *strangers)}
    world.tie(docs, "hashtag")
    campaigns, findings = world.flag_both(detectors=())
    assert sorted(campaigns["members"].to_pylist()) == [ACCOUNTS, strangers]
    outside = [row for row in findings.to_pylist() if row["signal"] == "outside"]
    assert sorted(row["value"] for row in outside) == [1, 3]
    assert "of them in other candidates" in outside[0]["detail"]


def test_a_loose_set_that_becomes_a_group_keeps_its_id(world):
    loose_star(world)
    before = world.flag()
    again = world.flag(previous=before)
    world.network(ACCOUNTS, TEXTS)
    after = world.flag(previous=again, detectors=())
    (first,), (second,), (third,) = (table.to_pylist() for table in (before, again, after))
    assert first["campaign_id"] == second["campaign_id"] == third["campaign_id"]
    assert third["queue"]

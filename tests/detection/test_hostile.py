"""Input from enemies and from broken exports: nothing escapes, nothing explodes."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken.detection.benign import ALL
from baken.detection.case import examined, host_of
from baken.detection.lexicon import is_host, topics_of
from baken.model import Verdict
from baken.protocols import Case

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
ODD = ["", "\x00", "😀" * 900, "\u200b", "a" * 3_000_000, "“" * 10_000, "petition " * 100_000]


def test_odd_texts_links_and_tags(world):
    docs = {
        name: [
            world.post(
                name,
                text,
                minutes=at,
                links=["http://[bad", "://", "https://" + "a" * 5_000, ""],
                hashtags=["#" + "x" * 5_000, "", "#\x00"],
                url="http://[::1",
                canonical_url="//",
            )
            for at, text in enumerate(ODD)
        ]
        for name in ACCOUNTS
    }
    world.tie(docs, "text")
    world.tie(docs, "url")
    world.group(ACCOUNTS)
    begin = time.perf_counter()
    (row,) = world.flag().to_pylist()
    assert len(row["benign"]) == 20
    assert time.perf_counter() - begin < 20


def test_unknown_everything(world):
    """Columns that nobody filled in: every detector says so, and none rules in for it."""
    docs = {name: [world.post(name, f"{name} {at}") for at in range(4)] for name in ACCOUNTS}
    for document in world.documents:
        for name in ("published_at", "links", "hashtags", "media_sha256", "text", "collected_at"):
            document[name] = None
    world.annotations.clear()
    world.chatter()
    world.tie(docs, "url")
    world.tie(docs, "hashtag")
    world.group(ACCOUNTS)
    (row,) = world.flag().to_pylist()
    assert not [entry for entry in row["benign"] if entry["verdict"] == "ruled-in"]
    unsure = {entry["benign_class"] for entry in row["benign"] if entry["verdict"] == "unknown"}
    assert {"wire-copy", "breaking-news", "scheduler", "translation-community"} <= unsure


def test_documents_that_were_purged(world):
    world.chatter()
    docs = world.network(ACCOUNTS, ["a text that is gone"] * 5)
    gone = {doc for ids in docs.values() for doc in ids}
    world.documents[:] = [row for row in world.documents if row["doc_id"] not in gone]
    (row,) = world.flag().to_pylist()
    assert len(row["benign"]) == 20


def test_a_plain_case_is_made_ready(world):
    world.chatter()
    world.network(ACCOUNTS, ["one and the same text of the harbour"] * 4)
    case = world.case()
    plain = Case(
        members=case.members,
        edges=case.edges,
        documents=case.documents,
        background=case.background,
        site_traits=case.site_traits,
        sources=case.sources,
    )
    assert examined(plain).size == case.size
    for detector in ALL:
        verdict = detector.test(plain)
        assert verdict.benign_class == detector.benign_class
        assert verdict.verdict in Verdict
        assert verdict.evidence


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_words_and_hosts_of_anything(text):
    assert all(count > 0 for count in topics_of(text.casefold()).values())
    assert isinstance(host_of(text), str)
    assert is_host(text, "petition") in (True, False)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("unter embargo? no: persbericht", "press_release"),
        ("подпишите петицию", "petition"),
        ("what a penalty!", "sports"),
        ("free spins at the casino", "commercial"),
    ],
)
def test_words_are_found(text, topic):
    assert topics_of(text)[topic] >= 1


@pytest.mark.parametrize("text", ["goalkeeper", "stan", "the arms embargo", "but", "pricewatch"])
def test_parts_of_words_and_common_words_are_not(text):
    assert topics_of(text) == {}

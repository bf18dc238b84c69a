"""Candidates: the rule of the queue, partial explanations, and what is written on a candidate."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baken.config import DetectConfig
from baken.detection.benign import ALL, Detector, Examination
from baken.detection.families import ALL_FAMILIES
from baken.model import BenignVerdict, Verdict
from baken.schema import CAMPAIGNS, FINDINGS, conform

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
SITES = [f"web:{name}.example" for name in ("anchor", "beacon", "compass", "dock", "eddy")]
TEXTS = [
    f"the harbour cranes of district {number} were sold abroad in secret and nobody was told"
    for number in range(6)
]
LANGUAGES = ("nl", "en", "de", "fr", "pl")


def site_network(world):
    """Five sites, one story line in five languages, one analytics id, no owner."""
    docs = {name: [] for name in SITES}
    for place, (name, language) in enumerate(zip(SITES, LANGUAGES, strict=True)):
        for number, text in enumerate(TEXTS):
            docs[name].append(
                world.post(
                    name,
                    f"{language} telling: {text}",
                    minutes=number * 900 + place * 20,
                    kind="outlet",
                    language=language,
                    narrative="nar-1",
                    url=f"https://{name.partition(':')[2]}/{number}",
                )
            )
    world.tie(docs, "similar-text", window_s=86_400)
    world.mark(SITES)
    world.group(SITES)
    world.narratives.append({"narrative_id": "nar-1", "label": "harbour cranes sold"})


def test_an_account_network_on_text_and_links_is_queued(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]
    assert row["members"] == ACCOUNTS
    assert len(row["documents"]) == 30
    assert row["coordinated"] == "tested"
    assert row["trace_kinds"] == ["text", "url"]
    assert "5 accounts" in row["statement"]
    assert "q < 1e-06" in row["statement"]
    assert row["coverage"] == "3 sources up, 0 down"


def test_a_site_network_on_similar_text_and_infrastructure_is_queued(world):
    world.chatter()
    site_network(world)
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]
    assert row["inauthentic"] == "one sign"
    assert row["state_link"] == "none recorded"
    assert "harbour cranes sold" in row["name"]
    assert row["languages"] == sorted(LANGUAGES)
    assert "5 sites" in row["statement"]
    assert row["narrative_ids"] == ["nar-1"]


def test_the_tables_have_their_schemas(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    campaigns, findings = world.flag_both()
    conform(campaigns, CAMPAIGNS)
    conform(findings, FINDINGS)
    signals = set(findings["signal"].to_pylist())
    assert {"coordinated", "inauthentic", "state-link", "reach", "edges:text"} <= signals
    assert len(set(findings["finding_id"].to_pylist())) == findings.num_rows


def test_nothing_gives_nothing(world):
    campaigns, findings = world.flag_both()
    assert campaigns.num_rows == findings.num_rows == 0
    conform(campaigns, CAMPAIGNS)


@pytest.mark.parametrize("second", ["similar-text", "text"])
def test_two_kinds_of_one_family_are_one_piece_of_evidence(world, second):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS, links=False)
    world.tie(docs, "similar-text" if second == "similar-text" else "text", window_s=86_400)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert row["queue_reason"].startswith("weak: no two families of traces")
    assert row["coordinated"] == "weak"


def test_infrastructure_alone_is_weak(world):
    world.chatter()
    world.network(SITES, TEXTS, links=False, kind="outlet")
    world.edges.clear()
    world.mark(SITES)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]


def test_a_q_above_the_limit_does_not_count(world):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS, links=False)
    world.tie(docs, "url", q_value=0.02)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert "url" not in row["trace_kinds"]


def test_two_actors_are_not_enough(world):
    world.chatter()
    world.network(ACCOUNTS[:2], TEXTS)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert "2 accounts" in row["queue_reason"]


def test_two_objects_are_not_enough(world):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS)
    world.edges.clear()
    world.tie(docs, "text", objects=["one"])
    world.tie(docs, "url", objects=["two"])
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert "2 objects" in row["queue_reason"]


def test_a_star_is_not_a_group(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    world.edges[:] = [edge for edge in world.edges if ACCOUNTS[0] in (edge["left"], edge["right"])]
    (row,) = world.flag(detectors=()).to_pylist()
    assert not row["queue"]
    assert "one account" in row["queue_reason"]


def test_a_one_sided_pair_does_not_count(world):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS)
    lonely = {name: [ids[0]] * 6 for name, ids in docs.items()}
    world.edges.clear()
    for kind in ("text", "url"):
        world.tie(docs | {ACCOUNTS[0]: lonely[ACCOUNTS[0]]}, kind)
    (row,) = world.flag(detectors=()).to_pylist()
    assert row["queue"]
    assert ACCOUNTS[0] not in row["members"]


def test_rebuttals_are_no_evidence(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS, narrative="nar-1", role="rebuts")
    (row,) = world.flag(detectors=()).to_pylist()
    assert not row["queue"]
    assert row["documents"] == []


def test_classic_methods_without_a_test_are_listed_as_weak(world):
    world.chatter()
    docs = world.network(ACCOUNTS, TEXTS, links=False)
    world.edges.clear()
    world.tie(docs, "text")
    for edge in world.edges:
        edge.update(q_value=None, p_value=None, expected=None, method="cooccurrence")
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert row["coordinated"] == "none"


def mixed(world, *, wire, own):
    """Sites in step on `wire` credited and `own` uncredited stories, with pictures."""
    stories = [
        f"report {number} of the council on the new bridge over the river" for number in range(wire)
    ]
    docs = {name: [] for name in SITES}
    for number, story in enumerate([*stories, *TEXTS[:own]]):
        for place, name in enumerate(SITES):
            docs[name].append(
                world.post(
                    name,
                    story,
                    minutes=number * 700 + place,
                    kind="outlet",
                    credit="ANP" if number < wire else None,
                )
            )
    world.tie(docs, "text")
    world.mark(SITES)
    world.group(SITES)
    # The agency's reports are printed by others too, so that the credit is confirmed.
    for number, story in enumerate(stories):
        world.post("web:other.example", story, minutes=number * 700, kind="outlet", credit="ANP")


def test_what_remains_beside_the_wire_is_still_evidence(world):
    world.chatter()
    mixed(world, wire=24, own=6)
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]
    assert "wire-copy" in row["queue_reason"]
    assert len(row["documents"]) == 6 * len(SITES)
    assert {"ruled-in"} == {
        entry["verdict"] for entry in row["benign"] if entry["benign_class"] == "wire-copy"
    }


def test_too_little_beside_the_wire_is_explained(world):
    world.chatter()
    mixed(world, wire=28, own=2)
    (row,) = world.flag().to_pylist()
    assert not row["queue"]
    assert row["queue_reason"] == "explained: wire-copy"


def test_a_credit_that_nobody_confirms_does_not_hide_shared_analytics(world):
    world.chatter()
    docs = {name: [] for name in SITES}
    for number, story in enumerate(TEXTS):
        for place, name in enumerate(SITES):
            docs[name].append(
                world.post(name, story, minutes=number * 700 + place, kind="outlet", credit="ANP")
            )
    world.tie(docs, "text")
    world.mark(SITES)
    world.group(SITES)
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]


def test_a_network_among_wire_customers_is_cut_free(world):
    """Ten outlets share wire copy; three of them also share texts of their own and analytics."""
    world.chatter()
    outlets = [*SITES, *(f"web:paper{number}.example" for number in range(5))]
    wires = [
        f"report {number} of the council on the new bridge over the river" for number in range(8)
    ]
    docs = {name: [] for name in outlets}
    for number, story in enumerate(wires):
        for place, name in enumerate(outlets):
            docs[name].append(
                world.post(name, story, minutes=number * 700 + place, kind="outlet", credit="ANP")
            )
        world.post("web:other.example", story, minutes=number * 700, kind="outlet", credit="ANP")
    for number, story in enumerate(TEXTS):
        for place, name in enumerate(SITES[:3]):
            docs[name].append(
                world.post(name, story, minutes=9_000 + number * 700 + place, kind="outlet")
            )
    world.tie(docs, "text")
    world.mark(SITES[:3])
    world.group(outlets)
    rows = {row["queue"]: row for row in world.flag().to_pylist()}
    assert rows[True]["members"] == SITES[:3]
    assert rows[False]["members"] == sorted(set(outlets) - set(SITES[:3]))
    assert "explained: wire-copy" in rows[False]["queue_reason"]


def test_a_plug_in_that_rules_in_speaks_for_the_whole(world):
    class Holiday:
        """Everybody is on holiday. Looked for: nothing."""

        benign_class = "holiday"

        def test(self, case):
            return BenignVerdict(
                benign_class="holiday", verdict=Verdict.RULED_IN, evidence=f"{len(case.members)}"
            )

    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    (row,) = world.flag(detectors=(*ALL, Holiday())).to_pylist()
    assert not row["queue"]
    assert row["queue_reason"] == "explained: holiday"


def test_overlapping_groups_of_two_trace_kinds_are_one_candidate(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    world.group(ACCOUNTS[:4])
    assert world.flag().num_rows == 1


def test_the_order_of_rows_does_not_matter(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    site_network(world)
    campaigns, findings = world.flag_both()
    for seed in range(3):
        shuffled = random.Random(seed)
        for rows in (world.documents, world.annotations, world.members, world.edges, world.groups):
            shuffled.shuffle(rows)
        again, found = world.flag_both()
        assert again.equals(campaigns)
        assert found.equals(findings)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_another_explanation_never_puts_anybody_into_the_queue(world, data):
    world = type(world)()
    names = ACCOUNTS + [f"person:extra{number}" for number in range(3)]
    docs = {name: [world.post(name, text) for text in TEXTS] for name in names}
    chosen = st.lists(st.sampled_from(names), min_size=2, max_size=8, unique=True)
    for kind in ("text", "url", "hashtag"):
        for _ in range(data.draw(st.integers(1, 3))):
            circle = data.draw(chosen)
            size = data.draw(st.integers(3, 6))
            world.tie({name: docs[name][:size] for name in circle}, kind)
    unique = {(e["left"], e["right"], e["trace_kind"]): e for e in world.edges}
    world.edges[:] = unique.values()
    world.group(names)
    every = sorted(doc for ids in docs.values() for doc in ids)

    class Drawn(Detector):
        """Explains whatever was drawn. Looked for: nothing."""

        def __init__(self, name):
            self.benign_class = name
            self.found = Examination(
                data.draw(st.sampled_from(list(Verdict))),
                "drawn",
                documents=frozenset(data.draw(st.lists(st.sampled_from(every), max_size=24))),
                void=frozenset(data.draw(st.lists(st.sampled_from(every), max_size=4))),
                families=ALL_FAMILIES,
            )

        def examine(self, case):  # noqa: ARG002
            return self.found

    first, second = Drawn("first"), Drawn("second")
    config = DetectConfig()

    def queued(detectors):
        rows = world.flag(detectors=detectors, config=config).to_pylist()
        return {name for row in rows if row["queue"] for name in row["members"]}

    assert queued((first, second)) <= queued((first,)) <= queued(())

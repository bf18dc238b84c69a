"""One call returns the very posts behind each edge."""

from __future__ import annotations

import pytest

from baken.detection.posts import evidence_for, unfold
from baken.errors import UsageError
from baken.schema import EDGES, from_rows

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy")]
SITES = [f"web:{name}.example" for name in ("anchor", "beacon", "compass")]
TEXTS = [f"the old lighthouse number {number} will be sold abroad they say" for number in range(4)]


def evidence(world):
    (row,) = world.flag().to_pylist()
    view = world.view()
    edges = from_rows(world.edges, EDGES)
    return row, evidence_for(
        row["campaign_id"], campaigns=world.flag(), edges=edges, documents=view.documents
    ).to_pylist()


def test_every_edge_shows_its_posts(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    row, rows = evidence(world)
    assert len(rows) == 3 * 4 * 2
    for found in rows:
        assert found["left_text"] == found["right_text"]
        assert found["left_account_id"] == found["left"]
        assert found["right_account_id"] == found["right"]
        assert {found["left_doc_id"], found["right_doc_id"]} <= set(row["documents"])


def test_rebuttals_are_not_shown(world):
    world.chatter()
    docs = world.network(ACCOUNTS, [*TEXTS, "this is not so", "nor is this"])
    for doc_id in docs[ACCOUNTS[0]][:1]:
        world.members.append({"doc_id": doc_id, "narrative_id": "n", "role": "rebuts"})
    _, rows = evidence(world)
    assert docs[ACCOUNTS[0]][0] not in {found["left_doc_id"] for found in rows}


def test_a_mark_shows_the_page_where_it_was_seen(world):
    world.chatter()
    world.network(SITES, TEXTS, links=False, kind="outlet")
    world.mark(SITES)
    _, rows = evidence(world)
    marks = [found for found in rows if found["trace_kind"] == "infrastructure"]
    assert len(marks) == 3
    assert marks[0]["left_url"] == "https://anchor.example/"
    assert marks[0]["left_text"] is None


def test_an_unknown_campaign_is_one_clear_error(world):
    world.network(ACCOUNTS, TEXTS)
    with pytest.raises(UsageError, match="cam-none"):
        evidence_for(
            "cam-none",
            campaigns=world.flag(),
            edges=from_rows(world.edges, EDGES),
            documents=world.view().documents,
        )


def test_edges_without_pairs_unfold():
    found = unfold(EDGES.schema.empty_table())
    assert len(found.doc_ids) == 0
    assert len(found.pairs_per_edge) == 0

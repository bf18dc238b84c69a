"""Technical marks tie the sites that own them, not the customers of one firm."""

from __future__ import annotations

import pytest

from baken.detection.marks import METHOD, Marks, with_marks
from baken.schema import DOCUMENTS, EDGES, SITE_TRAITS, from_rows

SITES = [f"web:{name}.example" for name in ("anchor", "beacon", "compass", "dock")]
OTHERS = [f"web:paper{number}.example" for number in range(9)]
TEXTS = [
    f"the harbour cranes of district {number} were sold abroad in secret" for number in range(6)
]


def traits(*marks):
    return [
        {
            "account_id": site,
            "trait_kind": kind,
            "value": value,
            "url": f"https://{site[4:]}/",
            "seen_at": None,
        }
        for sites, kind, value in marks
        for site in sites
    ]


def edges(*marks, members=SITES):
    found = Marks(from_rows(traits(*marks), SITE_TRAITS)).edges(
        frozenset(members), EDGES.schema.empty_table()
    )
    return {(row["left"], row["right"]): row for row in found.to_pylist()}


def test_one_analytics_id_is_enough():
    found = edges((SITES[:3], "analytics", "UA-1"))
    assert len(found) == 3
    row = found[(SITES[0], SITES[1])]
    assert row["objects"] == ["analytics=UA-1"]
    assert row["method"] == METHOD
    assert row["doc_pairs"] == [
        {"left": "https://anchor.example/", "right": "https://beacon.example/"}
    ]
    assert row["q_value"] is None


def test_an_id_that_others_bear_as_well_is_not():
    assert not edges((SITES[:3] + OTHERS, "analytics", "UA-agency"))


def test_a_site_with_the_mark_of_two_members_is_tied_to_them():
    def tied(*marks):
        return Marks(from_rows(traits(*marks), SITE_TRAITS)).with_tied(frozenset(SITES[:2]))

    assert tied((SITES[:3], "analytics", "UA-1")) == frozenset(SITES[:3])
    assert tied((SITES[1:3], "analytics", "UA-1")) == frozenset(SITES[:2])
    assert tied((SITES[:2] + OTHERS, "analytics", "UA-agency")) == frozenset(SITES[:2])
    assert tied((SITES, "skeleton", "x")) == frozenset(SITES[:2])


@pytest.mark.parametrize("kind", ["skeleton", "favicon", "ip", "certificate"])
def test_one_resemblance_is_not_enough(kind):
    assert not edges((SITES, kind, "x"))


def test_two_resemblances_are():
    assert len(edges((SITES, "skeleton", "x"), (SITES[:2], "favicon", "y"))) == 1


def test_owners_are_no_marks():
    assert not edges((SITES, "owner", "x"))


def test_a_pair_that_was_tested_gets_no_second_edge(world):
    world.mark(SITES)
    known = from_rows(world.edges, EDGES)
    table = from_rows(traits((SITES, "analytics", "UA-1")), SITE_TRAITS)
    assert Marks(table).edges(frozenset(SITES), known).equals(known)


def test_marks_and_one_tested_family_enter_the_queue(world):
    world.chatter()
    world.network(SITES, TEXTS, links=False, kind="outlet")
    assert not world.flag().to_pylist()[0]["queue"]
    world.traits += traits((SITES[:2], "analytics", "UA-1"))
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]
    assert row["trace_kinds"] == ["infrastructure", "text"]


def test_mark_edges_of_campaigns_are_stored_once(world):
    world.chatter()
    world.network(SITES, TEXTS, links=False, kind="outlet")
    world.traits += traits((SITES[:2], "analytics", "UA-1"))
    campaigns, known = world.flag(), from_rows(world.edges, EDGES)
    table = from_rows(world.traits, SITE_TRAITS)
    more = {"campaigns": campaigns, "site_traits": table}
    more["documents"] = from_rows(world.documents, DOCUMENTS)
    found = with_marks(known, **more)
    assert found.num_rows == known.num_rows + 1
    assert with_marks(found, **more).equals(found)


def test_names_of_one_template_are_shown_where_they_are_the_members_own():
    series = [f"web:daily-{code}-news.example" for code in ("nl", "de", "fr", "pl")]
    marks = Marks(from_rows([], SITE_TRAITS), [*series, *OTHERS, *SITES])
    found = marks.edges(frozenset(series), EDGES.schema.empty_table())
    assert {row["trace_kind"] for row in found.to_pylist()} == {"handle"}
    assert len(found) == 6
    row = found.to_pylist()[0]
    assert row["method"] == METHOD
    assert row["q_value"] is None
    assert row["objects"] == ["name=daily-*-news.example"]
    assert len(marks.edges(frozenset(series), found)) == 6
    assert not len(marks.edges(frozenset(series[:2]), EDGES.schema.empty_table()))
    assert not len(marks.edges(frozenset(OTHERS[:4]), EDGES.schema.empty_table()))

"""Ties that make no group: which are listed, and what each lacks."""

from itertools import combinations

import pytest

from baken.config import DetectConfig
from baken.detection.groups import BRITTLE, UNEVEN
from baken.detection.loose import (
    CHAIN,
    PAIR,
    SCATTERED,
    STAR,
    Loose,
    loose_sets,
    why_no_group,
    worth_listing,
)
from baken.schema import EDGES, from_rows

CONFIG = DetectConfig()
STAR_TIES = [("hub", leaf) for leaf in "abcd"]
WHEEL = [*STAR_TIES, ("a", "b"), ("c", "d")]
NOBODY: frozenset[str] = frozenset()


def edges(ties, *, kind="text", objects=("o1", "o2", "o3"), q_value=1e-4):
    return [
        {
            "left": min(tie),
            "right": max(tie),
            "trace_kind": kind,
            "window_s": 600,
            "observed": 5,
            "q_value": q_value,
            "objects": list(objects),
            "doc_pairs": [],
            "method": "bicm",
        }
        for tie in ties
    ]


def table(rows):
    return from_rows(rows, EDGES)


@pytest.mark.parametrize(
    ("ties", "why"),
    [
        ([("a", "b")], PAIR),
        (STAR_TIES, STAR),
        ([("a", "b"), ("b", "c"), ("c", "d")], CHAIN),
        ([("hub", f"leaf{n:02}") for n in range(40)]
         + [(f"leaf{n:02}", f"leaf{n + 1:02}") for n in range(0, 40, 2)], UNEVEN),
        ([*WHEEL, *[("hub", leaf) for leaf in "efgh"], ("e", "f"), ("g", "h")], BRITTLE),
        (list(combinations("abcd", 2)), SCATTERED),
    ],
)  # fmt: skip
def test_what_a_set_of_ties_lacks(ties, why):
    assert why_no_group(sorted(ties), CONFIG) == why


def test_connected_accounts_that_nobody_holds_are_a_set():
    rows = edges([*STAR_TIES, ("x", "y"), ("p", "q")])
    found = loose_sets(table(rows), frozenset("pq"), CONFIG)
    assert found == [Loose(frozenset({"hub", *"abcd"}), STAR), Loose(frozenset("xy"), PAIR)]
    assert loose_sets(table(rows[::-1]), frozenset("pq"), CONFIG) == found


def test_an_account_tied_to_held_ones_alone_is_in_no_set():
    assert loose_sets(table(edges([("a", "b")])), frozenset("a"), CONFIG) == []


def test_edges_that_no_test_made_tie_nothing():
    rows = edges(STAR_TIES, q_value=None)
    assert loose_sets(table(rows), NOBODY, CONFIG) == []
    assert loose_sets(EDGES.schema.empty_table(), NOBODY, CONFIG) == []


def test_a_set_is_listed_from_three_accounts_and_three_objects_on():
    star = frozenset({"hub", *"abcd"})
    assert worth_listing(star, table(edges(STAR_TIES)), CONFIG)
    assert not worth_listing(star, table(edges(STAR_TIES, objects=["o1", "o2"])), CONFIG)


def test_a_pair_is_listed_where_two_families_tie_it():
    pair, tie = frozenset("ab"), [("a", "b")]
    assert not worth_listing(pair, table(edges(tie)), CONFIG)
    same = [*edges(tie), *edges(tie, kind="similar-text")]
    assert not worth_listing(pair, table(same), CONFIG)
    assert worth_listing(pair, table([*edges(tie), *edges(tie, kind="url")]), CONFIG)

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from baken.config import DetectConfig
from baken.detection.groups import core_numbers, find_groups
from baken.schema import EDGES, TRACES, from_rows

CONFIG = DetectConfig()
NO_TRACES = TRACES.schema.empty_table()


def edge(left, right, objects=("o1", "o2", "o3"), kind="url"):
    return {
        "left": min(left, right),
        "right": max(left, right),
        "trace_kind": kind,
        "window_s": 600,
        "observed": 5,
        "expected": 0.01,
        "p_value": 1e-9,
        "q_value": 1e-4,
        "cosine": 0.5,
        "objects": list(objects),
        "doc_pairs": [],
        "method": "bicm",
    }


def table(rows):
    return from_rows(rows, EDGES)


def clique(names, **options):
    return [edge(left, right, **options) for left, right in combinations(names, 2)]


def test_a_clique_is_a_group_with_its_kinds_and_objects():
    edges = table([*clique("abcd"), *clique("abc", kind="text", objects=["t1"])])
    (group,) = find_groups(edges, NO_TRACES, CONFIG).to_pylist()
    assert group["members"] == ["a", "b", "c", "d"]
    assert group["trace_kinds"] == ["text", "url"]
    assert group["objects"] == 4
    assert group["min_q"] == pytest.approx(1e-4)


@pytest.mark.parametrize(
    "rows",
    [
        [edge("a", "b")],
        [edge("a", "b"), edge("b", "c"), edge("c", "d")],
        [edge("hub", leaf) for leaf in "abcdefgh"],
        clique("abc", objects=["o1", "o2"]),
    ],
    ids=["pair", "chain", "star", "two objects"],
)
def test_what_is_no_group(rows):
    assert len(find_groups(table(rows), NO_TRACES, CONFIG)) == 0


def test_one_account_that_holds_all_together_is_no_group():
    rows = [edge("hub", f"leaf{number:02}") for number in range(40)]
    rows += [edge(f"leaf{number:02}", f"leaf{number + 1:02}") for number in range(0, 40, 2)]
    assert len(find_groups(table(rows), NO_TRACES, CONFIG)) == 0


def test_two_cliques_with_a_bridge_are_two_groups_whatever_the_order():
    rows = [*clique("abcdef"), *clique("uvwxyz"), edge("a", "u")]
    found = find_groups(table(rows), NO_TRACES, CONFIG)
    assert sorted(found["members"].to_pylist()) == [list("abcdef"), list("uvwxyz")]
    shuffled = np.random.default_rng(0).permutation(len(rows))
    assert find_groups(table(rows).take(pa.array(shuffled)), NO_TRACES, CONFIG).equals(found)


def test_no_edges_no_groups():
    assert len(find_groups(EDGES.schema.empty_table(), NO_TRACES, CONFIG)) == 0


def test_core_numbers_of_a_clique_with_a_tail():
    links = [*combinations(range(4), 2), (3, 4), (4, 5)]
    left, right = np.array(links).T
    half = sparse.csr_matrix((np.ones(len(left)), (left, right)), shape=(7, 7))
    assert core_numbers((half + half.T).tocsr()).tolist() == [3, 3, 3, 3, 1, 1, 0]

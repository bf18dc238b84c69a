"""Ties that lead out of a candidate."""

from baken.detection.outside import Outside, outside_ties
from baken.schema import EDGES, from_rows

A, B = frozenset("abc"), frozenset("xyz")


def edge(left, right, *, q_value=1e-4):
    return {
        "left": left,
        "right": right,
        "trace_kind": "text",
        "window_s": 600,
        "observed": 3,
        "q_value": q_value,
        "objects": ["o"],
        "doc_pairs": [{"left": f"doc-{left}", "right": f"doc-{right}"}],
    }


def test_strangers_and_members_of_other_candidates_are_counted_apart():
    edges = [edge("a", "b"), edge("a", "p"), edge("b", "p"), edge("c", "x"), edge("q", "r")]
    documents = ("doc-a", "doc-b", "doc-c", "doc-p", "doc-x")
    assert outside_ties(from_rows(edges, EDGES), [A, B]) == [
        Outside(2, 1, documents),
        Outside(1, 1, ("doc-c", "doc-x")),
    ]


def test_what_no_test_made_is_not_counted():
    found = outside_ties(from_rows([edge("a", "p", q_value=None)], EDGES), [A])
    assert found == [Outside(0, 0, ())]


def test_it_is_told_in_words():
    assert Outside(1, 0, ()).told.startswith("1 account outside is in step")
    assert Outside(3, 2, ()).told.endswith("2 of them in other candidates")

from datetime import UTC, datetime, timedelta

from baken.config import DetectConfig
from baken.detection.network import find_edges
from baken.schema import TRACES, from_rows

BEGIN = datetime(2025, 3, 3, tzinfo=UTC)


def _traces(rows):
    return from_rows(
        [
            {
                "trace_kind": "repost",
                "account_id": account,
                "object_id": obj,
                "doc_id": f"doc-{number}",
                "at": BEGIN + timedelta(seconds=at_s),
                "precision_s": 1,
            }
            for number, (account, obj, at_s) in enumerate(rows)
        ],
        TRACES,
    )


def _edges(rows, window_s=10, least=2):
    config = DetectConfig(method="cooccurrence", windows_s=(window_s,), min_participation=least)
    return find_edges(_traces(rows), config).to_pylist()


def test_the_weight_is_the_number_of_pairs_of_posts_in_the_window():
    rows = [("a", "x", 0), ("b", "x", 10), ("a", "y", 50), ("b", "y", 50), ("b", "y", 61)]
    (edge,) = _edges(rows)
    assert (edge["left"], edge["right"], edge["observed"]) == ("a", "b", 2)
    assert edge["p_value"] is None
    assert edge["doc_pairs"] == [
        {"left": "doc-0", "right": "doc-1"},
        {"left": "doc-2", "right": "doc-3"},
    ]


def test_an_account_below_the_participation_takes_no_part():
    assert _edges([("a", "x", 0), ("b", "x", 1), ("b", "z", 900)]) == []


def test_a_weak_account_stays_beside_a_busy_one():
    rows = [
        ("a", "x", 0),
        ("b", "x", 1),
        ("a", "y", 50),
        ("c", "y", 51),
        ("b", "q", 900),
        ("c", "r", 990),
    ]
    assert {(edge["left"], edge["right"]) for edge in _edges(rows)} == {("a", "b"), ("a", "c")}


def test_an_account_does_not_meet_itself():
    assert _edges([("a", "x", 0), ("a", "x", 1), ("a", "x", 2)]) == []

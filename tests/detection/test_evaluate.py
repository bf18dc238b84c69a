import pytest

from baken.detection.evaluate import evaluate_coordination, ranking
from baken.schema import EDGES, GROUPS, from_rows


def _edge(left, right, p_value, kind="url"):
    return {
        "left": left,
        "right": right,
        "trace_kind": kind,
        "window_s": 600,
        "observed": 3,
        "p_value": p_value,
        "q_value": p_value,
    }


EDGE_TABLE = from_rows(
    [
        _edge("a", "b", 1e-9),
        _edge("a", "c", 1e-8),
        _edge("b", "x", 1e-7),
        _edge("a", "b", 1e-5, "text"),
        _edge("d", "e", 1e-6),
    ],
    EDGES,
)
TRUTH = {"a": "one", "b": "one", "c": "one", "d": "two", "e": "two", "f": "two"}


def _score(edges=EDGE_TABLE, groups=None, truth=TRUTH):
    return evaluate_coordination(edges, from_rows(groups or [], GROUPS), truth)


def test_accounts_and_pairs():
    score = _score()
    assert score["flagged"] == 6
    assert score["accounts"]["precision"] == pytest.approx(5 / 6)
    assert score["accounts"]["recall"] == pytest.approx(5 / 6)
    assert score["pairs"]["precision"] == pytest.approx(3 / 4)
    assert score["pairs"]["recall"] == pytest.approx(3 / 6)
    assert score["pairs"]["f1"] == pytest.approx(0.6)


def test_average_precision_follows_the_ranking():
    # By p: ab, ac, bx (1e-7), de (1e-6): true at ranks 1, 2 and 4.
    assert ranking(EDGE_TABLE) == [("a", "b"), ("a", "c"), ("b", "x"), ("d", "e")]
    assert _score()["pairs"]["average_precision"] == pytest.approx((1 + 1 + 3 / 4) / 6)


def test_kinds_stand_apart():
    by_trace = _score()["by_trace"]
    assert by_trace["text"]["pairs"]["precision"] == 1.0
    assert by_trace["url"]["accounts"]["found"] == 5


def test_groups_are_matched_by_overlap():
    score = _score(groups=[{"group_id": "g", "members": ["a", "b", "x"]}])
    one, two = score["groups"]
    assert (one["group"], one["jaccard"], one["recall"]) == ("one", 0.5, pytest.approx(2 / 3))
    assert (two["found_size"], two["recall"]) == (0, 0.0)


def test_nothing_found_and_nothing_true():
    score = _score(edges=EDGES.schema.empty_table())
    assert score["accounts"]["precision"] is None
    assert score["accounts"]["recall"] == 0.0
    assert _score(truth={})["accounts"]["recall"] is None


def test_the_interval_holds_the_value():
    low, high = _score()["accounts"]["precision_interval"]
    assert low <= 5 / 6 <= high

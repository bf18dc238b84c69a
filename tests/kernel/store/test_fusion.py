from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baken.store.fusion import fuse, ranked

keys = st.lists(st.text("abcdef", min_size=1, max_size=2), unique=True, max_size=12)


def test_agreement_beats_one_first_place() -> None:
    assert [key for key, _ in fuse([["a", "b"], ["c", "b"]], 3)] == ["b", "a", "c"]


def test_equal_scores_are_ordered_by_key() -> None:
    assert ranked([("b", 1.0), ("a", 1.0), ("c", 2.0)]) == ["c", "a", "b"]
    assert [key for key, _ in fuse([["b"], ["a"]], 2)] == ["a", "b"]


@given(keys)
def test_one_list_keeps_its_order(one: list[str]) -> None:
    assert [key for key, _ in fuse([one], len(one))] == one


@given(st.lists(keys, max_size=4), st.integers(0, 20))
def test_the_order_of_lists_changes_nothing(lists: list[list[str]], limit: int) -> None:
    fused = fuse(lists, limit)
    assert [key for key, _ in fused] == [key for key, _ in fuse(lists[::-1], limit)]
    assert len(fused) == min(limit, len({key for one in lists for key in one}))
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= len(lists) / 61 + 1e-12 for score in scores)

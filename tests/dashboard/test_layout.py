from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from baken.dashboard.layout import positions

names = st.lists(st.text("abcdef", min_size=1, max_size=3), max_size=12, unique=True)


@given(names, st.randoms())
def test_the_same_network_has_the_same_places_in_any_order(
    found: list[str], random: object
) -> None:
    ties = dict.fromkeys(pairwise(found), 1.0)
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    mixed = dict(reversed(list(ties.items())))
    assert positions(found, ties) == positions(shuffled, mixed)


@given(names)
def test_every_place_is_inside_the_picture(found: list[str]) -> None:
    places = positions(found, {(n, m): 2.0 for n in found for m in found if n < m})
    assert set(places) == set(found)
    assert all(-1 <= x <= 1 and -1 <= y <= 1 for x, y in places.values())


def test_two_tight_groups_stand_apart() -> None:
    left, right = ["a", "b", "c"], ["x", "y", "z"]
    ties = {(n, m): 1.0 for group in (left, right) for n in group for m in group if n < m}
    places = positions([*left, *right], ties)

    def apart(one: str, other: str) -> float:
        (x, y), (u, v) = places[one], places[other]
        return float(((x - u) ** 2 + (y - v) ** 2) ** 0.5)

    assert max(apart("a", "b"), apart("x", "y")) < apart("a", "x")

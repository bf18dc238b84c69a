import numpy as np
import pytest

from baken.nlp import neighbours_near
from baken.nlp.neighbours_near import NEVER, Candidates

ROWS, PLACES, COUNT = 60, 900, 7


def sums_of(seed=0):
    # Apart by more than the bits that are dropped.
    random = np.random.default_rng(seed)
    ranks = np.argsort(random.random((ROWS, PLACES)), axis=1)
    return (16 * (ranks - 300)).astype(np.int32)


def offered(sums, foreign=None):
    near = Candidates(ROWS, COUNT, groups=foreign is not None)
    rows = np.arange(ROWS)
    for first in range(0, PLACES, 90):
        part = slice(first, first + 90)
        given = (rows, sums[:, part], None if foreign is None else foreign[:, part])
        if first == 0:
            near.begin(*given)
        near.offer(rows, first, *given[1:])
    return near.nearest()


@pytest.mark.parametrize("waiting", [1, 64])
def test_the_nearest_are_kept(monkeypatch, waiting):
    monkeypatch.setattr(neighbours_near, "_WAITING", waiting)
    sums = sums_of()
    found = offered(sums)
    expected = np.argsort(-sums, axis=1)[:, :COUNT]
    assert (np.diff(found.starts) == COUNT).all()
    kept = found.places.reshape(ROWS, COUNT)
    assert np.array_equal(np.sort(kept, axis=1), np.sort(expected, axis=1))


@pytest.mark.parametrize("waiting", [1, 64])
def test_as_many_of_other_groups_are_kept(monkeypatch, waiting):
    monkeypatch.setattr(neighbours_near, "_WAITING", waiting)
    sums = sums_of()
    foreign = np.random.default_rng(1).random((ROWS, PLACES)) < 0.05
    found = offered(sums, foreign)
    expected = np.argsort(-np.where(foreign, sums, -99_999), axis=1)[:, :COUNT]
    for row in range(ROWS):
        part = slice(found.starts[row], found.starts[row + 1])
        assert set(expected[row]) <= set(found.places[part][found.foreign[part]])
        assert set(np.argsort(-sums[row])[:COUNT]) <= set(found.places[part])


def test_fewer_than_wanted_are_all_kept():
    near = Candidates(2, COUNT, groups=False)
    rows = np.arange(2)
    sums = np.array([[5, NEVER, 80], [NEVER, -900, 16]], np.int32)
    near.begin(rows, sums, None)
    near.offer(rows, 10, sums, None)
    found = near.nearest()
    assert found.starts.tolist() == [0, 2, 4]
    assert found.places.tolist() == [10, 12, 11, 12]

import numpy as np
import pytest

from baken.nlp import neighbours
from baken.nlp.neighbours import nearest, nearest_of_both


def unit(rows, dimension=32, seed=0, topics=40):
    random = np.random.default_rng(seed)
    middles = random.normal(size=(topics, dimension))
    points = middles[random.integers(0, topics, rows)] + 0.7 * random.normal(size=(rows, dimension))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_few_are_compared_exactly():
    vectors = unit(300)
    found = nearest(vectors, 5, seed=1)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    expected = -np.sort(-cosines, axis=1)[:, :5]
    assert np.allclose(found.cosines, expected, atol=1e-5)
    assert (np.diff(found.cosines, axis=1) <= 0).all()


def test_many_are_found_nearly_all_and_the_same_each_time(monkeypatch):
    vectors = unit(3_000)
    exact = nearest(vectors, 10, seed=1)
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    filed = nearest(vectors, 10, seed=1)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.rows, filed.rows, strict=True)]
    assert np.mean(shared) >= 9
    assert np.array_equal(filed.rows, nearest(vectors, 10, seed=1).rows)


def test_groups_keep_their_own_out():
    vectors = unit(200)
    groups = np.arange(200) % 3
    _, found = nearest_of_both(vectors, 4, groups, seed=1)
    assert (groups[found.rows] != groups[:, None]).all()


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_have_none(rows):
    found = nearest(unit(2)[:rows], 3, seed=1)
    assert found.rows.shape == (rows, 3)
    assert (found.rows[:, 1:] == -1).all()


@pytest.mark.parametrize("exact_below", [100, 10_000])
def test_only_those_asked_look_for_neighbours(monkeypatch, exact_below):
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", exact_below)
    vectors = unit(1_500)
    asked = np.arange(1_500) % 7 == 0
    found, every = nearest(vectors, 5, seed=1, asked=asked), nearest(vectors, 5, seed=1)
    assert np.array_equal(found.rows[asked], every.rows[asked])
    assert (found.rows[~asked] == -1).all()

import numpy as np
import pytest

from baken.nlp import neighbours
from baken.nlp.neighbours import nearest, nearest_of_both, nearest_target


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


def test_files_give_exact_cosines(monkeypatch):
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    vectors = unit(2_000)
    found = nearest(vectors, 6, seed=1)
    for row in (0, 700, 1_999):
        assert np.allclose(found.cosines[row], vectors[found.rows[row]] @ vectors[row], atol=1e-6)
    assert (np.diff(found.cosines, axis=1) <= 0).all()
    assert (found.rows != np.arange(2_000)[:, None]).all()


def test_threads_leave_no_mark(monkeypatch):
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    monkeypatch.setattr(neighbours, "_UNIT_ROWS", 500)
    vectors, groups = unit(2_500), np.arange(2_500) % 3
    given = []
    for workers in (1, 4):
        monkeypatch.setattr(neighbours, "WORKERS", workers)
        given.append(nearest_of_both(vectors, 8, groups, seed=1))
    for one, other in zip(*given, strict=True):
        assert np.array_equal(one.rows, other.rows)
        assert np.array_equal(one.cosines, other.cosines)


def test_a_rare_group_is_found_in_the_files(monkeypatch):
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    vectors, groups = unit(2_000), (np.arange(2_000) % 100 == 0).astype(np.int64)
    everyone, foreign = nearest_of_both(vectors, 4, groups, seed=1)
    assert np.array_equal(everyone.rows, nearest(vectors, 4, seed=1).rows)
    known = foreign.rows >= 0
    assert known.mean() > 0.9
    assert (groups[foreign.rows] != groups[:, None])[known].all()
    rare = foreign.rows[groups == 1]
    assert np.array_equal(rare, everyone.rows[groups == 1]) or (groups[rare] == 0).all()


def test_what_all_have_in_common_hides_nothing(monkeypatch):
    apart = unit(3_000, dimension=64)
    vectors = apart + 3 * unit(1, dimension=64, seed=9)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exact = nearest(vectors, 10, seed=1)
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    filed = nearest(vectors, 10, seed=1)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.rows, filed.rows, strict=True)]
    assert np.mean(shared) >= 9


def test_equal_vectors_are_all_near(monkeypatch):
    monkeypatch.setattr(neighbours, "_EXACT_BELOW", 100)
    vectors = np.repeat(unit(1, dimension=16), 1_000, axis=0)
    found = nearest(vectors, 5, seed=1)
    assert np.allclose(found.cosines, 1, atol=1e-5)
    assert (found.rows != np.arange(1_000)[:, None]).all()


@pytest.mark.parametrize("rows", [50, 2_500])
def test_the_nearest_target_is_found(rows):
    targets = unit(rows)
    vectors = targets[np.arange(200) % rows]
    found, cosines = nearest_target(vectors, targets, seed=1)
    assert np.array_equal(found, np.arange(200) % rows)
    assert np.allclose(cosines, 1, atol=1e-5)

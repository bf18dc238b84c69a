from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from baken.nlp import neighbours_bytes
from baken.nlp.neighbours_bytes import Bytes


@pytest.fixture
def workers():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def unit(rows, dimension=96, common=0.0):
    points = np.random.default_rng(1).normal(size=(rows, dimension)) + common
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("common", [0.0, 2.0])
def test_sums_are_in_the_order_of_cosines(workers, common):
    vectors = unit(400, common=common)
    order = np.random.default_rng(2).permutation(400)
    numbers = Bytes(vectors, order, workers)
    sums = numbers.sums(numbers.asked(np.arange(400)), 100, 300)
    cosines = vectors[order] @ vectors[order[100:300]].T
    for line in (0, 150, 399):
        assert np.corrcoef(sums[line], cosines[line])[0, 1] > 0.999


def test_other_processors_give_the_same_sums(workers, monkeypatch):
    vectors = unit(300, common=0.5)
    given = []
    for exact in (True, False):
        monkeypatch.setattr(neighbours_bytes, "sums_are_exact", lambda exact=exact: exact)
        numbers = Bytes(vectors, np.arange(300), workers)
        given.append(numbers.sums(numbers.asked(np.arange(50, 90)), 0, 300))
    assert np.array_equal(*given)


def test_vectors_that_hardly_differ_do_not_grow(workers):
    vectors = np.repeat(unit(1), 200, axis=0)
    vectors[::2, 0] += 1e-5
    numbers = Bytes(vectors, np.arange(200), workers)
    assert numbers.asked(np.arange(1)).shape[1] <= vectors.shape[1] + 33

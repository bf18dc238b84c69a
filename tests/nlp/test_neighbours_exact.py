import numpy as np

from baken.nlp.neighbours_exact import NONE, cosines_of_pairs, nearest_first, nearest_of_all


def test_pairs_have_the_cosine_of_their_vectors():
    vectors = np.random.default_rng(0).normal(size=(50, 24)).astype(np.float32)
    left = np.repeat(np.arange(20), 3)
    right = np.random.default_rng(1).integers(0, 50, 60)
    found = cosines_of_pairs(vectors, left, right)
    assert np.allclose(found, (vectors[left] * vectors[right]).sum(1), atol=1e-5)
    assert not len(cosines_of_pairs(vectors, left[:0], right[:0]))


def test_the_nearest_come_first_and_equal_ones_by_row():
    cosines = np.array([[0.5, -0.25, 0.75, 0.5, -0.5, NONE]], np.float32)
    rows, found = nearest_first(cosines, np.array([[9, 8, 7, 3, 2, 1]]), 6)
    assert rows.tolist() == [[7, 3, 9, 8, 2, -1]]
    assert found.tolist() == [[0.75, 0.5, 0.5, -0.25, -0.5, -1.0]]


def test_of_all_columns_the_nearest_are_chosen():
    cosines = np.random.default_rng(0).uniform(-1, 1, (5, 40)).astype(np.float32)
    rows, found = nearest_of_all(cosines, 4)
    assert np.array_equal(rows, np.argsort(-cosines, axis=1)[:, :4])
    assert np.array_equal(found, -np.sort(-cosines, axis=1)[:, :4])
    assert nearest_of_all(cosines[:, :2], 4)[0].shape == (5, 2)

import numpy as np

from baken.nlp.middles import Middles


def test_middles_that_follow_changes_are_those_found_at_once():
    random = np.random.default_rng(1)
    space = random.normal(size=(90, 8)).astype(np.float32)
    weights = random.random(90).astype(np.float32)
    kept = Middles(space, weights)
    for count in (3, 3, 5, 6):
        labels = random.integers(-1, count - 1, 90)
        found = kept.of(labels, count)
        assert np.array_equal(found, Middles(space, weights).of(labels, count))
        assert np.allclose(np.linalg.norm(found, axis=1), [1] * (count - 1) + [0])


def test_a_middle_leans_to_the_heavier_rows():
    middles = Middles(np.eye(2, dtype=np.float32), np.array([3, 4], np.float32))
    assert np.allclose(middles.of(np.array([0, 0]), 1), [[0.6, 0.8]])

import numpy as np

from baken.nlp.space import centred, limits_in


def unit(rows, dimension=64, seed=0):
    points = np.random.default_rng(seed).normal(size=(rows, dimension))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_centred_vectors_have_unit_length_and_no_mean_of_their_language():
    vectors = unit(600)
    vectors[::2] += 0.2
    found = centred(vectors, ["nl", "en"] * 300)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert np.linalg.norm(found[::2].mean(0)) < np.linalg.norm(vectors[::2].mean(0)) / 3


def test_limits_stand_out_from_random_pairs_up_to_a_highest():
    wide, narrow = limits_in(unit(500, 512), 1), limits_in(unit(500, 8), 1)
    assert narrow.join < narrow.link == 0.65
    assert wide.join < wide.link < 0.4
    assert wide.link < wide.merge < 1
    assert limits_in(unit(1), 1).merge == 1

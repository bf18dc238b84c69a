import numpy as np

from baken.nlp.space import centred, limits_in, paired


def unit(rows, dimension=64, seed=0):
    points = np.random.default_rng(seed).normal(size=(rows, dimension))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_centred_vectors_have_unit_length_and_no_mean_of_their_language():
    vectors = unit(600)
    vectors[::2] += 0.2
    found = centred(vectors, np.arange(600), ["nl", "en"] * 300)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-4)
    assert np.linalg.norm(found[::2].mean(0)) < np.linalg.norm(vectors[::2].mean(0)) / 3


def test_centred_rows_come_in_the_order_asked_for():
    vectors = unit(3_000)
    order = np.random.default_rng(1).permutation(3_000)
    languages = np.array(["nl", "en", "de"] * 1_000)
    plain = centred(vectors, np.arange(3_000), languages.tolist())
    assert np.allclose(centred(vectors, order, languages[order].tolist()), plain[order], atol=1e-6)


def test_paired_rows_are_multiplied_with_each_other():
    first, second = unit(3_000), unit(20, seed=1)
    rows, others = np.arange(0, 3_000, 2), np.arange(1_500) % 20
    expected = (first[rows] * second[others]).sum(1)
    assert np.allclose(paired(first, rows, second, others), expected, atol=1e-6)


def test_limits_stand_out_from_random_pairs_up_to_a_highest():
    wide, narrow = limits_in(unit(500, 512), 1), limits_in(unit(500, 8), 1)
    assert (narrow.join <= 0.6).all()
    assert (narrow.link <= 0.65).all()
    assert (narrow.link == np.float32(0.65)).mean() > 0.9
    assert (wide.join < wide.link).all()
    assert wide.link.max() < 0.4
    assert wide.link.max() < wide.merge < 1
    assert limits_in(unit(1), 1).merge == 1


def test_a_text_that_is_near_to_anything_has_higher_limits():
    vectors = unit(600, 256)
    # The last hundred lie in few dimensions, where random cosines scatter more.
    vectors[-100:, 16:] = 0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    limits = limits_in(vectors, 1)
    assert np.median(limits.link[-100:]) > np.quantile(limits.link[:-100], 0.95)
    assert np.median(limits.join[-100:]) > np.quantile(limits.join[:-100], 0.95)

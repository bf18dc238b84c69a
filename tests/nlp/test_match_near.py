import numpy as np
import pytest

from baken.nlp.match_near import Described, Sought, near_pairs
from baken.nlp.match_thresholds import TRANSLATED, Thresholds
from baken.protocols import silent

LIMITS = Thresholds(0.5, 0.1, 0.85, 0.3)


def unit(*degrees):
    """Vectors of two numbers at these angles."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)


def translations(vectors, languages, lengths=None):
    sought = Sought(TRANSLATED, cosine=0.4, margin=-2.0)
    texts = Described(
        vectors,
        np.array(languages, np.int64),
        np.array(lengths or [100] * len(vectors), np.int64),
    )
    _, found = near_pairs(texts, LIMITS, within=sought, between=sought, seed=1, progress=silent)
    return dict(zip(map(tuple, found.pairs.tolist()), found.margins.tolist(), strict=True))


def test_a_rival_in_the_same_language_lessens_the_margin():
    alone = translations(unit(0, 20), [0, 1])
    rivalled = translations(unit(0, 20, -40), [0, 1, 1])
    elsewhere = translations(unit(0, 20, -40), [0, 1, 2])
    assert rivalled[0, 1] < elsewhere[0, 1] <= alone[0, 1]


def test_copies_of_the_translation_are_no_rivals():
    alone = translations(unit(0, 20), [0, 1])
    copied = translations(unit(0, 20, 21, 22), [0, 1, 1, 1])
    assert copied[0, 1] == pytest.approx(alone[0, 1], abs=0.01)


def test_texts_of_one_length_and_of_some_length_are_nearer():
    same = translations(unit(0, 20), [0, 1], [100, 100])[0, 1]
    assert translations(unit(0, 20), [0, 1], [100, 200])[0, 1] < same
    assert translations(unit(0, 20), [0, 1], [50, 50])[0, 1] < same
    longest = translations(unit(0, 20), [0, 1], [400, 400])[0, 1]
    assert translations(unit(0, 20), [0, 1], [9_000, 9_000])[0, 1] == pytest.approx(longest)


def test_a_pair_below_the_margin_is_left_out():
    sought = Sought(TRANSLATED, cosine=0.4, margin=2.0)
    texts = Described(unit(0, 60), np.array([0, 1]), np.array([100, 100]))
    _, found = near_pairs(texts, LIMITS, within=sought, between=sought, seed=1, progress=silent)
    assert not len(found.pairs)

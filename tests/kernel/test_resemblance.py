from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken import resemblance
from baken.resemblance import digests, resembling

BASE = "storm closes the harbour and the bridge to the island for the whole weekend"
TEXTS = [
    BASE,
    "six painters opened a small exhibition about rivers and bridges in the valley",
    BASE + " it says",
    "abc",
    "😀" + BASE,
]


def shared(left, right):
    ours, theirs = (
        {text[place : place + 5] for place in range(len(text) - 4)} for text in (left, right)
    )
    return len(ours & theirs) / len(ours | theirs)


def test_equal_minima_estimate_the_shingles_in_common():
    words = BASE.split()
    texts = [" ".join(words[:count]) for count in range(4, len(words) + 1)]
    minima = digests(texts, seed=1)
    errors = [
        (minima[one] == minima[other]).mean() - shared(texts[one], texts[other])
        for one, other in combinations(range(len(texts)), 2)
    ]
    assert abs(np.mean(errors)) < 0.06
    assert np.max(np.abs(errors)) < 0.3


@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_the_company_of_a_text_does_not_matter(monkeypatch, chunk):
    expected = digests(TEXTS, seed=1)
    monkeypatch.setattr(resemblance, "_CHUNK_TEXTS", chunk)
    assert np.array_equal(digests(TEXTS, seed=1), expected)


def test_pairs_are_those_of_one_number():
    minima = digests(TEXTS, seed=1)
    assert resembling(minima, least=0.5).tolist() == [[0, 2], [0, 4], [2, 4]]
    within = np.array([3, 3, 7, 3, 3])
    assert resembling(minima, least=0.5, within=within).tolist() == [[0, 4]]


def test_a_crowd_of_equal_texts_is_linked_without_a_quadratic_number_of_pairs():
    minima = digests([BASE] * 5_000, seed=1)
    pairs = resembling(minima, least=1.0)
    assert len(pairs) < 50_000
    assert set(pairs[:, 0].tolist()) | set(pairs[:, 1].tolist()) == set(range(5_000))


@given(st.lists(st.text(max_size=30), max_size=12))
def test_equal_texts_are_always_paired(texts):
    pairs = {tuple(pair) for pair in resembling(digests(texts, seed=1), least=1.0).tolist()}
    for left, right in combinations(range(len(texts)), 2):
        assert texts[left] != texts[right] or (left, right) in pairs
    assert all(left < right for left, right in pairs)

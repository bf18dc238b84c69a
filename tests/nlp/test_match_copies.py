import numpy as np
import pytest

from baken.nlp import match_copies
from baken.nlp.match_copies import copy_candidates

BASE = "storm closes the harbour and the bridge to the island for the whole weekend"
TEXTS = [
    BASE,
    "six painters opened a small exhibition about rivers and bridges in the valley",
    BASE + " it says",
    "abc",
    "",
    "😀" + BASE,
]


def test_texts_that_share_most_of_their_letters_are_candidates():
    assert copy_candidates(TEXTS, seed=1).tolist() == [[0, 2], [0, 5], [2, 5]]


def test_texts_shorter_than_a_shingle_have_no_candidates():
    assert not len(copy_candidates(["abc", "abc", "", ""], seed=1))


@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_the_company_of_a_text_does_not_matter(monkeypatch, chunk):
    expected = copy_candidates(TEXTS, seed=1)
    monkeypatch.setattr(match_copies, "_CHUNK_TEXTS", chunk)
    assert np.array_equal(copy_candidates(TEXTS, seed=1), expected)

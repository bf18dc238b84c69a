"""e5 in whole numbers: the same meaning as in float32, and exactly the same in any company."""

from __future__ import annotations

import random

import numpy as np
import pytest

from baken.nlp.embed import quick_e5, whole_numbers
from baken.nlp.embed.e5 import E5Embedder
from baken.nlp.embed.quick_e5 import quick_e5_vectors

WORDS = ["brug", "rivier", "мост", "река", "bridge", "closed", "heute", "gesperrt", "zamknięty"]
TEXTS = [
    " ".join(random.Random(length).choices(WORDS, k=length)) for length in (1, 2, 5, 9, 17, 40, 160)
]


def test_it_agrees_with_float32() -> None:
    cosines = (quick_e5_vectors(TEXTS) * E5Embedder().encode(TEXTS, ["und"] * 7)).sum(axis=1)
    assert cosines.min() > 0.998


def test_company_does_not_move_a_vector_at_all() -> None:
    together = quick_e5_vectors(TEXTS * 9)
    assert np.array_equal(together[:7], quick_e5_vectors(TEXTS[::-1])[::-1])
    assert np.array_equal(together[-7:], np.vstack([quick_e5_vectors([text]) for text in TEXTS]))


def test_processors_that_cannot_multiply_bytes_get_the_same_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole_numbers, "sums_are_exact", lambda: False)
    slowly = quick_e5._QuickE5()
    made = np.vstack([slowly.forward([tokens]) for tokens in slowly.tokens(TEXTS)])
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    assert (made * quick_e5_vectors(TEXTS)).sum(axis=1).min() > 0.9999

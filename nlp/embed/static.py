"""The static tier: a text is the weighted sum of the input vectors of its words.

The vectors are the input embeddings of the multilingual Universal Sentence Encoder, weighted by
rarity as in Arora et al. 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings"
(without its removal of the common component, which destroys these). For candidates only: order,
negation and context are not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from baken.nlp.embed.orthography import readable
from baken.nlp.embed.pieces import use_pieces
from baken.nlp.embed.ukrainian import russian_like
from baken.nlp.embed.use import DIMENSION, MAX_CHARS, use_model
from baken.protocols import Vectors

# Of 1e-3, 1e-4, 1e-5 and no weights, this one found most translations among 540 sentences of
# NTREX-128 (English to nl, pl, ru).
_RARITY = 1e-5
# Control pieces and placeholders stand at the beginning of the vocabulary.
_FIRST_PIECE = 6
# 2 KB each; beyond it the words are learned anew, which costs time and changes nothing.
_MAX_WORDS = 400_000
_MAX_WORD_CHARS = 40


class StaticEmbedder:
    """Input vectors of words, summed: tens of thousands of texts a second, for candidates only."""

    model_id = "use-multilingual-3-static.v2"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._table = np.zeros((1_024, DIMENSION), np.float32)

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; Ukrainian is read as if it were Russian."""
        from scipy.sparse import csr_matrix

        bounded = [readable(text, MAX_CHARS) for text in texts]
        words = [
            (russian_like(text) if language == "uk" else text).split()
            for text, language in zip(bounded, languages, strict=True)
        ]
        if len(self._rows) > _MAX_WORDS:
            self._rows.clear()
        flat = list(chain.from_iterable(words))
        rows = list(map(self._rows.get, flat))
        if None in rows:
            self._learn(flat)
            rows = list(map(self._rows.get, flat))
        ends = np.zeros(len(words) + 1, np.int64)
        np.cumsum([len(one) for one in words], out=ends[1:])
        ones = np.ones(len(flat), np.float32)
        bags = csr_matrix((ones, np.array(rows, np.int64), ends), (len(words), len(self._table)))
        return _unit(np.asarray(bags @ self._table, np.float32))

    def _learn(self, words: Sequence[str]) -> None:
        new = sorted({word for word in words if word not in self._rows})
        needed = len(self._rows) + len(new)
        if needed > len(self._table):
            grown = np.zeros((max(needed, 2 * len(self._table)), DIMENSION), np.float32)
            grown[: len(self._table)] = self._table
            self._table = grown
        for word in new:
            row = len(self._rows)
            self._table[row] = _word_vector(word)
            self._rows[word] = row


def _word_vector(word: str) -> npt.NDArray[np.float32]:
    pieces = np.array(use_pieces().of_word(word[:_MAX_WORD_CHARS]), np.int64)
    vector: npt.NDArray[np.float32] = _weights()[pieces] @ use_model().input_vectors(pieces)
    return vector


@cache
def _weights() -> npt.NDArray[np.float32]:
    """How much each piece counts."""
    probabilities = np.exp(np.array(use_pieces().scores))
    probabilities[:_FIRST_PIECE] = 0.0
    probabilities /= probabilities.sum()
    weights = (_RARITY / (_RARITY + probabilities)).astype(np.float32)
    weights[:_FIRST_PIECE] = 0.0
    return np.asarray(weights)


def _unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    """Rows of length one; a text without a known word points along the first axis."""
    empty = ~vectors.any(axis=1)
    vectors[empty, 0] = 1.0
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit

"""An embedder without a model, for tests: texts are near if they share pieces of words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from baken.nlp.embed.orthography import readable
from baken.protocols import Vectors

_MAX_CHARS = 2_000


class HashingEmbedder:
    """Hashed pieces of words, 512 numbers: no meaning, no languages, but no model either."""

    model_id = "hashing.v1"
    dimension = 512

    def __init__(self) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer

        self._vectorizer = HashingVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), n_features=self.dimension, norm=None
        )

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        bounded = [f" {readable(text, _MAX_CHARS)} " for text in texts]
        counts = self._vectorizer.transform(bounded).toarray()
        vectors: Vectors = np.sign(counts) * np.sqrt(np.abs(counts))
        empty = ~vectors.any(axis=1)
        vectors[empty, 0] = 1.0
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit.astype(np.float32)

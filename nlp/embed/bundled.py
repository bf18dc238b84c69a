"""The default embedder, made of weights that come inside registry packages."""

from __future__ import annotations

from collections.abc import Sequence

from baken.nlp.embed.use import DIMENSION, use_vectors
from baken.protocols import Vectors


class BundledEmbedder:
    """The bundled multilingual default."""

    model_id = "baken.v0"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` choose the way into the space."""
        del languages
        return use_vectors(texts)

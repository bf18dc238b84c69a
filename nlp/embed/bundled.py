"""The default embedder, made of weights that come inside registry packages.

Every language goes through the multilingual Universal Sentence Encoder, which is the faster and
for sixteen languages no worse. It has no Ukrainian; there the vector is the sum of two: the
encoder's own for the text as a reader of Russian follows it, and that of multilingual-e5-small,
carried into the encoder's space by a linear map. Why, and with which figures:
docs/decisions/0002-embedding-default.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from baken.nlp.embed.e5 import E5Embedder
from baken.nlp.embed.ukrainian import russian_like
from baken.nlp.embed.use import DIMENSION, use_vectors
from baken.protocols import Vectors

MAP_FILE = "ukrainian.npz"
# Tuned on the 539 sentences of NTREX-128 that `make eval` leaves out.
CARRIED_SHARE = 0.5


class BundledEmbedder:
    """The bundled multilingual default: fast, the same on every machine, Ukrainian included."""

    model_id = "baken.v3"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; those whose language is `uk` take the longer way."""
        ukrainian = [row for row, language in enumerate(languages) if language == "uk"]
        others = [row for row, language in enumerate(languages) if language != "uk"]
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        vectors[others] = use_vectors([texts[row] for row in others])
        vectors[ukrainian] = ukrainian_vectors([texts[row] for row in ukrainian])
        return vectors


def ukrainian_vectors(texts: Sequence[str]) -> Vectors:
    """Unit vectors of Ukrainian `texts` in the space of the encoder that has no Ukrainian."""
    if not texts:
        return np.empty((0, DIMENSION), np.float32)
    mean, weights, bias = _map()
    e5: npt.NDArray[np.float32] = E5Embedder().encode(texts, ["uk"] * len(texts))
    carried = np.asarray((e5 - mean) @ weights + bias, np.float32)
    own = use_vectors([russian_like(text) for text in texts])
    both: npt.NDArray[np.float32] = CARRIED_SHARE * _unit(carried) + own
    return _unit(both)


def _unit(vectors: npt.NDArray[np.float32]) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@cache
def _map() -> tuple[npt.NDArray[np.float32], ...]:
    with (
        resources.files("baken.nlp.embed").joinpath(MAP_FILE).open("rb") as file,
        np.load(file, allow_pickle=False) as arrays,
    ):
        return tuple(arrays[name].astype(np.float32) for name in ("mean", "weights", "bias"))

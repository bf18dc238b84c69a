"""The bundled embedders, made of weights that come inside registry packages.

Every language goes through the multilingual Universal Sentence Encoder. It has no Ukrainian; there
the vector is the sum of two: the encoder's own for the text as a reader of Russian follows it, and
that of multilingual-e5-small, carried into the encoder's space by a linear map. The default sets
e5's own vector beside it, which tells fine degrees of likeness within a language. Why, and with
which figures: docs/decisions/0002-embedding-default.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from baken.nlp.embed.e5 import DIMENSION as E5_DIMENSION
from baken.nlp.embed.quick_e5 import quick_e5_vectors
from baken.nlp.embed.ukrainian import russian_like
from baken.nlp.embed.use import DIMENSION, use_vectors
from baken.protocols import Vectors

MAP_FILE = "ukrainian.npz"
# Tuned on the 539 sentences of NTREX-128 that `make eval` leaves out.
CARRIED_SHARE = 0.5
# Of 2, 2.5, 3, 3.5 and 4 the first to lose nothing against e5 in 8 bits in any language, on the
# thousand pairs of STSb's development part and 539 sentences of NTREX-128 that `make eval` leaves.
E5_WEIGHT = 4.0


class BundledEmbedder:
    """The bundled multilingual default: the same on every machine, Ukrainian included.

    One dense unit vector: that of `QuickEmbedder`, then `E5_WEIGHT` times that of e5, so that a
    cosine is the weighted mean of both.
    """

    model_id = "baken.v5"
    dimension = DIMENSION + E5_DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; Ukrainian is told by `languages`."""
        e5 = quick_e5_vectors(texts)
        ukrainian = _ukrainian(languages)
        shared = shared_space_vectors(texts, ukrainian, e5[ukrainian])
        return _unit(np.hstack([shared, E5_WEIGHT * e5]))


class QuickEmbedder:
    """The first part of the default's vectors, nine times as fast; e5 reads Ukrainian only."""

    model_id = "baken-quick.v1"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; Ukrainian is told by `languages`."""
        ukrainian = _ukrainian(languages)
        e5 = quick_e5_vectors([texts[row] for row in ukrainian])
        return shared_space_vectors(texts, ukrainian, e5)


def shared_space_vectors(texts: Sequence[str], ukrainian: Sequence[int], e5: Vectors) -> Vectors:
    """Unit vectors in the space of USE; the rows `ukrainian` have the vectors `e5` by e5."""
    others = np.setdiff1d(np.arange(len(texts)), ukrainian)
    vectors = np.empty((len(texts), DIMENSION), np.float32)
    vectors[others] = use_vectors([texts[row] for row in others])
    if ukrainian:
        mean, weights, bias = _map()
        carried = np.asarray((e5 - mean) @ weights + bias, np.float32)
        own = use_vectors([russian_like(texts[row]) for row in ukrainian])
        vectors[list(ukrainian)] = _unit(CARRIED_SHARE * _unit(carried) + own)
    return vectors


def _ukrainian(languages: Sequence[str]) -> list[int]:
    return [row for row, language in enumerate(languages) if language == "uk"]


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

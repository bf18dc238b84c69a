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
FINE_WEIGHT = 4.0


class BundledEmbedder:
    """The bundled multilingual default: fast, the same on every machine, Ukrainian included."""

    model_id = "baken.v4"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; those whose language is `uk` take the longer way."""
        ukrainian = [row for row, language in enumerate(languages) if language == "uk"]
        e5 = quick_e5_vectors([texts[row] for row in ukrainian])
        return shared_space_vectors(texts, ukrainian, e5)


class FineEmbedder:
    """The default's vectors beside those of e5: finer degrees of meaning, at a third of the pace.

    One dense unit vector, whose cosine is the weighted mean of both cosines.
    """

    model_id = "baken-fine.v1"
    dimension = DIMENSION + E5_DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; Ukrainian is told by `languages`."""
        e5 = quick_e5_vectors(texts)
        ukrainian = [row for row, language in enumerate(languages) if language == "uk"]
        shared = shared_space_vectors(texts, ukrainian, e5[ukrainian])
        return _unit(np.hstack([shared, FINE_WEIGHT * e5]))


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

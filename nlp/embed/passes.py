"""Many texts through a model, a few of like length at a time, each pass on one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from baken.nlp.threads import WORKERS, single_threads
from baken.protocols import Vectors

Tokens = Sequence[int]

# Tokens of one pass: beyond it the intermediate values leave the cache.
_PASS_TOKENS = 512


def in_passes(
    tokens: Sequence[Tokens], forward: Callable[[list[Tokens]], Vectors], dimension: int
) -> Vectors:
    """The unit vectors that `forward` makes of `tokens`, a list of numbers for each text."""
    vectors = np.empty((len(tokens), dimension), np.float32)
    passes = list(_passes(tokens))
    # Two threads that wait for each other inside one product take eight times as long on a busy
    # machine.
    with single_threads(), ThreadPoolExecutor(WORKERS) as workers:
        made = workers.map(lambda rows: forward([tokens[row] for row in rows]), passes)
        for rows, part in zip(passes, made, strict=True):
            vectors[rows] = part
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _passes(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
    first = 0
    while first < len(order):
        count = max(1, _PASS_TOKENS // len(tokens[order[first]]))
        yield order[first : first + count]
        first += count

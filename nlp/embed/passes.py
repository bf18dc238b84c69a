"""Many texts through a model, a few of like length at a time, each pass on one thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from baken.protocols import Vectors

Tokens = Sequence[int]

_WORKERS = min(os.cpu_count() or 1, 8)
# Tokens of one pass: beyond it the intermediate values leave the cache.
_PASS_TOKENS = 512


def in_passes(
    tokens: Sequence[Tokens], forward: Callable[[list[Tokens]], Vectors], dimension: int
) -> Vectors:
    """The unit vectors that `forward` makes of `tokens`, a list of numbers for each text."""
    vectors = np.empty((len(tokens), dimension), np.float32)
    passes = list(_passes(tokens))
    threads = torch.get_num_threads()
    # New threads take over the setting. Two threads that wait for each other inside one product
    # take eight times as long on a busy machine.
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(_WORKERS) as workers:
            made = workers.map(lambda rows: forward([tokens[row] for row in rows]), passes)
            for rows, part in zip(passes, made, strict=True):
                vectors[rows] = part
    finally:
        torch.set_num_threads(threads)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _passes(tokens: Sequence[Tokens]) -> Iterator[list[int]]:
    order = sorted(range(len(tokens)), key=lambda row: -len(tokens[row]))
    first = 0
    while first < len(order):
        count = max(1, _PASS_TOKENS // len(tokens[order[first]]))
        yield order[first : first + count]
        first += count

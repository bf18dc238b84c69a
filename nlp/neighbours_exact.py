"""Cosines of chosen pairs of vectors in full, and the nearest of them in a fixed order."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import numpy.typing as npt
import torch

from baken.protocols import Vectors

Rows = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]

# Less than any cosine.
NONE = np.float32(-2.0)
_LARGEST_ROW = 0x7FFFFFFF


def cosines_of(queries: Vectors, vectors: Vectors, starts: Places, rows: Places) -> Vectors:
    """The products of query i by the `rows` from `starts[i]` to `starts[i + 1]`, all in one line.

    Each is summed on its own, so that it doesn't depend on what else is asked for.
    """
    _quiet()
    wanted = torch.sparse_csr_tensor(
        torch.from_numpy(starts),
        torch.from_numpy(rows),
        torch.zeros(len(rows)),
        size=(len(queries), len(vectors)),
        check_invariants=False,
    )
    # Six times as fast as `einsum` of the rows taken out: nothing is copied.
    found = torch.sparse.sampled_addmm(
        wanted, torch.from_numpy(queries), torch.from_numpy(vectors).t(), beta=0.0
    )
    cosines: Vectors = found.values().numpy()
    return cosines


def cosines_of_pairs(vectors: Vectors, left: Places, right: Places) -> Vectors:
    """The cosine of each of `left` to its `right`; quick where equal `left` stand together."""
    firsts = np.flatnonzero(np.diff(left, prepend=-1))
    return cosines_of(vectors[left[firsts]], vectors, np.append(firsts, len(left)), right)


def nearest_first(cosines: Vectors, rows: Places, count: int) -> tuple[Rows, Vectors]:
    """The `count` nearest of each line, equal ones by row; row -1 and cosine -1 for `NONE`."""
    bits = cosines.view(np.int32).astype(np.int64)
    # Read as whole numbers, positive floats are in order and negative ones in reverse.
    bits ^= (bits >> 31) & _LARGEST_ROW
    keys = (bits << 32) | (_LARGEST_ROW - rows)
    keys.sort(axis=1)
    keys = keys[:, ::-1][:, :count]
    rows, bits = _LARGEST_ROW - (keys & _LARGEST_ROW), keys >> 32
    bits ^= (bits >> 31) & _LARGEST_ROW
    cosines = bits.astype(np.int32).view(np.float32)
    none = cosines == NONE
    return np.where(none, -1, rows).astype(np.int32), np.where(none, np.float32(-1.0), cosines)


def nearest_of_all(cosines: Vectors, count: int) -> tuple[Rows, Vectors]:
    """The `count` nearest of each line, of which column i is row i."""
    rows = np.argpartition(-cosines, min(count, cosines.shape[1] - 1), axis=1)[:, :count]
    return nearest_first(np.take_along_axis(cosines, rows, 1), rows, count)


@cache
def _quiet() -> None:
    """Let torch say once, to nobody, that its sparse matrices may change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        torch.sparse_csr_tensor(torch.tensor([0, 0]), torch.tensor([], dtype=torch.int64), [])

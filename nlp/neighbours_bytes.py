"""Products of vectors in whole numbers of 8 bits: eight times as fast as float32's, and exact sums.

Their order is nearly that of the cosines; what is near by them is then looked at in full. The pace
needs a processor that multiplies bytes (VNNI: Intel since 2019, AMD since Zen 4); elsewhere the
same numbers take float32's time.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch

from baken.nlp.embed.whole_numbers import LARGEST, sums_are_exact
from baken.protocols import Vectors

Sums = npt.NDArray[np.int32]
Order = npt.NDArray[np.integer]

# Thirty-two more numbers a vector, at most.
_MOST_SHIFT = 32 * LARGEST**2
_SAMPLE_ROWS = 4_096
_BLOCK_ROWS = 2_048


class Bytes:
    """Rows of `vectors` in the given order, 8 bits a number."""

    def __init__(self, vectors: Vectors, order: Order, workers: ThreadPoolExecutor) -> None:
        # What all vectors have in common would leave few steps for that in which they differ.
        middle = vectors.mean(0)
        step = _step(vectors[:: max(1, len(vectors) // _SAMPLE_ROWS)] - middle, middle)
        whole = np.empty((len(order), vectors.shape[1]), np.int8)

        def shift(start: int) -> Vectors:
            part = vectors[order[start : start + _BLOCK_ROWS]] - middle
            rounded = np.clip(np.rint(part / step), -LARGEST, LARGEST)
            whole[start : start + len(part)] = rounded
            shifted: Vectors = np.rint(part @ middle / step**2)
            return shifted.clip(-_MOST_SHIFT, _MOST_SHIFT)

        # q.x = q.middle + (q - middle).(x - middle) + middle.(x - middle). The first is the same
        # for every x; the last goes with x as further numbers, which every q takes alike.
        shifts = list(workers.map(shift, range(0, len(order), _BLOCK_ROWS)))
        digits = _digits(np.concatenate(shifts))
        self._asked = np.full(digits.shape[1], LARGEST, np.int8)
        self._asked[-1] = 1
        self._rows = torch.from_numpy(np.concatenate([whole, digits], 1))

    def asked(self, places: npt.NDArray[np.int64]) -> torch.Tensor:
        """The rows at these places as those that look for others."""
        rows = self._rows[torch.from_numpy(places)]
        rows[:, -len(self._asked) :] = torch.from_numpy(self._asked)
        return _ready(rows)

    def sums(self, asked: torch.Tensor, first: int, end: int) -> Sums:
        """The products of `asked` by the rows from place `first` to `end`."""
        members = _ready(self._rows[first:end]).t()
        if asked.dtype == torch.int8:
            found: Sums = torch._int_mm(asked, members).numpy()
        else:
            found = (asked @ members).to(torch.int32).numpy()
        return found


def _step(sample: Vectors, middle: Vectors) -> float:
    """What one step of a byte is worth, so that sums and shifts find room."""
    largest = float(np.abs(sample).max()) / LARGEST
    shifted = math.sqrt(float(np.abs(sample @ middle).max()) / _MOST_SHIFT)
    return max(largest, shifted, 1e-6)


def _digits(shift: Vectors) -> npt.NDArray[np.int8]:
    """Whole `shift` as a sum of 127 times all but the last column and once the last."""
    coarse = np.rint(shift / LARGEST)
    width = -(-int(np.abs(coarse).max(initial=0)) // LARGEST)
    digits = np.empty((len(shift), width + 1), np.int8)
    left = np.abs(coarse)
    for column in range(width):
        digits[:, column] = np.sign(coarse) * np.minimum(left, LARGEST)
        left = np.maximum(left - LARGEST, 0)
    digits[:, width] = shift - LARGEST * coarse
    return digits


def _ready(rows: torch.Tensor) -> torch.Tensor:
    return rows if sums_are_exact() else rows.to(torch.float32)

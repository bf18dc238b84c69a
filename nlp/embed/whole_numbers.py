"""Linear maps in whole numbers of 8 bits, whose sums are exact.

Weights have a scale for each output, and rows a scale of their own (Yao et al. 2022, "ZeroQuant"),
so a text's vector does not depend on its company, as it would with one scale for a batch. The pace
needs a processor that multiplies bytes (VNNI: Intel since 2019, AMD since Zen 4); elsewhere the
same numbers take the time of float32.
"""

from __future__ import annotations

from functools import cache

import torch

LARGEST = 127
# Rows of zeros are divided by it.
_SMALLEST = 1e-12


def largest_of(rows: torch.Tensor) -> torch.Tensor:
    """The size of the largest number in each row, as a column; never zero."""
    largest = torch.maximum(rows.amax(1, keepdim=True), -rows.amin(1, keepdim=True))
    return largest.clamp_min_(_SMALLEST)


def whole(rows: torch.Tensor, largest: torch.Tensor) -> torch.Tensor:
    """`rows` in whole numbers, of which `largest` is the largest."""
    return (rows * (LARGEST / largest)).round_().to(torch.int8)


class WholeWeights:
    """A matrix (outputs by inputs) in 8 bits, with a scale for each output."""

    def __init__(self, weights: torch.Tensor) -> None:
        self.scale = weights.abs().amax(1).clamp_min(_SMALLEST) / LARGEST
        rounded = (weights / self.scale[:, None]).round()
        self.rest = weights - rounded * self.scale[:, None]
        self._exact = sums_are_exact()
        # By columns, which is how the product reads it fastest.
        self._columns = (rounded.to(torch.int8) if self._exact else rounded).contiguous().t()

    def sums(self, rows: torch.Tensor) -> torch.Tensor:
        """The products of whole `rows`, still to be multiplied by `scale`, in float32."""
        if self._exact:
            return torch._int_mm(rows, self._columns).to(torch.float32)
        return rows.to(torch.float32) @ self._columns


class WholeLinear:
    """A linear map of rows, which are rounded each by a scale of its own.

    Some numbers are many times as large as the others in every row, and would leave these few
    steps: with `sample` rows, each is divided by what is usual, and its weights multiplied (Xiao
    et al. 2022, "SmoothQuant").
    """

    def __init__(
        self, weights: torch.Tensor, bias: torch.Tensor, sample: torch.Tensor | None = None
    ) -> None:
        self._ease = None
        if sample is not None:
            usual = sample.square().mean(0).sqrt() / weights.abs().amax(0)
            # Powers of two: exact, and no processor's last digits move them.
            ease = torch.exp2((usual.log2() / 2).round())
            self._ease, weights = 1 / ease, weights * ease
        self._weights = WholeWeights(weights)
        self._bias = bias

    def __call__(self, rows: torch.Tensor, largest: torch.Tensor | None = None) -> torch.Tensor:
        """The map of `rows`; `largest` is the size of the largest number in each, if known."""
        if self._ease is not None:
            rows = rows * self._ease
        if largest is None:
            largest = largest_of(rows)
        return self.of_whole(whole(rows, largest), largest)

    def of_whole(self, rows: torch.Tensor, largest: torch.Tensor) -> torch.Tensor:
        """The map of rows that are whole already."""
        sums = self._weights.sums(rows)
        sums *= largest / LARGEST
        return torch.addcmul(self._bias, sums, self._weights.scale, out=sums)


@cache
def sums_are_exact() -> bool:
    """Whether this processor's products of bytes are right; older ones overflow silently."""
    rows = torch.full((32, 1536), LARGEST, dtype=torch.int8)
    rows[::2] = -LARGEST
    sums = torch._int_mm(rows, rows[:16].t())
    return bool((sums.abs() == LARGEST**2 * 1536).all())

"""The scatter of pairs' rates: measured where it is, none where it is not."""

import numpy as np
import pytest

from baken.detection import null
from baken.detection.scatter import BULK, extra_variance

SIZES = np.array([400, 100, 20])
EXPECTED = np.outer([0.01, 0.03, 0.2], [1.0, 3.0, 20.0])


def twice(rng, variance):
    """How many pairs of the bulk meet twice where rates scatter by `variance`."""
    count = 0
    for row, of_row in zip(EXPECTED, SIZES, strict=True):
        for mean, size in zip(row, SIZES, strict=True):
            if mean <= BULK:
                pairs = of_row * size // 2
                rate = mean * (rng.gamma(1 / variance, variance, pairs) if variance else 1.0)
                count += int((rng.poisson(rate, pairs) == 2).sum())
    return count


@pytest.mark.parametrize("variance", [0.0, null.RATE_SCATTER**2])
def test_no_more_than_the_usual_scatter_is_none(variance):
    rng = np.random.default_rng(0)
    assert extra_variance(twice(rng, variance), EXPECTED, SIZES) == 0


@pytest.mark.parametrize("variance", [4.0, 19.0])
def test_the_scatter_is_measured_within_a_factor_of_two(variance):
    rng = np.random.default_rng(0)
    found = extra_variance(twice(rng, variance), EXPECTED, SIZES)
    assert variance / 2 <= found <= 1.2 * variance


def test_a_handful_of_pairs_is_no_scatter():
    small = np.full((1, 1), 0.001)
    assert extra_variance(4, small, np.array([1_000])) == 0


def test_more_than_any_scatter_explains_is_bounded():
    found = extra_variance(10**9, EXPECTED, SIZES)
    assert 0 < found <= 64

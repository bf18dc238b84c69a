"""How much the rates of pairs scatter beyond the model, measured on the bulk of all pairs.

Topics that do not mix, or accounts awake at different hours, make the same expected number of
meetings many for some pairs and none for others. The bulk shows it: more pairs meet exactly twice
than a common rate allows. Pairs that meet thrice or more are to be tested and do not count;
nor do pairs expected to meet often, of whom all that meet twice are unsurprising.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from baken.detection.null import RATE_SCATTER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TWICE = 2
# Pairs expected to meet less often than this are the bulk.
BULK = 0.05
# Two standard deviations of a count below it: a scatter that is only perhaps there is none.
_SURE = 2.0
_VARIANCES = np.geomspace(RATE_SCATTER**2, 64, 49)


def extra_variance(twice: int, expected: Floats, size: Ints) -> float:
    """The variance of a rate, relative to its square, beyond `RATE_SCATTER`; 0 if there is none.

    `twice` pairs of the bulk met twice; `expected` are the meetings of two accounts by their
    classes, and `size` says how many accounts each class has.
    """
    sure = twice - _SURE * np.sqrt(twice)
    pairs = (np.outer(size, size) - np.diag(size)) / 2
    bulk = expected <= BULK
    weight, mean = pairs[bulk], expected[bulk]
    best, found = 0.0, _VARIANCES[0]
    for variance in _VARIANCES:
        scattered = mean * variance
        met_twice = mean**2 * (1 + variance) / 2 * (1 + scattered) ** -(TWICE + 1 / variance)
        number = float(weight @ met_twice)
        if number <= best:
            break
        best, found = number, variance
        if number >= sure:
            break
    return float(found - _VARIANCES[0])

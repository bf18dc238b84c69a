"""The null model: what chance, activity, popularity and the clock explain by themselves.

A bipartite configuration model (Saracco et al. 2015, 2017) on accounts and columns, a column being
one object in one slot of time: p_iu = x_i y_u / (1 + x_i y_u), each account keeping its number of
columns and each column its number of accounts, both on average. Accounts of one degree share their
x and columns of one degree their y, so that the model is solved and summed over classes of degree
and never over pairs.

The number of accounts of a column is observed, so it is held fixed: given it, two accounts meet in
a column less often than p_iu p_ju (a column with one account holds no meeting at all). The
correction is Hajek's second-order inclusion probability of conditional Poisson sampling (1964).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Standard deviation of a pair's true rate over the modelled one. Without it a million innocent
# posts gave ten edges, all among the few accounts with ten thousand posts each (430 meetings
# expected, 590 seen).
RATE_SCATTER = 0.4

_ROUNDS = 1_000
_TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True)
class Bicm:
    """A solved model; accounts of one degree are one class, and so are columns.

    `account_class` is by account, -1 for one without a column; `probability` that an account (row:
    its class) stands in a column (the class of that degree).
    """

    account_class: Ints
    degrees: Ints
    probability: Floats

    def meetings(self, column_degrees: Ints) -> Floats:
        """Expected meetings of two accounts, by their classes, in columns of these degrees."""
        place = np.searchsorted(self.degrees, column_degrees)
        n = np.bincount(place, minlength=len(self.degrees)).astype(np.float64)
        chosen = (n > 0) & (self.degrees >= 2)
        p, n = self.probability[:, chosen], n[chosen]
        both = (p * n) @ p.T
        unsure = p * (1 - p)
        fixed = (unsure * (n / self._spread()[chosen])) @ unsure.T
        return np.asarray(np.maximum(both - fixed, 1e-12))

    def class_sizes(self) -> Ints:
        """How many accounts each class has."""
        active = self.account_class[self.account_class >= 0]
        return np.bincount(active, minlength=self.probability.shape[0]).astype(np.int64)

    def _spread(self) -> Floats:
        spread = self.class_sizes() @ (self.probability * (1 - self.probability))
        return np.asarray(np.maximum(spread, 1e-9))


def solve(account_degrees: Ints, column_degrees: Ints) -> Bicm:
    """Fit the model to the number of columns of each account and of accounts of each column."""
    active = account_degrees > 0
    rows, place, row_count = np.unique(
        account_degrees[active], return_inverse=True, return_counts=True
    )
    account_class = np.full(len(account_degrees), -1, dtype=np.int64)
    account_class[active] = place
    degrees, counts = np.unique(column_degrees, return_counts=True)
    r, c = rows.astype(np.float64), degrees.astype(np.float64)
    total = float(r @ row_count)
    x, y = r / np.sqrt(total), c / np.sqrt(total)
    for _ in range(_ROUNDS):
        odds = 1 + np.outer(x, y)
        x = r / ((y * counts) / odds).sum(axis=1)
        odds = 1 + np.outer(x, y)
        y = c / ((x * row_count)[:, None] / odds).sum(axis=0)
        p = np.outer(x, y)
        p /= 1 + p
        if np.max(np.abs(p @ counts - r) / r) < _TOLERANCE:
            break
    return Bicm(account_class, degrees.astype(np.int64), p)


def upper_tail(observed: Ints, expected: Floats, *, variance: float = 0.0) -> Floats:
    """P(X >= observed) when the true mean scatters around `expected`; 1 where none is surprising.

    `variance` of the mean, relative to its square, comes on top of that of single pairs.
    Given its mean a sum of independent rare meetings has a tail below that of a Poisson variable,
    once observed >= mean + 1 (Hoeffding 1956; Anderson and Samuels 1967). The mean of one pair is
    what the model says only within `RATE_SCATTER` (tastes, time zones), so the tail is that of a
    gamma mixture, the negative binomial.
    """
    variance += RATE_SCATTER**2
    tail = np.ones(len(observed))
    above = np.flatnonzero(observed >= expected + 1)
    scattered = expected[above] * variance
    tail[above] = special.betainc(observed[above], 1 / variance, scattered / (1 + scattered))
    return tail


def benjamini_hochberg(p_values: Floats, tests: float) -> Floats:
    """The q value of each of `p_values`, the smallest of `tests` tests (the rest have p = 1)."""
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * tests / np.arange(1, len(order) + 1)
    q = np.empty(len(order))
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    return np.minimum(q, 1.0)

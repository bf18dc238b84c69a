"""What it is worth that a set of accounts comes back together: an e-value by betting on columns.

For a set of s accounts, C(n, m) counts the groups of m members in a column that holds n of them.
What the null expects of it is known, so that C(n, m) over its expectation is a bet that wins
nothing on average. A wager spreads such bets over m, and a small stake of each over all columns:
about `_BETS` columns are bet to hold a good part of the set. The columns of one object are one bet,
whatever binds them; objects are independent, and what they win is multiplied. By Markov's
inequality one over the product is a p value, and it stays one whichever members miss a column.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy import special

from baken.detection.null import RATE_SCATTER, Bicm

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# As much for four or five accounts as `RATE_SCATTER` gives. Chosen on one planted world: with 3,
# groups of fifty at 99 % dilution are missed; both leave the innocent worlds without a set.
TASTE = 1.5
# With more the scatter of a set's rate costs too much: from 1 / `RATE_SCATTER` ** 2 on, all.
_BETS = 3.0
# A wager expects at least this share of the set in each of its columns; their mean is taken.
_SHARES = (1.0, 0.6, 0.3)
# The most that may be staked on one object, so that a lost bet never costs much.
_MAX_STAKE = 0.1


class Wager:
    """The wagers on sets in the columns of one scale, `objects` being the object of each."""

    def __init__(self, model: Bicm, degrees: Ints, objects: Ints, *, variance: float = 0.0) -> None:
        self.chance = np.minimum(TASTE * model.probability, 1.0)
        self._degrees = model.degrees
        self._log_alike = np.log1p(variance)
        top = int(model.degrees.max(initial=1))
        self._log_factorial = special.gammaln(np.arange(top + 2) + 1.0)
        often = int(np.bincount(objects).max(initial=1)) if len(objects) else 1
        sizes = np.bincount(degrees, minlength=top + 2)
        at_least = np.maximum(np.cumsum(sizes[::-1])[::-1], 1)
        self._log_stake = np.log(np.minimum(_BETS / at_least, _MAX_STAKE / often))
        # Lost at most: every stake, and what the scatter of the set's own rate may have given.
        variance = RATE_SCATTER**2
        scatter = -np.log1p(-variance * _BETS) / variance - _BETS
        lost = -np.log1p(-_MAX_STAKE) / _MAX_STAKE * _BETS
        self._log_lost = float(lost + scatter + np.log(len(_SHARES)))

    def log_groups(self, size: Ints | int, present: Ints, mean: Floats, place: Ints) -> Floats:
        """The log of how many groups of `present` of `size` accounts a column should hold.

        `mean` is the mean chance of the accounts (the number of groups is largest when all are
        alike: Maclaurin's inequality), `place` the class of the column. The number of accounts of
        a column is fixed: d (d-1) ... (d-m+1) ways instead of d ** m.
        """
        factorial, degree = self._log_factorial, self._degrees[place]
        ways = factorial[degree] - factorial[degree - present] - present * np.log(degree)
        choices = self._choices(size, present)
        alike = (present - 1) * self._log_alike
        return np.asarray(choices + present * np.log(mean) + ways + alike)

    def won(self, size: Ints | int, present: Ints, log_groups: Floats, least: Ints | int) -> Floats:
        """The log of what each column wins for a wager on `least` members or more."""
        stake = self._log_stake[np.minimum(least, len(self._log_stake) - 1)]
        won = stake - np.log(np.asarray(size) - least + 1) - log_groups
        return np.where(present >= least, won, -np.inf)

    def log_p(
        self, present: Mask, classes: Ints, place: Ints, first: Ints, *, objects: int
    ) -> Floats:
        """The log of the p value of the set of the first 1, 2, ... accounts (rows of `present`).

        `first` are the places where a new object begins among the columns of `present`. Infinite
        for sets that win on fewer than `objects` objects. Not corrected for the choice of the set,
        and above 0 where more was lost than won, for a search to know which way is down.
        """
        size = np.arange(1, len(present) + 1)[:, None]
        together = np.cumsum(present, axis=0, dtype=np.int64)
        mean = np.cumsum(self.chance[classes][:, place], axis=0) / size
        groups = self.log_groups(size, together, mean, place)
        every = list(self._by_share(size, together, groups, first, objects))
        return np.asarray(np.min(every, axis=0))

    def _by_share(
        self, size: Ints, together: Ints, groups: Floats, first: Ints, objects: int
    ) -> Iterable[Floats]:
        for share in _SHARES:
            least = np.maximum(np.ceil(share * size).astype(np.int64), 2)
            won = np.maximum(self.won(np.maximum(size, least), together, groups, least), 0.0)
            # The best column of an object instead of their sum: a little less, never more.
            best = np.maximum.reduceat(won, first, axis=1)
            enough = (best > 0).sum(axis=1) >= objects
            yield np.where(enough, self._log_lost - best.sum(axis=1), np.inf)

    def _choices(self, size: Ints | int, present: Ints) -> Floats:
        size = np.asarray(size)
        log = special.gammaln(size + 1.0) - self._log_factorial[present]
        return np.asarray(log - special.gammaln(size - present + 1.0))

"""The second null: how often independent authors of long texts coincide.

The configuration model keeps the popularity of every object. A crowd that owns its objects makes
them popular itself, and hides in that. Words are different from links: independent authors hardly
ever write the same long text, and how often they do can be measured on those who write for
themselves.

- A *bystander of an object* has at least two other posts and shares none of its other objects
  with anybody in the same slot. Whether somebody is one is told by the other objects, so that,
  when all accounts share alike, it says nothing about this one: the rate at which bystanders
  coincide is an unbiased estimate of the rate for all, whoever is left out (the reason why this
  does not cascade as a repeated refit without the suspects does).
- An object is *owned* when bystanders stay away from it. Only owned objects are counted.
- Two accounts with k and l columns are expected to meet k * l * rate times. The rate is known only
  as well as bystanders are many: its posterior is a gamma distribution, and the number of meetings
  to be expected a negative binomial one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from baken.detection.pairs import Columns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# One post besides the object says too little about how somebody writes; with two or more the
# light accounts of the operations themselves no longer pass as bystanders (ira_tweets).
_MIN_COLUMNS = 3
# One bystander among fifty may have copied from the operation.
_MAX_BYSTANDERS = 0.02
# Jeffreys' prior for a Poisson rate: half a meeting.
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Background:
    """What bystanders show: expected meetings are `rate` times the product of two activities.

    `variance` is that of the rate, relative to its square. `owned` says of each column whether its
    object is one that bystanders stay away from.
    """

    rate: float
    variance: float
    owned: Mask
    degrees: Ints

    def expected(self, left: Ints, right: Ints) -> Floats:
        """Expected meetings of pairs of accounts."""
        product = self.degrees[left].astype(np.float64) * self.degrees[right]
        return np.asarray(self.rate * product)


def background(grid: Columns, object_of: Ints) -> Background:
    """Measure the background of `grid`, whose columns are about the objects `object_of`."""
    degrees = grid.account_degrees()
    shared = (grid.degree >= 2)[grid.column]
    account, column = grid.account[shared], grid.column[shared]
    obj = object_of[column]
    elsewhere = _shared_objects(account, obj, grid.accounts)
    told = degrees >= _MIN_COLUMNS
    bystander = told[account] & (elsewhere[account] == 1)
    activity = float(degrees[told & (elsewhere == 0)].sum())
    together = np.bincount(column[bystander], minlength=len(grid.degree)).astype(np.float64)
    met = together * (together - 1) / 2
    # Meetings in one column are one event of a certain size, not independent ones.
    size = float((met**2).sum() / met.sum()) if met.any() else 1.0
    events = float(met.sum()) / size + _PRIOR
    objects = int(object_of.max()) + 1 if len(object_of) else 0
    near = np.bincount(obj[bystander], minlength=objects)
    every = np.bincount(obj, minlength=objects)
    owned = near <= _MAX_BYSTANDERS * every
    return Background(
        rate=2 * events * size / max(activity, 1.0) ** 2,
        variance=1 / events,
        owned=owned[object_of] & (grid.degree >= 2),
        degrees=degrees,
    )


def _shared_objects(account: Ints, obj: Ints, accounts: int) -> Ints:
    """How many different objects each account has in common with somebody."""
    order = np.lexsort((obj, account))
    a, o = account[order], obj[order]
    first = np.ones(len(a), dtype=bool)
    first[1:] = (np.diff(a) != 0) | (np.diff(o) != 0)
    return np.bincount(a[first], minlength=accounts).astype(np.int64)

"""Counting in how many columns two accounts meet, without ever listing the pairs of a crowd.

A column is one object in one slot of time. Columns with more accounts than a budget of pairs
allows are left out of the count, and out of what is expected as well. The null keeps the number of
accounts of every column, so the test on the remaining columns is as exact as on all; what is lost
is only evidence that a crowd of thousands would have added, which is next to none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]

PAIR_BUDGET = 60_000_000
# Pairs that one product of sparse matrices may list at once: about 12 bytes each.
_CHUNK_PAIRS = 12_000_000
_BITS = 62


@dataclass(frozen=True, slots=True)
class Columns:
    """Distinct (column, account) incidences, sorted by column, then account.

    `first` is the row of the events that made each incidence; `degree` is by column.
    """

    column: Ints
    account: Ints
    first: Ints
    degree: Ints
    accounts: int

    def account_degrees(self) -> Ints:
        """In how many columns each account stands."""
        return np.bincount(self.account, minlength=self.accounts).astype(np.int64)

    def largest(self, budget: int = PAIR_BUDGET) -> int:
        """The largest degree for which the pairs of all columns up to it stay within `budget`."""
        degrees, counts = np.unique(self.degree, return_counts=True)
        pairs = np.cumsum(degrees * (degrees - 1) // 2 * counts)
        within = degrees[pairs <= budget]
        return int(within[-1]) if len(within) else 1


def columns(
    account: Ints, obj: Ints, at_s: Ints, *, slot_s: int, shift_s: int, accounts: int
) -> Columns:
    """The columns of events for slots of `slot_s` seconds; 0 means that time does not matter.

    Events come sorted by object, then time. Grids that differ in `shift_s` cut time elsewhere.
    """
    slot = (at_s + shift_s) // slot_s if slot_s else np.zeros_like(at_s)
    new_column = np.ones(len(obj), dtype=bool)
    new_column[1:] = (np.diff(obj) != 0) | (np.diff(slot) != 0)
    key = (np.cumsum(new_column) - 1) * accounts + account
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.diff(ordered) != 0
    column, account = np.divmod(ordered[new], max(accounts, 1))
    degree = np.bincount(column).astype(np.int64)
    return Columns(column, account, order[new], degree, accounts)


@dataclass(frozen=True, slots=True)
class Counted:
    """Pairs of accounts (left < right); `counts` has a column for each stratum of columns."""

    left: Ints
    right: Ints
    counts: Ints


def meetings(
    incidences: Columns, stratum: Ints, *, strata: int, at_least: int
) -> Iterator[Counted]:
    """Pairs that meet `at_least` times, counted by the stratum of the column they meet in.

    `stratum` is by column; columns of stratum -1 are not counted.
    """
    kept = (incidences.degree >= 2)[incidences.column] & (stratum >= 0)[incidences.column]
    account, column = incidences.account[kept], incidences.column[kept]
    busy = np.bincount(account, minlength=incidences.accounts) >= at_least
    kept = busy[account]
    account, column = account[kept], column[kept]
    if len(account) == 0:
        return
    accounts, row = renumbered(account, incidences.accounts)
    used, col = renumbered(column, len(incidences.degree))
    place = _places(row, stratum[used][col], strata, len(accounts))
    shape = (len(accounts), len(used))
    ones = np.ones(len(row), dtype=np.int64)
    by_account = sparse.csr_matrix((ones, (row, col)), shape=shape)
    weight = place.weight()[stratum[used]]
    by_column = sparse.csr_matrix((weight[col], (col, row)), shape=shape[::-1])
    work = np.bincount(row, np.bincount(col)[col], minlength=len(accounts)).astype(np.int64)
    for begin, end in _chunks(work):
        product = by_account[begin:end] @ by_column[:, begin:]
        found = np.flatnonzero(place.total(product.data) >= at_least)
        left = np.searchsorted(product.indptr, found, side="right") - 1 + begin
        right = product.indices[found].astype(np.int64) + begin
        ahead = left < right
        left, right, found = left[ahead], right[ahead], found[ahead]
        yield Counted(accounts[left], accounts[right], place.unpack(product.data[found]))


def renumbered(codes: Ints, n: int) -> tuple[Ints, Ints]:
    """The distinct `codes` (below `n`) in order, and the place of each code among them."""
    found = np.zeros(n, dtype=bool)
    found[codes] = True
    place = np.cumsum(found) - 1
    return np.flatnonzero(found), place[codes]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where in 62 bits each count stands, so that one product of matrices counts them all.

    Every stratum but the last has its place, and so has the total, above them.
    """

    shift: Ints
    width: Ints
    above: int

    def weight(self) -> Ints:
        """What one meeting in a column of each stratum adds."""
        one = np.left_shift(1, self.shift) * (self.width > 0)
        return np.append(one, 0) + (1 << self.above)

    def total(self, packed: Ints) -> Ints:
        """Meetings in columns of any stratum."""
        return np.asarray(np.right_shift(packed, self.above))

    def unpack(self, packed: Ints) -> Ints:
        """Meetings by stratum, the last being whatever the others leave."""
        masks = np.left_shift(1, self.width) - 1
        rare = np.right_shift(packed[:, None], self.shift) & masks
        last = self.total(packed) - rare.sum(axis=1)
        return np.concatenate([rare, last[:, None]], axis=1)


def _places(row: Ints, stratum: Ints, strata: int, accounts: int) -> _Places:
    """Bits for each stratum: enough for the second busiest account, since a pair needs two.

    When they do not fit, meetings over popular objects are counted with the last stratum: less
    power, never a wrong count.
    """
    needed = _bits(np.bincount(row, minlength=accounts))
    width = np.array(
        [_bits(np.bincount(row[stratum == s], minlength=accounts)) for s in range(strata - 1)],
        dtype=np.int64,
    )
    width[np.cumsum(width) > _BITS - needed] = 0
    shift = np.cumsum(width) - width
    return _Places(shift, width, int(width.sum()))


def _bits(columns_of: Ints) -> int:
    second = int(np.partition(columns_of, -2)[-2]) if len(columns_of) > 1 else 1
    return max(second.bit_length(), 1)


def _chunks(work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of rows whose summed work stays near `_CHUNK_PAIRS`."""
    chunk = np.cumsum(work) // _CHUNK_PAIRS
    edges = np.concatenate([[0], np.flatnonzero(np.diff(chunk)) + 1, [len(work)]])
    for begin, end in itertools.pairwise(edges):
        yield int(begin), int(end)

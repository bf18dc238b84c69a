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


def columns(account: Ints, obj: Ints, at_s: Ints, *, slot_s: int, shift_s: int) -> Columns:
    """The columns of events for slots of `slot_s` seconds; 0 means that time does not matter.

    Grids that differ in `shift_s` cut time at other points.
    """
    slot = (at_s + shift_s) // slot_s if slot_s else np.zeros_like(at_s)
    order = np.lexsort((account, slot, obj))
    a, s, o = account[order], slot[order], obj[order]
    new_column = np.ones(len(order), dtype=bool)
    new_column[1:] = (np.diff(o) != 0) | (np.diff(s) != 0)
    new = new_column.copy()
    new[1:] |= np.diff(a) != 0
    column = np.cumsum(new_column) - 1
    column = column[new]
    degree = np.bincount(column).astype(np.int64)
    accounts = int(account.max()) + 1 if len(account) else 0
    return Columns(column, a[new], order[new], degree, accounts)


def meetings(
    incidences: Columns, *, at_least: int, largest: int
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs of accounts (left < right) that meet `at_least` times in columns up to `largest`."""
    degree = incidences.degree[incidences.column]
    kept = (degree >= 2) & (degree <= largest)
    account, column = incidences.account[kept], incidences.column[kept]
    busy = np.bincount(account, minlength=incidences.accounts) >= at_least
    kept = busy[account]
    account, column = account[kept], column[kept]
    if len(account) == 0:
        return
    accounts, row = np.unique(account, return_inverse=True)
    _, col = np.unique(column, return_inverse=True)
    ones = np.ones(len(row), dtype=np.int32)
    matrix = sparse.csr_matrix((ones, (row, col)), shape=(len(accounts), col.max() + 1))
    by_column = matrix.T.tocsr()
    size = np.diff(by_column.indptr)
    work = np.zeros(len(accounts), dtype=np.int64)
    np.add.at(work, row, size[col])
    for begin, end in _chunks(work):
        product = (matrix[begin:end] @ by_column).tocoo()
        left, right = product.row + begin, product.col
        found = (product.data >= at_least) & (left < right)
        yield (
            accounts[left[found]],
            accounts[right[found]],
            product.data[found].astype(np.int64),
        )


def _chunks(work: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of rows whose summed work stays near `_CHUNK_PAIRS`."""
    chunk = np.cumsum(work) // _CHUNK_PAIRS
    edges = np.concatenate([[0], np.flatnonzero(np.diff(chunk)) + 1, [len(work)]])
    for begin, end in itertools.pairwise(edges):
        yield int(begin), int(end)

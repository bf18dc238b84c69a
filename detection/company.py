"""Sets of accounts that come back together, where no two of them are surprising alone.

Five accounts that meet five times among five hundred other posts each: two of them may meet so
often by chance, but not the same five again and again. A set is tested as one, by what it wins on
the columns that hold it or a part of it (`baken.detection.wager`): members may miss some of them.

- Where to look is told by pairs of *columns*: two that hold more of the same accounts than their
  sizes explain name those accounts as a seed. Columns that hold several of them name accounts that
  stand in several of these columns, and so on; at each step the set is cut where it is least
  likely.
- However it was found, it is held against *every* set of its size: the p value is divided by s!
  times the product of k/K over its members (k of all K incidences are an account's), which allots
  the error over all sets of s accounts by their activity, and by 1/q for each member beyond two, so
  that one who adds little is not taken along.
- Tastes and time zones make the meetings of many less independent than those of two. So the chance
  of every member is taken `TASTE` times as high as modelled.
- The p value of a set holds for all of its pairs. Divided by the number of pairs of accounts it is
  that of an edge: with these weights the pairs flagged by chance at p <= t are on average fewer
  than t times the pairs there are, so that they take part in the same Benjamini-Hochberg procedure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from baken.detection.null import Bicm, upper_tail
from baken.detection.pairs import Columns, meetings
from baken.detection.scales import Grid
from baken.detection.wager import Wager

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MIN_SET = 4
# Columns of objects up to this popularity name a seed by so many accounts in common. The first
# apart: in all their columns the members of a large group are too active for the budget below.
_SEED_TIERS = ((128, 3), (np.iinfo(np.int64).max, MIN_SET))
# Seeds less likely than this are tried, at most so many at one scale: these bound time, not error.
_SEED_P = 1e-4
_MAX_TRIED = 500
# Pairs of columns that are listed at one scale; accounts too active for it name no seeds.
_SEED_BUDGET = 3_000_000
# A set is looked for in so many columns, among so many accounts, and grown so often.
_SEARCH_COLUMNS, _SEARCH_INCIDENCES, _MAX_SET, _ROUNDS = 200, 200_000, 500, 5
# In the search, not in the value of what is found: columns this unlikely to be the set's are left
# out, and accounts may be tried that look a little dearer than they are worth.
_LEAST_ODDS, _LENIENCE = -5.0, 5.0
_NO_INTS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Company:
    """The pairs of one set: all meetings of each, and the p value that it has by the set."""

    left: Ints
    right: Ints
    observed: Ints
    p_value: float


def companies(
    grid: Grid,
    counted: Mask,
    model: Bicm,
    rarities: Sequence[int],
    *,
    q_max: float,
    least: int,
    clear: Ints = _NO_INTS,
    variance: float = 0.0,
) -> Iterator[tuple[int, Company]]:
    """Every set that is surprising as a whole, with the place of its scale among `rarities`.

    Over the columns `counted`; a set needs `least` objects, and `q_max` is the largest chance that
    any set at one scale is false. `clear` are the pairs (left times accounts plus right, sorted)
    that need no set to be surprising: a place whose two most active accounts are among them is
    not looked at.
    """
    searches: dict[int, _Search] = {}
    known: set[tuple[int, int, int]] = set()
    for rarity, seed in _seeds(grid, counted, model, rarities, clear):
        pair = (rarity, int(min(seed[:2])), int(max(seed[:2])))
        if pair in known:
            continue
        known.add(pair)
        if rarity not in searches:
            rare = counted & (grid.popularity <= rarities[rarity])
            wager = Wager(model, grid.columns.degree[rare], grid.object[rare], variance=variance)
            searches[rarity] = _Search(grid, rare, model, wager, q_max=q_max, least=least)
        found = searches[rarity].grow(seed)
        if found is None:
            continue
        members, log_p = found
        known.update((rarity, *pair) for pair in combinations(members.tolist(), 2))
        yield rarity, searches[rarity].company(members, log_p)


def _seeds(
    grid: Grid, counted: Mask, model: Bicm, rarities: Sequence[int], clear: Ints
) -> Iterator[tuple[int, Ints]]:
    """The accounts in both of two columns, for surprisingly many of them, in that order.

    With the place among `rarities` of the more popular column. The least active accounts come
    first: the others are in more places by chance.
    """
    columns = grid.columns
    tiers = [
        _alike(grid, counted & (grid.popularity <= popularity), model, common)
        for popularity, common in _SEED_TIERS
    ]
    p_value, left, right = (np.concatenate(parts) for parts in zip(*tiers, strict=True))
    first = np.lexsort((right, left, p_value))[:_MAX_TRIED]
    start = np.searchsorted(columns.column, np.arange(len(columns.degree) + 1))
    degrees = columns.account_degrees()
    for one, other in zip(left[first].tolist(), right[first].tolist(), strict=True):
        both = np.intersect1d(
            columns.account[start[one] : start[one + 1]],
            columns.account[start[other] : start[other + 1]],
            assume_unique=True,
        )
        both = both[np.lexsort((both, degrees[both]))]
        busiest = int(min(both[-2:]) * columns.accounts + max(both[-2:]))
        place = min(int(np.searchsorted(clear, busiest)), len(clear) - 1)
        if place >= 0 and clear[place] == busiest:
            continue
        popularity = max(grid.popularity[one], grid.popularity[other])
        rarity = int(np.searchsorted(rarities, popularity))
        yield rarity, both


def _alike(grid: Grid, counted: Mask, model: Bicm, common: int) -> tuple[Floats, Ints, Ints]:
    """Pairs of columns about two objects with `common` accounts or more: p value, both columns."""
    columns = grid.columns
    wide = np.flatnonzero((counted & (columns.degree >= common))[columns.column])
    activity = np.bincount(columns.account[wide], minlength=columns.accounts).astype(np.int64)
    order = wide[np.argsort(columns.account[wide], kind="stable")]
    turned = Columns(
        column=columns.account[order],
        account=columns.column[order],
        first=order,
        degree=activity,
        accounts=len(columns.degree),
    )
    few = np.where((activity >= 2) & (activity <= turned.largest(_SEED_BUDGET)), 0, -1)
    size = model.class_sizes()[:, None]
    expected = model.probability.T @ (size * model.probability)
    place = np.searchsorted(model.degrees, columns.degree)
    p_values, lefts, rights = [np.zeros(0)], [_NO_INTS], [_NO_INTS]
    for part in meetings(turned, few, strata=1, at_least=common):
        p_value = upper_tail(part.counts[:, 0], expected[place[part.left], place[part.right]])
        kept = (p_value <= _SEED_P) & (grid.object[part.left] != grid.object[part.right])
        p_values.append(p_value[kept])
        lefts.append(part.left[kept])
        rights.append(part.right[kept])
    return np.concatenate(p_values), np.concatenate(lefts), np.concatenate(rights)


class _Search:
    """The incidences of one scale, both ways, and the wagers on sets in it."""

    def __init__(
        self, grid: Grid, counted: Mask, model: Bicm, wager: Wager, *, q_max: float, least: int
    ) -> None:
        columns = grid.columns
        kept = counted[columns.column]
        column, account = columns.column[kept], columns.account[kept]
        self._accounts = account
        self._column_start = np.searchsorted(column, np.arange(len(columns.degree) + 1))
        order = np.argsort(account, kind="stable")
        self._columns = column[order]
        self._account_start = np.searchsorted(account[order], np.arange(columns.accounts + 1))
        self._object, self._q_max, self._least = grid.object, q_max, least
        degrees = columns.account_degrees()
        self._log_share = np.log(np.maximum(degrees, 1) / degrees.sum())
        self._class, self._degree = model.account_class, columns.degree
        self._place = np.searchsorted(model.degrees, columns.degree)
        self._wager = wager
        self._tests = columns.accounts * (columns.accounts - 1) / 2

    def grow(self, seed: Ints) -> tuple[Ints, float] | None:
        """The least likely set around `seed` and the log of its p, if that is surprising."""
        members, best, lowest = seed[:_MAX_SET], seed, float(np.log(self._q_max))
        for _ in range(_ROUNDS):
            columns, odds, together = self._meetings(members)
            if len(np.unique(self._object[columns])) < self._least:
                break
            near, present = self._near(len(members), columns, odds, together)
            if len(near) < MIN_SET:
                break
            log_p = self._surprise(near, present, columns)
            size = int(log_p[MIN_SET - 1 :].argmin()) + MIN_SET
            if log_p[size - 1] < lowest:
                best, lowest = near[:size], float(log_p[size - 1])
            # All that are near, for a part of a large set is often not surprising yet.
            if np.array_equal(np.sort(near), np.sort(members)):
                break
            members = near
        return (np.sort(best), lowest) if lowest < np.log(self._q_max) else None

    def company(self, members: Ints, log_p: float) -> Company:
        """Every pair of a set, with the p value of an edge."""
        columns = [self._of(int(member)) for member in members]
        rows = np.repeat(np.arange(len(members)), [len(part) for part in columns])
        _, place = np.unique(np.concatenate(columns), return_inverse=True)
        table = sparse.csr_matrix((np.ones(len(rows), dtype=np.int64), (rows, place)))
        met = (table @ table.T).toarray()
        left, right = np.triu_indices(len(members), k=1)
        # The smallest p that is still more than nothing.
        p_value = max(float(np.exp(log_p)) / self._tests, 1e-300)
        return Company(members[left], members[right], met[left, right], p_value)

    def _of(self, account: int) -> Ints:
        begin, end = self._account_start[account : account + 2]
        return self._columns[begin:end]

    def _meetings(self, members: Ints) -> tuple[Ints, Floats, Ints]:
        """The columns that may have been made by the set, how likely each is, and its members."""
        columns, together = np.unique(
            np.concatenate([self._of(int(member)) for member in members]), return_counts=True
        )
        columns, together = columns[together >= 2], together[together >= 2]
        place, size = self._place[columns], len(members)
        mean = self._wager.chance[self._class[members]].mean(axis=0)[place]
        groups = self._wager.log_groups(size, together, mean, place)
        odds = self._wager.won(size, together, groups, 2)
        first = np.argsort(-odds, kind="stable")[:_SEARCH_COLUMNS]
        fits = (np.cumsum(self._degree[columns[first]]) <= _SEARCH_INCIDENCES) & (
            odds[first] > _LEAST_ODDS
        )
        first = first[fits]
        first = first[np.lexsort((columns[first], self._object[columns[first]]))]
        return columns[first], odds[first], together[first]

    def _near(self, size: int, columns: Ints, odds: Floats, together: Ints) -> tuple[Ints, Mask]:
        """Who stands in such columns more than activity explains, first who does most."""
        begin, length = self._column_start[columns], self._degree[columns]
        at = np.repeat(np.arange(len(columns)), length)
        row = np.arange(length.sum()) + np.repeat(begin - (np.cumsum(length) - length), length)
        every, code = np.unique(self._accounts[row], return_inverse=True)
        # What one more member adds to a column that the set has made.
        free = np.maximum(size - together + 1, 1) * (length - together + 1)
        added = np.log(together * length / free)
        added = added[at] - np.log(
            self._wager.chance[self._class[every[code]], self._place[columns[at]]]
        )
        added = np.maximum(added, 0.0) * special.expit(odds)[at]
        worth = np.bincount(code, added, minlength=len(every))
        worth += self._log_share[every] + np.log(self._q_max)
        chosen = np.argsort(-worth, kind="stable")[:_MAX_SET]
        chosen = chosen[worth[chosen] > -_LENIENCE]
        found = np.full(len(every), -1, dtype=np.int64)
        found[chosen] = np.arange(len(chosen))
        present = np.zeros((len(chosen), len(columns)), dtype=bool)
        inside = found[code] >= 0
        present[found[code[inside]], at[inside]] = True
        return every[chosen], present

    def _surprise(self, near: Ints, present: Mask, columns: Ints) -> Floats:
        """The log of the p value of the first 1, 2, ... accounts, corrected for all sets."""
        obj = self._object[columns]
        first = np.flatnonzero(np.concatenate([[True], np.diff(obj) != 0]))
        log_p = self._wager.log_p(
            present, self._class[near], self._place[columns], first, objects=self._least
        )
        size = np.arange(1, len(near) + 1)
        sets = special.gammaln(size + 1) + np.cumsum(self._log_share[near])
        sets += (size - 2) * np.log(self._q_max)
        return np.asarray(log_p - sets)

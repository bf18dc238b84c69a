"""Sets of accounts that come back together, where no two of them are surprising alone.

Five accounts that meet five times among five hundred other posts each: two of them may meet so
often by chance, but not all five in the same five places. A set is tested as one: expected is the
number of columns that hold all of it.

- Where to look is told by pairs of *columns*: two that hold more of the same accounts than their
  sizes explain name two of those accounts as a seed. From a seed a set grows by whoever stands in
  most of the columns that are left, and is cut where it is least likely.
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

from baken.detection.null import RATE_SCATTER, Bicm, upper_tail
from baken.detection.pairs import Columns, meetings
from baken.detection.scales import Grid

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# As much for four or five accounts as `RATE_SCATTER` gives. Chosen on one planted world: with 3,
# groups of fifty at 99 % dilution are missed; both leave the innocent worlds without a set.
TASTE = 1.5
MIN_SET = 4
# Seeds less likely than this are tried, at most so many at one scale: these bound time, not error.
_SEED_P = 1e-4
_MAX_TRIED = 500
# Pairs of columns that are listed at one scale; accounts too active for it name no seeds.
_SEED_BUDGET = 3_000_000
# A seed is followed in its rarest columns, among those who share most of them, up to a size of set.
_SEARCH_INCIDENCES, _SEARCH_ACCOUNTS, _MAX_SET = 200_000, 2_000, 500
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
) -> Iterator[tuple[int, Company]]:
    """Every set that is surprising as a whole, with the place of its scale among `rarities`.

    Over the columns `counted`; a set needs `least` objects, and `q_max` is the largest chance that
    any set at one scale is false. `clear` are the pairs (left times accounts plus right, sorted)
    that need no set to be surprising: a place whose two most active accounts are among them is
    not looked at.
    """
    searches: dict[int, _Search] = {}
    known: set[tuple[int, int, int]] = set()
    for rarity, left, right in _seeds(grid, counted, model, rarities, clear):
        if (rarity, left, right) in known:
            continue
        known.add((rarity, left, right))
        if rarity not in searches:
            rare = counted & (grid.popularity <= rarities[rarity])
            searches[rarity] = _Search(grid, rare, model, q_max=q_max, least=least)
        found = searches[rarity].grow(left, right)
        if found is None:
            continue
        members, log_p = found
        known.update((rarity, *pair) for pair in combinations(members.tolist(), 2))
        yield rarity, searches[rarity].company(members, log_p)


def _seeds(
    grid: Grid, counted: Mask, model: Bicm, rarities: Sequence[int], clear: Ints
) -> Iterator[tuple[int, int, int]]:
    """Two accounts for each pair of columns with surprisingly many in common, in that order.

    With the place among `rarities` of the more popular column. The two accounts are the least
    active: the others are in more places by chance.
    """
    columns = grid.columns
    p_value, left, right = _alike(grid, counted, model)
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
        yield rarity, int(min(both[:2])), int(max(both[:2]))


def _alike(grid: Grid, counted: Mask, model: Bicm) -> tuple[Floats, Ints, Ints]:
    """Pairs of columns about two objects whose accounts are alike: p value and both columns."""
    columns = grid.columns
    wide = (counted & (columns.degree >= MIN_SET))[columns.column]
    activity = np.bincount(columns.account[wide], minlength=columns.accounts).astype(np.int64)
    order = np.lexsort((columns.column, columns.account))
    order = order[wide[order]]
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
    for part in meetings(turned, few, strata=1, at_least=MIN_SET):
        p_value = upper_tail(part.counts[:, 0], expected[place[part.left], place[part.right]])
        kept = (p_value <= _SEED_P) & (grid.object[part.left] != grid.object[part.right])
        p_values.append(p_value[kept])
        lefts.append(part.left[kept])
        rights.append(part.right[kept])
    return np.concatenate(p_values), np.concatenate(lefts), np.concatenate(rights)


class _Search:
    """The incidences of one scale, both ways, and the chances of the null model."""

    def __init__(self, grid: Grid, counted: Mask, model: Bicm, *, q_max: float, least: int) -> None:
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
        self._class = model.account_class
        size = np.bincount(
            np.searchsorted(model.degrees, columns.degree[counted]), minlength=len(model.degrees)
        )
        used = size > 0
        self._log_size, self._degree = np.log(size[used]), model.degrees[used]
        self._log_p = np.log(np.minimum(TASTE * model.probability[:, used], 1.0))
        self._tests = columns.accounts * (columns.accounts - 1) / 2

    def grow(self, left: int, right: int) -> tuple[Ints, float] | None:
        """The least likely set around two accounts and the log of its p, if that is surprising."""
        common = self._rarest(np.intersect1d(self._of(left), self._of(right), assume_unique=True))
        others, present = self._company(common)
        members, open_ = [left, right], np.ones(len(common), dtype=bool)
        chance = self._log_p[self._class[left]] + self._log_p[self._class[right]]
        weight = float(self._log_share[left] + self._log_share[right])
        taken = (others == left) | (others == right)
        best, best_size = np.log(self._q_max), 0
        while not taken.all() and len(members) < _MAX_SET:
            support = np.where(taken, -1, present[:, open_].sum(axis=1))
            place = int(support.argmax())
            open_ = open_ & present[place]
            objects = len(np.unique(self._object[common[open_]]))
            if objects < self._least:
                break
            taken[place] = True
            members.append(int(others[place]))
            chance = chance + self._log_p[self._class[others[place]]]
            weight += float(self._log_share[others[place]])
            log_p = self._surprise(len(members), objects, chance, weight)
            if len(members) >= MIN_SET and log_p < best:
                best, best_size = log_p, len(members)
        return (np.sort(np.array(members[:best_size])), best) if best_size else None

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

    def _rarest(self, columns: Ints) -> Ints:
        size = self._column_start[columns + 1] - self._column_start[columns]
        order = np.argsort(size, kind="stable")
        return np.sort(columns[order[np.cumsum(size[order]) <= _SEARCH_INCIDENCES]])

    def _company(self, common: Ints) -> tuple[Ints, Mask]:
        """Who stands in enough of the columns `common`, and in which of them."""
        begin, end = self._column_start[common], self._column_start[common + 1]
        size = end - begin
        place = np.repeat(np.arange(len(common)), size)
        row = np.arange(size.sum()) + np.repeat(begin - (np.cumsum(size) - size), size)
        every, code = np.unique(self._accounts[row], return_inverse=True)
        shared = np.bincount(code, minlength=len(every))
        first = np.argsort(-shared, kind="stable")[:_SEARCH_ACCOUNTS]
        chosen = np.sort(first[shared[first] >= self._least])
        found = np.full(len(every), -1, dtype=np.int64)
        found[chosen] = np.arange(len(chosen))
        present = np.zeros((len(chosen), len(common)), dtype=bool)
        inside = found[code] >= 0
        present[found[code[inside]], place[inside]] = True
        return every[chosen], present

    def _surprise(self, s: int, observed: int, chance: Floats, weight: float) -> float:
        """The log of the p value of a set of `s` accounts, corrected for all sets there are."""
        fits = self._degree >= s
        if not fits.any():
            return 0.0
        degree = self._degree[fits].astype(np.float64)
        # The number of accounts of a column is fixed: d (d-1) ... (d-s+1) ways instead of d ** s.
        ways = special.gammaln(degree + 1) - special.gammaln(degree - s + 1) - s * np.log(degree)
        log_mean = _log_sum(chance[fits] + ways + self._log_size[fits])
        log_sets = special.gammaln(s + 1) + weight + (s - 2) * np.log(self._q_max)
        return min(_log_tail(observed, log_mean) - float(log_sets), 0.0)


def _log_sum(logs: Floats) -> float:
    largest = logs.max()
    return float(largest + np.log(np.exp(logs - largest).sum()))


def _log_tail(observed: int, log_mean: float) -> float:
    """A bound of log P(X >= observed) for the negative binomial of `null.upper_tail`."""
    mean = float(np.exp(log_mean))
    if mean >= observed:
        return 0.0
    shape = 1 / RATE_SCATTER**2
    odds = mean / (shape + mean)
    ratio = odds * (observed + shape) / (observed + 1)
    if ratio >= 1:
        return 0.0
    log_odds = log_mean - np.log(shape + mean)
    point = (
        special.gammaln(observed + shape)
        - special.gammaln(shape)
        - special.gammaln(observed + 1)
        + observed * log_odds
        - shape * np.log1p(mean / shape)
    )
    return min(float(point - np.log1p(-ratio)), 0.0)

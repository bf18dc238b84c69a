"""From traces to edges: every pair of accounts whose meetings chance does not explain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection import null, pairs
from baken.detection.company import companies
from baken.detection.events import Events, events_of
from baken.detection.evidence import Candidates, edge_table
from baken.detection.null import Floats, Ints, Mask
from baken.detection.null_background import background
from baken.detection.scales import (
    AUTHORED,
    Grid,
    Method,
    Scale,
    corrections,
    grid_of,
    grids,
    scales,
)
from baken.detection.scatter import BULK, TWICE, extra_variance
from baken.protocols import Progress, silent
from baken.schema import EDGES, TRACES, conform, empty


def find_edges(
    traces: pa.Table,
    config: DetectConfig,
    progress: Progress = silent,
    *,
    exempt: Collection[str] = (),
) -> pa.Table:
    """The edges (schema `EDGES`) that survive the test, one for each pair and trace kind.

    Objects in `exempt` are no evidence. `window_s` is the time scale at which a pair is most
    surprising (0 for kinds where time does not matter); its p value has been multiplied by the
    number of scales tried, and q is over all pairs of accounts and all kinds.
    """
    traces = conform(traces, TRACES)
    if exempt:
        known = pc.is_in(traces["object_id"], value_set=pa.array(sorted(exempt)))
        traces = traces.filter(pc.invert(known))
    if config.method == "cooccurrence":
        from baken.detection.cooccurrence import cooccurrence_edges

        return cooccurrence_edges(traces, config, progress)
    kinds = sorted(traces["trace_kind"].unique().to_pylist())
    found: list[tuple[Events, Candidates]] = []
    tests = 0.0
    for done, kind in enumerate(kinds):
        progress("edges", done, len(kinds))
        events = events_of(traces, kind)
        tests += events.accounts * (events.accounts - 1) / 2
        part = candidates(events, config)
        # Without a candidate the events are not needed again, and they are many.
        if len(part.left):
            found.append((events, part))
    progress("edges", len(kinds), len(kinds))
    return _validated(found, tests, config)


def candidates(events: Events, config: DetectConfig) -> Candidates:
    """The pairs of one trace kind that may pass, each at its most surprising scale."""
    every = scales(events.kind, config)
    tries = corrections(every)
    parts = []
    for window_s, shift_s in grids(events.kind, config):
        grid = grid_of(events, window_s, shift_s)
        if len(grid.columns.degree) == 0 or grid.columns.degree.max() < 2:
            continue
        at_grid = [
            scale for scale in every if (scale.window_s, scale.shift_s) == (window_s, shift_s)
        ]
        for test in _tested(events, grid, at_grid, tries, config):
            p_value = test.p_value * tries[test.scale.method]
            kept = (p_value <= config.q_max) & (test.observed >= config.min_observed)
            parts.append(
                Candidates(
                    test.left[kept],
                    test.right[kept],
                    test.observed[kept],
                    test.expected[kept],
                    p_value[kept],
                    np.full(int(kept.sum()), every.index(test.scale), dtype=np.int64),
                )
            )
    return Candidates.best(parts)


@dataclass(frozen=True, slots=True)
class _Tested:
    """Pairs at one scale, with the p value of that scale alone."""

    scale: Scale
    left: Ints
    right: Ints
    observed: Ints
    expected: Floats
    p_value: Floats

    def upto(self, p_max: float) -> _Tested:
        """The pairs of at most this p value."""
        kept = self.p_value <= p_max
        return _Tested(
            self.scale,
            self.left[kept],
            self.right[kept],
            self.observed[kept],
            self.expected[kept],
            self.p_value[kept],
        )


def _tested(
    events: Events,
    grid: Grid,
    at_grid: list[Scale],
    tries: dict[Method, int],
    config: DetectConfig,
) -> Iterator[_Tested]:
    yield from _by_rarity(grid, at_grid, tries["bicm"], config)
    if events.kind in AUTHORED:
        scale = next(s for s in at_grid if s.method == "background")
        yield from _against_background(grid, scale, config)


def _by_rarity(
    grid: Grid, at_grid: list[Scale], tries: int, config: DetectConfig
) -> Iterator[_Tested]:
    """The configuration model, for objects up to each popularity: pairs, and sets of accounts."""
    accounts = grid.columns.accounts
    model = null.solve(grid.columns.account_degrees(), grid.columns.degree)
    likely = config.q_max / tries
    found, variance = _at_least_scatter(grid, at_grid, model, likely, config)
    # Surprising whatever other pairs do, by Bonferroni.
    alone = likely / (accounts * (accounts - 1) / 2)
    clear = [np.zeros(0, dtype=np.int64)]
    for test in found:
        p_value = null.upper_tail(test.observed, test.expected, variance=variance)
        sure = p_value <= alone
        clear.append(test.left[sure] * accounts + test.right[sure])
        yield replace(test, p_value=p_value)
    known = np.unique(np.concatenate(clear))
    yield from _in_company(grid, at_grid, model, variance, clear=known, config=config)


def _at_least_scatter(
    grid: Grid, at_grid: list[Scale], model: null.Bicm, p_max: float, config: DetectConfig
) -> tuple[list[_Tested], float]:
    """Pairs that pass if rates scatter no more than usual, and by how much more they do.

    More scatter makes no pair more surprising: the others need not be kept.
    """
    columns, countable = grid.columns, _countable(grid)
    pairwise = [scale for scale in at_grid if scale.method == "bicm"]
    rarities = [scale.rarity for scale in pairwise]
    stratum = np.where(countable, np.searchsorted(rarities, grid.popularity), -1)
    tables = [
        model.meetings(columns.degree[countable & (grid.popularity <= rarity)])
        for rarity in rarities
    ]
    found: list[_Tested] = []
    twice = 0
    for part in pairs.meetings(columns, stratum, strata=len(rarities), at_least=TWICE):
        counts = np.cumsum(part.counts, axis=1)
        ends = model.account_class[part.left], model.account_class[part.right]
        twice += int(((counts[:, -1] == TWICE) & (tables[-1][ends] <= BULK)).sum())
        for place, scale in enumerate(pairwise):
            enough = counts[:, place] >= config.min_observed
            left, right, observed = part.left[enough], part.right[enough], counts[enough, place]
            expected = tables[place][ends[0][enough], ends[1][enough]]
            p_value = null.upper_tail(observed, expected)
            found.append(_Tested(scale, left, right, observed, expected, p_value).upto(p_max))
    return found, extra_variance(twice, tables[-1], model.class_sizes())


def _in_company(
    grid: Grid,
    at_grid: list[Scale],
    model: null.Bicm,
    variance: float,
    *,
    clear: Ints,
    config: DetectConfig,
) -> Iterator[_Tested]:
    """The pairs of sets that are surprising as a whole, with what the pair alone would expect."""
    at_rarity = [scale for scale in at_grid if scale.method == "company"]
    rarities = [scale.rarity for scale in at_rarity]
    countable = _countable(grid)
    for place, found in companies(
        grid,
        countable,
        model,
        rarities,
        q_max=config.q_max,
        least=config.min_observed,
        clear=clear,
        variance=variance,
    ):
        left, right = found.left, found.right
        counted = grid.columns.degree[countable & (grid.popularity <= rarities[place])]
        expected = model.meetings(counted)[model.account_class[left], model.account_class[right]]
        p_value = np.full(len(left), found.p_value)
        yield _Tested(at_rarity[place], left, right, found.observed, expected, p_value)


def _against_background(grid: Grid, scale: Scale, config: DetectConfig) -> Iterator[_Tested]:
    """The rate at which independent authors coincide, for objects that bystanders do not touch."""
    model = background(grid.columns, grid.object)
    stratum = np.where(model.owned & _countable(grid), 0, -1)
    for part in pairs.meetings(grid.columns, stratum, strata=1, at_least=config.min_observed):
        observed = part.counts[:, 0]
        expected = model.expected(part.left, part.right)
        p_value = null.upper_tail(observed, expected, variance=model.variance)
        yield _Tested(scale, part.left, part.right, observed, expected, p_value)


def _countable(grid: Grid) -> Mask:
    """Columns whose pairs stay within the budget: see `baken.detection.pairs`."""
    degree = grid.columns.degree
    return np.asarray((degree >= 2) & (degree <= grid.columns.largest()))


def _validated(
    found: list[tuple[Events, Candidates]], tests: float, config: DetectConfig
) -> pa.Table:
    every: Floats = np.concatenate([part.p_value for _, part in found] or [np.zeros(0)])
    q_value = null.benjamini_hochberg(every, tests)
    tables, begin = [], 0
    for events, part in found:
        q = q_value[begin : begin + len(part.p_value)]
        begin += len(part.p_value)
        kept = q <= config.q_max
        if kept.any():
            scale = scales(events.kind, config)
            tables.append(edge_table(events, part.where(kept), q[kept], scale, config))
    if not tables:
        return empty(EDGES)
    order = [(name, "ascending") for name in EDGES.key]
    return conform(pa.concat_tables(tables), EDGES).sort_by(order)

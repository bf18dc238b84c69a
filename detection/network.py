"""From traces to edges: every pair of accounts whose meetings chance does not explain."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection import null, pairs
from baken.detection.events import Events, events_of
from baken.detection.evidence import Candidates, edge_table
from baken.detection.null import Floats, Ints, Mask
from baken.detection.null_background import background
from baken.detection.scales import (
    AUTHORED,
    RARITIES,
    Grid,
    Scale,
    corrections,
    grid_of,
    grids,
    scales,
)
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
        found.append((events, candidates(events, config)))
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
        for scale, left, right, observed, expected in _counted(events, grid, at_grid, config):
            p_value = null.upper_tail(observed, expected) * tries[scale.method]
            kept = (p_value <= config.q_max) & (observed >= config.min_observed)
            scale_of = np.full(int(kept.sum()), every.index(scale), dtype=np.int64)
            parts.append(
                Candidates(
                    left[kept], right[kept], observed[kept], expected[kept], p_value[kept], scale_of
                )
            )
    return Candidates.best(parts)


def _counted(
    events: Events, grid: Grid, at_grid: list[Scale], config: DetectConfig
) -> Iterator[tuple[Scale, Ints, Ints, Ints, Floats]]:
    """For each scale of one grid: pairs, meetings and their expected number."""
    yield from _by_rarity(grid, [s for s in at_grid if s.method == "bicm"], config)
    if events.kind in AUTHORED:
        scale = next(s for s in at_grid if s.method == "background")
        model = background(grid.columns, grid.object)
        stratum = np.where(model.owned & _countable(grid), 0, -1)
        for part in pairs.meetings(grid.columns, stratum, strata=1, at_least=config.min_observed):
            expected = model.expected(part.left, part.right)
            yield scale, part.left, part.right, part.counts[:, 0], expected


def _by_rarity(
    grid: Grid, at_grid: list[Scale], config: DetectConfig
) -> Iterator[tuple[Scale, Ints, Ints, Ints, Floats]]:
    columns = grid.columns
    degrees = columns.account_degrees()
    active = np.flatnonzero(degrees)
    model = null.solve(degrees[active], columns.degree)
    classes = np.full(columns.accounts, -1, dtype=np.int64)
    classes[active] = model.account_class
    countable = _countable(grid)
    stratum = np.where(countable, np.searchsorted(RARITIES, grid.popularity), -1)
    tables = [
        model.meetings(columns.degree[countable & (grid.popularity <= scale.rarity)])
        for scale in at_grid
    ]
    for part in pairs.meetings(
        columns, stratum, strata=len(RARITIES), at_least=config.min_observed
    ):
        observed = np.cumsum(part.counts, axis=1)
        for place, (scale, table) in enumerate(zip(at_grid, tables, strict=True)):
            expected = table[classes[part.left], classes[part.right]]
            yield scale, part.left, part.right, observed[:, place], expected


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

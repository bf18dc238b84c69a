"""From traces to edges: every pair of accounts whose meetings chance does not explain."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection import null, pairs
from baken.detection.events import Events, events_of
from baken.detection.evidence import Candidates, edge_table
from baken.detection.null import Floats
from baken.model import TraceKind
from baken.protocols import Progress, silent
from baken.schema import EDGES, TRACES, conform, empty

log = logging.getLogger(__name__)

METHOD = "bicm"
# A shared mark of a site does not depend on when somebody looked.
TIMELESS = frozenset({TraceKind.HANDLE.value, TraceKind.INFRASTRUCTURE.value})


@dataclass(frozen=True, slots=True)
class _Scale:
    """One way to cut time: slots of `window_s`, shifted by `shift_s`."""

    window_s: int
    shift_s: int


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
    kinds = sorted(set(traces["trace_kind"].unique().to_pylist()))
    found: list[tuple[Events, Candidates]] = []
    tests = 0.0
    for done, kind in enumerate(kinds):
        progress("edges", done, len(kinds))
        events = events_of(traces, kind)
        tests += events.accounts * (events.accounts - 1) / 2
        found.append((events, _candidates(events, config)))
    progress("edges", len(kinds), len(kinds))
    return _validated(found, tests, config)


def _candidates(events: Events, config: DetectConfig) -> Candidates:
    scales = _scales(events.kind, config)
    parts = []
    for scale in scales:
        part = _one_scale(events, scale, config)
        part.p_value[:] = np.minimum(part.p_value * len(scales), 1.0)
        parts.append(part)
    return Candidates.best(parts)


def _scales(kind: str, config: DetectConfig) -> list[_Scale]:
    if kind in TIMELESS:
        return [_Scale(0, 0)]
    return [_Scale(window, shift) for window in config.windows_s for shift in (0, window // 2)]


def _one_scale(events: Events, scale: _Scale, config: DetectConfig) -> Candidates:
    chosen = events.exact_to(scale.window_s)
    grid = pairs.columns(
        events.account[chosen],
        events.object[chosen],
        events.at_s[chosen],
        slot_s=scale.window_s,
        shift_s=scale.shift_s,
    )
    if len(grid.degree) == 0 or grid.degree.max() < 2:
        return Candidates.none()
    largest = grid.largest()
    degrees = grid.account_degrees()
    active = np.flatnonzero(degrees)
    model = null.solve(degrees[active], grid.degree)
    classes = np.full(grid.accounts, -1, dtype=np.int64)
    classes[active] = model.account_class
    table = model.meetings(largest=largest)
    parts = []
    for left, right, observed in pairs.meetings(
        grid, at_least=config.min_observed, largest=largest
    ):
        expected = table[classes[left], classes[right]]
        p_value = null.upper_tail(observed, expected)
        keep = p_value <= config.q_max
        parts.append(
            Candidates.of(
                left[keep],
                right[keep],
                observed[keep],
                expected[keep],
                p_value[keep],
                window_s=scale.window_s,
                shift_s=scale.shift_s,
            )
        )
    return Candidates.joined(parts)


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
            tables.append(edge_table(events, part.where(kept), q[kept], METHOD, config))
    if not tables:
        return empty(EDGES)
    order = [(name, "ascending") for name in EDGES.key]
    return conform(pa.concat_tables(tables), EDGES).sort_by(order)

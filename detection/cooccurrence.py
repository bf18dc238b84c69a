"""The classic rule, for comparison: objects that two accounts share within a window.

After the definition that CooRTweet publishes (Righetti and Balluff): an account takes part when it
has `min_participation` posts; two posts of different accounts about one object at most `window_s`
apart are a meeting; an account whose posts in meetings are fewer than `min_participation` falls
out again, unless the other side of the meeting stays. Nothing is tested: `expected`, `p_value` and
`q_value` are unknown.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from baken.config import DetectConfig
from baken.detection.events import Events, Ints, Mask, events_of
from baken.detection.evidence import cosines
from baken.protocols import Progress, silent
from baken.schema import EDGES, conform, empty

METHOD = "cooccurrence"
# Meetings that one object may list: beyond, its time-ordered meetings are cut off. A crowd of
# 200,000 within one window would otherwise make 2e10 of them.
MAX_MEETINGS = 50_000_000


def cooccurrence_edges(
    traces: pa.Table, config: DetectConfig, progress: Progress = silent
) -> pa.Table:
    """Edges (schema `EDGES`) of the classic rule, for each trace kind and configured window.

    `observed` is the number of pairs of posts: the published edge weight.
    """
    kinds = sorted(traces["trace_kind"].unique().to_pylist())
    tables = []
    for done, kind in enumerate(kinds):
        progress("edges", done, len(kinds))
        events = events_of(traces, kind)
        for window_s in config.windows_s:
            table = _edges(events, window_s, config)
            if len(table):
                tables.append(table)
    progress("edges", len(kinds), len(kinds))
    if not tables:
        return empty(EDGES)
    return pa.concat_tables(tables).sort_by([(name, "ascending") for name in EDGES.key])


def meetings(events: Events, window_s: int, min_participation: int) -> tuple[Ints, Ints]:
    """Rows of `events` that meet: the earlier post and the later one of each meeting."""
    rows = np.flatnonzero(_at_least(events.account, min_participation)[events.account])
    rows = rows[np.isin(rows, events.exact_to(window_s))]
    obj, at_s = events.object[rows], events.at_s[rows]
    # Events are sorted by object and time: those within reach of a post are a run that ends here.
    span = int(at_s.max() - at_s.min()) + window_s + 1 if len(rows) else 1
    place = obj * span + (at_s - at_s.min(initial=0))
    last = np.searchsorted(place, place + window_s, side="right")
    size = last - np.arange(len(rows)) - 1
    if size.sum() > MAX_MEETINGS:
        size = np.where(np.cumsum(size) <= MAX_MEETINGS, size, 0)
    first = np.repeat(np.arange(len(rows)), size)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(size) - size, size) + 1
    earlier, later = rows[first], rows[first + offset]
    other = events.account[earlier] != events.account[later]
    earlier, later = earlier[other], later[other]
    # A document in a meeting counts in every trace that it left, as the published code has it.
    document = events.doc_ids.dictionary_encode().indices.to_numpy()
    met = np.zeros(int(document.max(initial=-1)) + 1, dtype=bool)
    met[document[np.concatenate([earlier, later])]] = True
    taking_part = rows[met[document[rows]]]
    busy = _at_least(events.account[taking_part], min_participation, events.accounts)
    kept = busy[events.account[earlier]] | busy[events.account[later]]
    return earlier[kept], later[kept]


def _at_least(account: Ints, least: int, accounts: int = 0) -> Mask:
    return np.bincount(account, minlength=accounts) >= least


def _edges(events: Events, window_s: int, config: DetectConfig) -> pa.Table:
    earlier, later = meetings(events, window_s, config.min_participation)
    if len(earlier) == 0:
        return empty(EDGES)
    one, other = events.account[earlier], events.account[later]
    swapped = one > other
    left_row, right_row = np.where(swapped, later, earlier), np.where(swapped, earlier, later)
    key = events.account[left_row] * events.accounts + events.account[right_row]
    order = np.argsort(key, kind="stable")
    left_row, right_row = left_row[order], right_row[order]
    _, start, observed = np.unique(key[order], return_index=True, return_counts=True)
    left, right = events.account[left_row[start]], events.account[right_row[start]]
    n = len(start)
    objects, documents = [], []
    for begin, size in zip(start.tolist(), observed.tolist(), strict=True):
        rows = slice(begin, begin + min(size, config.max_documents_per_edge))
        seen = np.unique(events.object[left_row[rows]])
        objects.append(events.object_names.take(pa.array(seen)).to_pylist())
        pair_left = events.doc_ids.take(pa.array(left_row[rows])).to_pylist()
        pair_right = events.doc_ids.take(pa.array(right_row[rows])).to_pylist()
        documents.append(
            [{"left": a, "right": b} for a, b in zip(pair_left, pair_right, strict=True)]
        )
    unknown = pa.nulls(n, pa.float64())
    table = pa.table(
        {
            "left": events.account_names.take(pa.array(left)),
            "right": events.account_names.take(pa.array(right)),
            "trace_kind": pa.repeat(pa.scalar(events.kind), n),
            "window_s": pa.repeat(pa.scalar(window_s, pa.int32()), n),
            "observed": pa.array(observed, pa.int32()),
            "expected": unknown,
            "p_value": unknown,
            "q_value": unknown,
            "cosine": pa.array(cosines(events, left, right).astype(np.float32)),
            "objects": pa.array(objects, pa.list_(pa.string())),
            "doc_pairs": pa.array(documents, EDGES.schema.field("doc_pairs").type),
            "method": pa.repeat(pa.scalar(METHOD), n),
        }
    )
    return conform(table, EDGES)

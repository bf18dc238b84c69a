"""Candidate pairs, and the edge of each with the very documents behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse

from baken.config import DetectConfig
from baken.detection import pairs
from baken.detection.events import Events
from baken.detection.null_background import background
from baken.detection.scales import Scale, grid_of
from baken.schema import EDGES, conform

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Incidences that are looked up at once: bounds memory, not results.
_CHUNK_ROWS = 4_000_000


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of account codes (left < right) with what was counted and expected.

    `scale` is a place in the list of scales of the trace kind.
    """

    left: Ints
    right: Ints
    observed: Ints
    expected: Floats
    p_value: Floats
    scale: Ints

    @classmethod
    def none(cls) -> Candidates:
        """No candidates."""
        no = np.zeros(0, dtype=np.int64)
        return cls(no, no, no, np.zeros(0), np.zeros(0), no)

    @classmethod
    def joined(cls, parts: Sequence[Candidates]) -> Candidates:
        """The candidates of all `parts`."""
        if not parts:
            return cls.none()
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__)
        )

    @classmethod
    def best(cls, parts: Sequence[Candidates]) -> Candidates:
        """One candidate for each pair: the one with the smallest p, then the smallest window."""
        every = cls.joined(parts)
        order = np.lexsort((every.scale, every.p_value, every.right, every.left))
        left, right = every.left[order], every.right[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(left) != 0) | (np.diff(right) != 0)
        return every.where(order[first])

    def where(self, chosen: npt.NDArray[np.generic]) -> Candidates:
        """The candidates at a mask or at positions."""
        return Candidates(*(getattr(self, name)[chosen] for name in self.__slots__))


def edge_table(
    events: Events,
    found: Candidates,
    q_value: Floats,
    scales: Sequence[Scale],
    config: DetectConfig,
) -> pa.Table:
    """The rows of schema `EDGES` for `found`."""
    n = len(found.left)
    objects: list[list[str]] = [[] for _ in range(n)]
    documents: list[list[dict[str, str]]] = [[] for _ in range(n)]
    for place in np.unique(found.scale).tolist():
        chosen = np.flatnonzero(found.scale == place)
        for edge, lefts, rights in meeting_rows(events, found.where(chosen), scales[place]):
            _note(
                events,
                chosen[edge],
                lefts,
                rights,
                objects=objects,
                documents=documents,
                limit=config.max_documents_per_edge,
            )
    windows = np.array([scale.window_s for scale in scales])
    methods = pa.array([scale.method for scale in scales])
    table = pa.table(
        {
            "left": events.account_names.take(pa.array(found.left)),
            "right": events.account_names.take(pa.array(found.right)),
            "trace_kind": pa.repeat(pa.scalar(events.kind), n),
            "window_s": pa.array(windows[found.scale], pa.int32()),
            "observed": pa.array(found.observed, pa.int32()),
            "expected": pa.array(found.expected),
            "p_value": pa.array(np.minimum(found.p_value, 1.0)),
            "q_value": pa.array(q_value),
            "cosine": pa.array(cosines(events, found.left, found.right).astype(np.float32)),
            "objects": pa.array(objects, pa.list_(pa.string())),
            "doc_pairs": pa.array(documents, EDGES.schema.field("doc_pairs").type),
            "method": methods.take(pa.array(found.scale)),
        }
    )
    return conform(table, EDGES)


def meeting_rows(events: Events, found: Candidates, scale: Scale) -> list[tuple[Ints, Ints, Ints]]:
    """Where pairs meet at one scale: place in `found`, event of left, event of right."""
    grid = grid_of(events, scale.window_s, scale.shift_s)
    counted = grid.popularity <= scale.rarity
    if scale.method == "background":
        counted &= background(grid.columns, grid.object).owned
    met = _meetings(grid.columns, counted, found)
    return [(edge, grid.rows[left], grid.rows[right]) for edge, left, right in met]


def _note(
    events: Events,
    place: Ints,
    left: Ints,
    right: Ints,
    *,
    objects: list[list[str]],
    documents: list[list[dict[str, str]]],
    limit: int,
) -> None:
    names = events.object_names.take(pa.array(events.object[left])).to_pylist()
    lefts = events.doc_ids.take(pa.array(left)).to_pylist()
    rights = events.doc_ids.take(pa.array(right)).to_pylist()
    for at, name, one, other in zip(place.tolist(), names, lefts, rights, strict=True):
        if len(documents[at]) < limit:
            documents[at].append({"left": one, "right": other})
            if not objects[at] or objects[at][-1] != name:
                objects[at].append(name)


def _meetings(
    grid: pairs.Columns, counted: Mask, found: Candidates
) -> list[tuple[Ints, Ints, Ints]]:
    """For each candidate and column where it meets: its place, and the events of both."""
    shared = (counted & (grid.degree >= 2))[grid.column]
    column, account, first = grid.column[shared], grid.account[shared], grid.first[shared]
    key = column * grid.accounts + account
    order = np.lexsort((column, account))
    start = np.searchsorted(account[order], np.arange(grid.accounts + 1))
    degree = np.diff(start)
    # The account with fewer columns is walked, the other is looked up.
    walk = np.where(degree[found.left] <= degree[found.right], found.left, found.right)
    other = found.left + found.right - walk
    size = degree[walk]
    ends = np.cumsum(size)
    out, begin = [], 0
    while begin < len(walk):
        base = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, base + _CHUNK_ROWS, side="right")))
        edge = np.repeat(np.arange(begin, end), size[begin:end])
        offset = np.arange(len(edge)) - np.repeat(
            ends[begin:end] - size[begin:end] - base, size[begin:end]
        )
        row = order[start[walk[edge]] + offset]
        wanted = column[row] * grid.accounts + other[edge]
        place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        met = key[place] == wanted
        edge, row, place = edge[met], row[met], place[met]
        swapped = walk[edge] != found.left[edge]
        out.append(
            (
                edge,
                np.where(swapped, first[place], first[row]),
                np.where(swapped, first[row], first[place]),
            )
        )
        begin = end
    return out


def cosines(events: Events, left: Ints, right: Ints) -> Floats:
    """TF-IDF cosine of the objects of each pair, over the whole time: an effect size."""
    shape = (events.accounts, len(events.object_names))
    count = sparse.csr_matrix(
        (np.ones(len(events.account)), (events.account, events.object)), shape
    )
    count.sum_duplicates()
    used = np.bincount(count.indices, minlength=shape[1])
    weight = np.log1p(events.accounts / np.maximum(used, 1))
    count.data *= weight[count.indices]
    norm = np.sqrt(np.asarray(count.multiply(count).sum(axis=1)).ravel())
    scaled = sparse.diags(1 / np.maximum(norm, 1e-12)) @ count
    out = np.zeros(len(left))
    for begin in range(0, len(out), 20_000):
        end = begin + 20_000
        product = scaled[left[begin:end]].multiply(scaled[right[begin:end]])
        out[begin:end] = np.asarray(product.sum(axis=1)).ravel()
    return np.minimum(out, 1.0)

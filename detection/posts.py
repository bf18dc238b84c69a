"""The posts behind each edge: as one table for people, as integer arrays for the rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.families import MARKS, family_of
from baken.errors import UsageError
from baken.schema import EDGES, conform

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

EDGE_ORDER = [
    ("left", "ascending"),
    ("right", "ascending"),
    ("trace_kind", "ascending"),
    ("window_s", "ascending"),
]
_SHOWN = ("doc_id", "account_id", "published_at", "url", "title", "text")


@dataclass(frozen=True)
class Evidence:
    """The edges of a candidate in a fixed order, and their document pairs by position.

    `pair_edge[i]` is the row in `edges` of pair `i`; `pair_left[i]` and `pair_right[i]` are
    positions in `doc_ids`, which is sorted.
    """

    edges: pa.Table
    doc_ids: pa.Array
    pair_edge: Integers
    pair_left: Integers
    pair_right: Integers

    @property
    def pairs_per_edge(self) -> Integers:
        """How many document pairs each edge keeps."""
        return np.bincount(self.pair_edge, minlength=self.edges.num_rows).astype(np.int64)

    def codes(self, doc_ids: frozenset[str]) -> Booleans:
        """For each position in `self.doc_ids`, whether that document is one of `doc_ids`."""
        if not doc_ids:
            return np.zeros(len(self.doc_ids), dtype=bool)
        wanted = pa.array(sorted(doc_ids), type=pa.string())
        return np.asarray(pc.is_in(self.doc_ids, value_set=wanted))


def unfold(edges: pa.Table) -> Evidence:
    """Sort `edges` (schema `EDGES`) and lay their document pairs out as positions."""
    edges = conform(edges, EDGES).sort_by(EDGE_ORDER)
    lists = one_array(edges.column("doc_pairs"))
    pairs = pc.list_flatten(lists)
    parents = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
    left, right = pc.struct_field(pairs, "left"), pc.struct_field(pairs, "right")
    known = np.asarray(pc.and_(pc.is_valid(left), pc.is_valid(right)))
    doc_ids = pc.unique(pa.concat_arrays([left, right])).drop_null()
    doc_ids = doc_ids.take(pc.sort_indices(doc_ids))
    return Evidence(
        edges=edges,
        doc_ids=doc_ids,
        pair_edge=parents[known],
        pair_left=_positions(left, doc_ids)[known],
        pair_right=_positions(right, doc_ids)[known],
    )


def evidence_for(
    campaign_id: str, *, campaigns: pa.Table, edges: pa.Table, documents: pa.Table
) -> pa.Table:
    """The very posts behind each edge of a campaign: one row for each edge and document pair.

    Columns: left, right, trace_kind, window_s, q_value, then `left_` and `right_` doc_id,
    account_id, published_at, url, title, text. Only documents that the campaign counts come back,
    so rebuttals and explained copies are not. An edge that rests on a mark of the accounts has the
    page where it was seen in place of a document. Raises `UsageError` for an unknown campaign.
    """
    row = campaigns.filter(pc.equal(campaigns.column("campaign_id"), campaign_id))
    if row.num_rows == 0:
        raise UsageError(f"no campaign {campaign_id!r}: see `baken campaigns list`")
    members = pa.array(row.column("members")[0].as_py() or [], type=pa.string())
    counted = frozenset(row.column("documents")[0].as_py() or [])
    evidence = unfold(inside(edges, members))
    keep = evidence.codes(counted)
    kept = keep[evidence.pair_left] & keep[evidence.pair_right]
    families = evidence.edges.column("trace_kind").to_pylist()
    marks = np.array([family_of(kind) in MARKS for kind in families], dtype=bool)
    kept |= marks[evidence.pair_edge]
    bare = np.flatnonzero(evidence.pairs_per_edge == 0)
    edge_rows = np.concatenate([evidence.pair_edge[kept], bare])
    blank = np.full(len(bare), -1)
    sides = {
        "left": np.concatenate([evidence.pair_left[kept], blank]),
        "right": np.concatenate([evidence.pair_right[kept], blank]),
    }
    order = np.argsort(edge_rows, kind="stable")
    columns = ["left", "right", "trace_kind", "window_s", "q_value"]
    result = evidence.edges.select(columns).take(pa.array(edge_rows[order]))
    for side, positions in sides.items():
        shown = _documents(positions[order], evidence.doc_ids, documents)
        for name in _SHOWN:
            result = result.append_column(f"{side}_{name}", shown.column(name))
    return result


def inside(edges: pa.Table, members: pa.Array) -> pa.Table:
    """The edges whose both ends are among `members`."""
    return edges.filter(
        pc.and_(
            pc.is_in(edges.column("left"), value_set=members),
            pc.is_in(edges.column("right"), value_set=members),
        )
    )


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """The chunks of a column as one array."""
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        empty = pa.array([], type=column.type)
        return pa.concat_arrays(combined.chunks) if combined.num_chunks else empty
    return combined


def _documents(positions: Integers, doc_ids: pa.Array, documents: pa.Table) -> pa.Table:
    wanted = doc_ids.take(pa.array(positions, mask=positions < 0, type=pa.int64()))
    rows = pc.index_in(wanted, value_set=one_array(documents.column("doc_id")))
    shown = documents.select(list(_SHOWN)).take(pc.if_else(pc.is_valid(wanted), rows, None))
    page = pc.coalesce(shown.column("url"), pc.if_else(pc.is_null(rows), wanted, None))
    return shown.set_column(_SHOWN.index("url"), "url", page)


def _positions(values: pa.Array, doc_ids: pa.Array) -> Integers:
    return np.asarray(pc.fill_null(pc.index_in(values, value_set=doc_ids), -1)).astype(np.int64)

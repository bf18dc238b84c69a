"""What every signal needs: the documents that count, and traces made from columns."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.model import Role, TimePrecision, TraceKind
from baken.protocols import DetectionView
from baken.schema import TRACES, empty

_PRECISION_S = {
    TimePrecision.SECOND.value: 1,
    TimePrecision.MINUTE.value: 60,
    TimePrecision.DAY.value: 86_400,
}


def own_view(view: DetectionView) -> DetectionView:
    """`view` with its documents in order of id, without those whose role is to rebut."""
    view = dataclasses.replace(view, documents=_in_order(view.documents))
    rebuts = view.members.filter(pc.equal(view.members["role"], Role.REBUTS.value))["doc_id"]
    if len(rebuts) == 0:
        return view
    keep = pc.invert(pc.is_in(view.documents["doc_id"], value_set=rebuts.combine_chunks()))
    return dataclasses.replace(view, documents=view.documents.filter(keep))


def _in_order(documents: pa.Table) -> pa.Table:
    ids = documents["doc_id"].combine_chunks()
    if len(ids) < 2 or pc.all(pc.less_equal(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py():
        return documents
    return documents.take(pc.sort_indices(ids))


def precision_s(documents: pa.Table) -> pa.Array:
    """How exact each publication time is, in seconds; unknown where nobody said."""
    names = pa.array(list(_PRECISION_S))
    values = pa.array(list(_PRECISION_S.values()), pa.int32())
    found = pc.index_in(documents["published_precision"], value_set=names)
    return pc.take(values, found)


# What a trace is made of, besides its object: rows are copied without their texts.
MADE_OF = ("account_id", "doc_id", "published_at", "published_precision")


def from_documents(
    kind: TraceKind, documents: pa.Table, objects: pa.Array | pa.ChunkedArray
) -> pa.Table:
    """Traces of one object for each row of `documents`; rows without an object leave none."""
    table = pa.table(
        {
            "trace_kind": pa.repeat(pa.scalar(kind.value), len(documents)),
            "account_id": documents["account_id"],
            "object_id": objects,
            "doc_id": documents["doc_id"],
            "at": documents["published_at"],
            "precision_s": precision_s(documents),
        }
    )
    return table.filter(pc.and_(pc.is_valid(objects), pc.is_valid(table["account_id"])))


def exploded(documents: pa.Table, column: str) -> tuple[pa.Table, pa.Array]:
    """Each element of a list column, with the row of `documents` it stands in."""
    lists = documents[column].combine_chunks()
    if len(documents) == 0:
        return documents.select(MADE_OF), pa.array([], pa.string())
    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks)
    rows = documents.select(MADE_OF).take(pc.list_parent_indices(lists))
    return rows, pc.list_flatten(lists)


def once_each(table: pa.Table) -> pa.Table:
    """`table` of traces with each key once, its first row kept."""
    if len(table) == 0:
        return empty(TRACES)
    codes = [
        table[name].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
        for name in ("object_id", "doc_id")
    ]
    order = np.lexsort(codes)
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(codes[0][order]) != 0) | (np.diff(codes[1][order]) != 0)
    return table.take(pa.array(np.sort(order[first])))

"""What an index holds: the columns of its three collections, and how rows are made ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken import schema
from baken.errors import SchemaError, UsageError
from baken.store.words import folded, stemmed

VECTOR = "vector"
WORDS = "words"
STEMS = "stems"
DERIVED = (WORDS, STEMS, VECTOR)
"""Columns that serve the search and are never given back."""

_STRINGS = pa.list_(pa.string())
# Rows whose words are made at once; bounds the memory of a publication.
BATCH_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Collection:
    """A searchable set of rows: its key and the columns that it may have."""

    name: str
    key: str
    schema: pa.Schema

    @property
    def worded(self) -> bool:
        """Whether this collection is searched by words and vectors; only documents are."""
        return self.name == "documents"


DOCUMENTS = Collection(
    "documents",
    "doc_id",
    pa.schema(
        [
            ("doc_id", pa.string()),
            ("title", pa.string()),
            ("text", pa.string()),
            ("language", pa.string()),
            ("source_id", pa.string()),
            ("account_id", pa.string()),
            ("published_at", pa.timestamp("us", tz="UTC")),
            ("url", pa.string()),
            ("narrative_id", pa.string()),
            ("role", pa.string()),
            ("hashtags", _STRINGS),
            ("campaign_ids", _STRINGS),
        ]
    ),
)
COLLECTIONS = {
    collection.name: collection
    for collection in (
        DOCUMENTS,
        Collection("narratives", "narrative_id", schema.NARRATIVES.schema),
        Collection("campaigns", "campaign_id", schema.CAMPAIGNS.schema),
    )
}


def collection(name: str) -> Collection:
    """The collection of this name; raises `UsageError` for any other."""
    if name not in COLLECTIONS:
        raise UsageError(f"no collection {name!r} in the index: one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[name]


def prepared(name: str, rows: pa.Table, key: str) -> pa.Table:
    """`rows` with the declared columns and types, the last row of each key, sorted by key.

    Columns that are absent stay empty; a vector of zeros or with a value that is no number becomes
    unknown, since nothing is near it. Raises `SchemaError` naming the column that does not fit.
    """
    declared = collection(name)
    if key != declared.key:
        raise SchemaError(f"index {name}: the key is {declared.key!r}, not {key!r}")
    known = {*declared.schema.names, *((VECTOR,) if declared.worded else ())}
    unknown = sorted(set(rows.column_names) - known)
    if unknown:
        raise SchemaError(f"index {name}: unknown column {unknown[0]!r}")
    columns = {field.name: _column(name, rows, field) for field in declared.schema}
    if columns[key].null_count:
        raise SchemaError(f"index {name}: column {key!r} has empty values")
    if VECTOR in rows.column_names:
        vectors = _vectors(name, rows.column(VECTOR))
        if vectors is not None:
            columns[VECTOR] = vectors
    return _last_of_each_key(pa.table(columns), key)


def _column(name: str, rows: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.name not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, field.type)])
    column = rows.column(field.name)
    try:
        return column.cast(field.type)
    except pa.ArrowException as error:
        raise SchemaError(
            f"index {name}: column {field.name!r} is {column.type}, not {field.type}"
        ) from error


def _vectors(name: str, column: pa.ChunkedArray) -> pa.Array | None:
    rows = column.combine_chunks()
    lengths = pc.unique(pc.drop_null(pc.list_value_length(rows))).to_pylist()
    if not lengths:
        return None
    if len(lengths) > 1 or lengths[0] == 0:
        raise SchemaError(f"index {name}: vectors have {sorted(lengths)} numbers, not one length")
    fixed = rows.cast(pa.list_(pa.float32(), lengths[0]))
    filled = pc.fill_null(fixed, pa.scalar([0.0] * lengths[0], fixed.type))
    numbers = filled.flatten().to_numpy(zero_copy_only=False).reshape(-1, lengths[0])
    with np.errstate(over="ignore", invalid="ignore"):
        usable = np.isfinite(numbers).all(axis=1) & (np.square(numbers).sum(axis=1) > 0)
    return pa.FixedSizeListArray.from_arrays(
        pa.array(np.where(usable[:, None], numbers, 0).ravel(), pa.float32()),
        lengths[0],
        mask=pa.array(~usable),
    )


def _last_of_each_key(rows: pa.Table, key: str) -> pa.Table:
    last = {value: row for row, value in enumerate(rows.column(key).to_pylist())}
    return rows.take(pa.array([last[value] for value in sorted(last)], pa.int64()))


def batches(name: str, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """Prepared rows batch by batch, those of documents with their words and stems."""
    worded = collection(name).worded
    for start in range(0, rows.num_rows, BATCH_ROWS):
        part = rows.slice(start, BATCH_ROWS)
        yield (_with_words(part) if worded else part).combine_chunks().to_batches()[0]


def batch_schema(name: str, rows: pa.Table) -> pa.Schema:
    """The schema of what `batches` yields."""
    if not collection(name).worded:
        return rows.schema
    return rows.schema.append(pa.field(WORDS, pa.string())).append(pa.field(STEMS, pa.string()))


def _with_words(part: pa.Table) -> pa.Table:
    texts = [
        f"{title or ''}\n{text or ''}"
        for title, text in zip(
            part.column("title").to_pylist(), part.column("text").to_pylist(), strict=True
        )
    ]
    languages = part.column("language").to_pylist()
    words = [" ".join(folded(text)) for text in texts]
    stems = [" ".join(stemmed(t, code)) for t, code in zip(texts, languages, strict=True)]
    return part.append_column(WORDS, pa.array(words, pa.string())).append_column(
        STEMS, pa.array(stems, pa.string())
    )


def elasticsearch_mapping(name: str, dimension: int | None) -> dict[str, Any]:
    """The strict mapping of a collection; `dimension` is the length of its vectors."""
    declared = collection(name)
    properties = {field.name: _property(field) for field in declared.schema}
    if declared.worded:
        for column in (WORDS, STEMS):
            properties[column] = {"type": "text", "analyzer": "whitespace"}
        if dimension is not None:
            properties[VECTOR] = {
                "type": "dense_vector",
                "dims": dimension,
                "index": True,
                "similarity": "cosine",
                "index_options": {"type": "int8_hnsw", "m": 16, "ef_construction": 100},
            }
    # The index is always rebuilt from the tables: words that serve the search alone are not kept.
    # Vectors are: leaving them out lost some in 8.19 (elasticsearch issue 137173), and from 9.2 on
    # the server leaves them out itself.
    excluded = {"excludes": [WORDS, STEMS]}
    return {"dynamic": "strict", "_source": excluded, "properties": properties}


def _property(field: pa.Field) -> dict[str, Any]:
    kind = field.type.value_type if pa.types.is_list(field.type) else field.type
    if field.name in ("text", "title", "statement", "coverage"):
        return {"type": "text", "index": False}
    if field.name == "url":
        return {"type": "keyword", "index": False, "doc_values": False}
    if pa.types.is_struct(kind):
        return {"type": "object", "enabled": False}
    if pa.types.is_timestamp(kind):
        return {"type": "date"}
    if pa.types.is_boolean(kind):
        return {"type": "boolean"}
    if pa.types.is_integer(kind):
        return {"type": "long"}
    if pa.types.is_floating(kind):
        return {"type": "double"}
    # A longer value would be refused (32,766 bytes, four to a character): it is only stored.
    return {"type": "keyword", "ignore_above": 8_191}

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from baken.errors import SchemaError
from baken.store.mappings import (
    COLLECTIONS,
    batch_schema,
    batches,
    elasticsearch_mapping,
    prepared,
)


def test_the_mapping_names_every_column_and_no_other() -> None:
    for name, declared in COLLECTIONS.items():
        mapping = elasticsearch_mapping(name, 8)
        extra = {"words", "stems", "vector"} if name == "documents" else set()
        assert mapping["dynamic"] == "strict"
        assert set(mapping["properties"]) == {*declared.schema.names, *extra}


def test_the_vector_has_index_options_and_only_where_there_are_vectors() -> None:
    vector = elasticsearch_mapping("documents", 8)["properties"]["vector"]
    assert vector["dims"] == 8
    assert vector["index_options"]["type"] == "int8_hnsw"
    assert "vector" not in elasticsearch_mapping("documents", None)["properties"]
    assert "vector" not in elasticsearch_mapping("documents", 8)["_source"]["excludes"]


def test_vectors_of_two_lengths_are_refused() -> None:
    rows = pa.table({"doc_id": ["a", "b"], "vector": [[1.0], [1.0, 2.0]]})
    with pytest.raises(SchemaError, match=r"\[1, 2\]"):
        prepared("documents", rows, "doc_id")


def test_vectors_that_are_all_unknown_are_left_out() -> None:
    rows = pa.table({"doc_id": ["a"], "vector": pa.array([None], pa.list_(pa.float32()))})
    assert "vector" not in prepared("documents", rows, "doc_id").column_names


def test_a_wrong_key_is_refused() -> None:
    with pytest.raises(SchemaError, match="doc_id"):
        prepared("documents", pa.table({"doc_id": ["a"]}), "url")


def test_batches_have_the_schema_that_was_promised() -> None:
    rows = pa.table(
        {
            "doc_id": pa.chunked_array([["a", "b"], ["c"]]),
            "text": [None, "Huizen", "x"],
            "language": ["nl", "nl", None],
            "published_at": [None, datetime(2025, 1, 1, tzinfo=UTC), None],
            "vector": [[1.0, 0.0], None, [0.0, 0.0]],
        }
    )
    ready = prepared("documents", rows, "doc_id")
    assert ready.column("vector").to_pylist() == [[1.0, 0.0], None, None]
    made = pa.Table.from_batches(list(batches("documents", ready)))
    assert made.schema == batch_schema("documents", ready)
    assert made.column("words").to_pylist() == ["", "huizen", "x"]
    assert made.column("stems").to_pylist() == ["", "nl:huis", ""]

from __future__ import annotations

import pyarrow as pa
import pytest

from baken.errors import SchemaError
from baken.schema import EDGES, MATCHES, POOL, TABLES, conform, filled, from_rows


def row() -> dict[str, object]:
    return {"left": "a", "right": "b", "kind": "copypasta", "score": 0.9, "method": "m"}


def test_every_key_is_a_column_that_must_be_filled() -> None:
    for spec in TABLES.values():
        for column in spec.key:
            assert not spec.schema.field(column).nullable


def test_a_table_is_put_in_order_and_cast() -> None:
    table = from_rows([row()], MATCHES)
    score = pa.array([0.9], pa.float64())
    mixed = table.drop_columns(["score"]).append_column("score", score)
    assert conform(mixed, MATCHES).schema == MATCHES.schema


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop_columns(["kind"]), "'kind' is missing"),
        (lambda t: t.append_column("extra", pa.array([1])), "unknown column 'extra'"),
        (lambda t: t.set_column(3, "score", pa.array(["high"])), "'score' is string"),
        (lambda t: t.set_column(0, "left", pa.array([None], pa.string())), "'left' has empty"),
    ],
)
def test_a_wrong_column_is_refused_by_name(change, said) -> None:  # type: ignore[no-untyped-def]
    table = from_rows([row()], MATCHES)
    with pytest.raises(SchemaError, match=said):
        conform(change(table), MATCHES)


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(SchemaError, match="edges"):
        from_rows([{"left": "a", "right": "b", "trace_kind": "url", "window_s": "often"}], EDGES)


def test_what_is_not_given_is_unknown() -> None:
    table = filled({"text_id": ["a", "b"]}, POOL, 2)
    assert table.schema == POOL.schema
    assert table.to_pylist() == [{"text_id": "a", "basis": None}, {"text_id": "b", "basis": None}]

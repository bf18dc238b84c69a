"""The Arrow schema of every table, and the check at the door of each stage.

A stage may rely on these columns, their types and their keys; a table that differs is refused
with the name of the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from baken.errors import SchemaError

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())
_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
_ENTITY = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("label", pa.string()),
        ("normal", pa.string()),
        ("layer", pa.string()),
    ]
)
_ALIGNED = pa.struct(
    [
        ("left_start", pa.int32()),
        ("left_end", pa.int32()),
        ("right_start", pa.int32()),
        ("right_end", pa.int32()),
    ]
)
_PAIR = pa.struct([("left", pa.string()), ("right", pa.string())])
_BENIGN = pa.struct(
    [("benign_class", pa.string()), ("verdict", pa.string()), ("evidence", pa.string())]
)
_TECHNIQUE = pa.struct(
    [
        ("technique_id", pa.string()),
        ("name", pa.string()),
        ("signal", pa.string()),
        ("value", pa.string()),
        ("caveat", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its name, its columns, and the columns that identify a row."""

    name: str
    schema: pa.Schema
    key: tuple[str, ...]


def _table(name: str, key: tuple[str, ...], /, **columns: pa.DataType) -> TableSpec:
    fields = [
        pa.field(column, dtype, nullable=column not in key) for column, dtype in columns.items()
    ]
    return TableSpec(name, pa.schema(fields), key)


DOCUMENTS = _table(
    "documents",
    ("doc_id",),
    doc_id=pa.string(),
    source_id=pa.string(),
    account_id=pa.string(),
    account_kind=pa.string(),
    order_id=pa.string(),
    url=pa.string(),
    canonical_url=pa.string(),
    title=pa.string(),
    text=pa.string(),
    published_at=_TIME,
    published_precision=pa.string(),
    published_from=pa.string(),
    collected_at=_TIME,
    repost_of=pa.string(),
    reply_to=pa.string(),
    hashtags=_STRINGS,
    links=_STRINGS,
    media_sha256=_STRINGS,
    credit=pa.string(),
    language_hint=pa.string(),
    content_sha256=pa.string(),
    snapshot_id=pa.string(),
    revision=pa.int32(),
    restriction=pa.string(),
)

SITE_TRAITS = _table(
    "site_traits",
    ("account_id", "trait_kind", "value"),
    account_id=pa.string(),
    trait_kind=pa.string(),
    value=pa.string(),
    url=pa.string(),
    seen_at=_TIME,
)

# text_id names the normalised own words of a document (quotations and boilerplate removed), so that
# identical texts are annotated, embedded and matched once: embeddings and matches are keyed by it.
ANNOTATIONS = _table(
    "annotations",
    ("doc_id",),
    doc_id=pa.string(),
    annotator_id=pa.string(),
    language=pa.string(),
    language_confidence=pa.float32(),
    text_id=pa.string(),
    own_text=pa.string(),
    sentences=pa.list_(_SPAN),
    quotations=pa.list_(_SPAN),
    entities=pa.list_(_ENTITY),
    credit=pa.string(),
    flags=_STRINGS,
)


def embeddings_spec(dimension: int) -> TableSpec:
    """The embeddings table for vectors of `dimension` numbers; unit length, float32."""
    return _table(
        "embeddings",
        ("text_id", "model_id"),
        text_id=pa.string(),
        model_id=pa.string(),
        vector=pa.list_(pa.float32(), dimension),
    )


MATCHES = _table(
    "matches",
    ("left", "right"),
    left=pa.string(),
    right=pa.string(),
    kind=pa.string(),
    score=pa.float32(),
    spans=pa.list_(_ALIGNED),
    method=pa.string(),
)

NARRATIVES = _table(
    "narratives",
    ("narrative_id",),
    narrative_id=pa.string(),
    label=pa.string(),
    terms=_STRINGS,
    languages=_STRINGS,
    documents=pa.int32(),
    distinct_texts=pa.int32(),
    accounts=pa.int32(),
    first_seen=_TIME,
    first_account=pa.string(),
    last_seen=_TIME,
    nearest=_STRINGS,
    asleep=pa.bool_(),
)

MEMBERS = _table(
    "members",
    ("doc_id",),
    doc_id=pa.string(),
    narrative_id=pa.string(),
    similarity=pa.float32(),
    role=pa.string(),
    role_reason=pa.string(),
)

LINEAGE = _table(
    "lineage",
    ("narrative_id", "event", "at"),
    narrative_id=pa.string(),
    event=pa.string(),
    at=_TIME,
    others=_STRINGS,
    detail=pa.string(),
)

# Texts that the last run left without a narrative; basis says by which settings and model.
POOL = _table("pool", ("text_id",), text_id=pa.string(), basis=pa.string())

# Steps of a narrative from the earlier document (left) to the later one (right).
PATHS = _table(
    "paths",
    ("narrative_id", "left", "right"),
    narrative_id=pa.string(),
    left=pa.string(),
    right=pa.string(),
    kind=pa.string(),
    evidence=pa.string(),
)

# origin: suggested, or given by a person; sentences and doc_ids belong together by position.
LENS = _table(
    "lens",
    ("narrative_id", "taxonomy", "label"),
    narrative_id=pa.string(),
    taxonomy=pa.string(),
    label=pa.string(),
    confidence=pa.float32(),
    sentences=_STRINGS,
    doc_ids=_STRINGS,
    origin=pa.string(),
)

# precision_s says how exact `at` is: a date alone (86400) is no evidence of synchrony by the hour.
TRACES = _table(
    "traces",
    ("trace_kind", "account_id", "object_id", "doc_id"),
    trace_kind=pa.string(),
    account_id=pa.string(),
    object_id=pa.string(),
    doc_id=pa.string(),
    at=_TIME,
    precision_s=pa.int32(),
)

# left < right; observed counts distinct co-occurrences, expected is its mean under the null.
EDGES = _table(
    "edges",
    ("left", "right", "trace_kind", "window_s"),
    left=pa.string(),
    right=pa.string(),
    trace_kind=pa.string(),
    window_s=pa.int32(),
    observed=pa.int32(),
    expected=pa.float64(),
    p_value=pa.float64(),
    q_value=pa.float64(),
    cosine=pa.float32(),
    objects=_STRINGS,
    doc_pairs=pa.list_(_PAIR),
    method=pa.string(),
)

GROUPS = _table(
    "groups",
    ("group_id",),
    group_id=pa.string(),
    members=_STRINGS,
    core=_STRINGS,
    trace_kinds=_STRINGS,
    objects=pa.int32(),
    min_q=pa.float64(),
)

FINDINGS = _table(
    "findings",
    ("finding_id",),
    finding_id=pa.string(),
    campaign_id=pa.string(),
    signal=pa.string(),
    value=pa.float64(),
    detail=pa.string(),
    evidence=_STRINGS,
)

CAMPAIGNS = _table(
    "campaigns",
    ("campaign_id",),
    campaign_id=pa.string(),
    name=pa.string(),
    queue=pa.bool_(),
    queue_reason=pa.string(),
    coordinated=pa.string(),
    inauthentic=pa.string(),
    state_link=pa.string(),
    reach=pa.string(),
    statement=pa.string(),
    members=_STRINGS,
    documents=_STRINGS,
    objects=pa.int32(),
    first_seen=_TIME,
    last_seen=_TIME,
    trace_kinds=_STRINGS,
    min_q=pa.float64(),
    languages=_STRINGS,
    sources=_STRINGS,
    narrative_ids=_STRINGS,
    benign=pa.list_(_BENIGN),
    techniques=pa.list_(_TECHNIQUE),
    parents=_STRINGS,
    coverage=pa.string(),
)

TABLES = {
    spec.name: spec
    for spec in (
        DOCUMENTS,
        SITE_TRAITS,
        ANNOTATIONS,
        MATCHES,
        NARRATIVES,
        MEMBERS,
        LINEAGE,
        POOL,
        PATHS,
        LENS,
        TRACES,
        EDGES,
        GROUPS,
        FINDINGS,
        CAMPAIGNS,
    )
}


def conform(table: pa.Table, spec: TableSpec) -> pa.Table:
    """Return `table` with exactly the columns of `spec`, in its order and with its types.

    Raises `SchemaError` naming the first column that is missing, unknown or of another type.
    """
    unknown = sorted(set(table.column_names) - set(spec.schema.names))
    if unknown:
        raise SchemaError(f"table {spec.name}: unknown column {unknown[0]!r}")
    columns = []
    for declared in spec.schema:
        if declared.name not in table.column_names:
            raise SchemaError(f"table {spec.name}: column {declared.name!r} is missing")
        column = table.column(declared.name)
        if column.type != declared.type:
            try:
                column = column.cast(declared.type)
            except pa.ArrowException as error:
                raise SchemaError(
                    f"table {spec.name}: column {declared.name!r} is {column.type}, "
                    f"not {declared.type}"
                ) from error
        if not declared.nullable and column.null_count:
            raise SchemaError(f"table {spec.name}: column {declared.name!r} has empty values")
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=spec.schema)


def empty(spec: TableSpec) -> pa.Table:
    """An empty table of this schema."""
    return spec.schema.empty_table()


def filled(columns: Mapping[str, Any], spec: TableSpec, rows: int) -> pa.Table:
    """A table of `spec` from those of its columns that are known; the others are unknown."""
    arrays = []
    for field in spec.schema:
        known = columns.get(field.name, pa.nulls(rows, field.type))
        arrays.append(pa.array(known, field.type) if isinstance(known, list) else known)
    return pa.table(arrays, schema=spec.schema)


def from_rows(rows: list[dict[str, object]], spec: TableSpec) -> pa.Table:
    """A table of `spec` from dictionaries, absent keys being unknown; raises `SchemaError`."""
    try:
        return pa.Table.from_pylist(rows, schema=spec.schema)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise SchemaError(f"table {spec.name}: {error}") from error

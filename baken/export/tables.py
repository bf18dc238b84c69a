"""Candidates as tables: CSV for spreadsheets, Parquet for programs; the same rows in both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from baken.export.context import ExportContext
from baken.export.disclosure import Disclosed, cleaned, is_person

_TIME = pa.timestamp("us", tz="UTC")
_STRINGS = pa.list_(pa.string())
_STRING = pa.string()

CAMPAIGNS = pa.schema(
    [
        *((name, _STRING) for name in ("campaign_id", "name", "status")),
        ("queue", pa.bool_()),
        *((name, _STRING) for name in ("queue_reason", "statement")),
        *((name, _STRING) for name in ("coordinated", "inauthentic", "state_link", "reach")),
        *((name, pa.int64()) for name in ("accounts", "persons", "documents", "objects")),
        ("first_seen", _TIME),
        ("last_seen", _TIME),
        ("trace_kinds", _STRINGS),
        ("min_q", pa.float64()),
        *((name, _STRINGS) for name in ("languages", "sources", "narrative_ids")),
        ("coverage", _STRING),
    ]
)
MEMBERS = pa.schema([("campaign_id", _STRING), ("account_id", _STRING), ("tier", _STRING)])
EDGES = pa.schema(
    [
        *((name, _STRING) for name in ("campaign_id", "left", "right", "trace_kind")),
        ("window_s", pa.int64()),
        ("observed", pa.int64()),
        *((name, pa.float64()) for name in ("expected", "p_value", "q_value", "cosine")),
        ("documents", _STRINGS),
    ]
)
POSTS = pa.schema(
    [
        *((name, _STRING) for name in ("campaign_id", "doc_id", "account_id")),
        ("published_at", _TIME),
        *((name, _STRING) for name in ("title", "excerpt", "url")),
    ]
)
EXPLANATIONS = pa.schema(
    [(name, _STRING) for name in ("campaign_id", "class", "verdict", "evidence")]
)

# A spreadsheet runs a cell that begins with one of these, the wide forms in some locales.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FOLLOWING = "'"


def csv_files(cases: Sequence[Disclosed], context: ExportContext) -> dict[str, bytes]:
    """One CSV file for each table, in UTF-8 with a mark, so that spreadsheets read it rightly."""
    return {f"{ending}.csv": _csv(schema, rows) for ending, schema, rows in _tables(cases, context)}


def parquet_files(cases: Sequence[Disclosed], context: ExportContext) -> dict[str, bytes]:
    """One Parquet file for each table."""
    files = {}
    for ending, schema, rows in _tables(cases, context):
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer)
        files[f"{ending}.parquet"] = buffer.getvalue()
    return files


def _tables(
    cases: Sequence[Disclosed], context: ExportContext
) -> list[tuple[str, pa.Schema, Iterable[Mapping[str, Any]]]]:
    return [
        ("", CAMPAIGNS, [_campaign(case) for case in cases]),
        ("-members", MEMBERS, [row for case in cases for row in _members(case, context)]),
        ("-edges", EDGES, [_only(EDGES, case, edge) for case in cases for edge in case.edges]),
        ("-posts", POSTS, [_post(case, post) for case in cases for post in case.posts]),
        (
            "-explanations",
            EXPLANATIONS,
            [_only(EXPLANATIONS, case, one) for case in cases for one in case["benign"] or []],
        ),
    ]


def _campaign(case: Disclosed) -> dict[str, Any]:
    return {**{name: case[name] for name in CAMPAIGNS.names}, "persons": case.persons}


def _members(case: Disclosed, context: ExportContext) -> Iterable[dict[str, Any]]:
    for member in case.members:
        tier = None if is_person(member) else (context.sources.get(member) or {}).get("tier")
        yield {"campaign_id": case.campaign_id, "account_id": member, "tier": tier}


def _post(case: Disclosed, post: Any) -> dict[str, Any]:
    names = POSTS.names[1:]
    return {"campaign_id": case.campaign_id} | {name: getattr(post, name) for name in names}


def _only(schema: pa.Schema, case: Disclosed, row: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: row.get(name) for name in schema.names} | {"campaign_id": case.campaign_id}
    if "documents" in schema.names:
        pairs = row.get("documents") or []
        wanted["documents"] = sorted({doc_id for pair in pairs for doc_id in pair})
    return wanted


def _csv(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(schema.names)
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in schema.names])
    return buffer.getvalue().encode("utf-8-sig")


def cell(value: Any) -> str | int | float:
    """A value as a spreadsheet may safely open it: no text can begin a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        value = " | ".join(map(str, value))
    # Looked at before and after cleaning: a mark that is taken out may have stood before a formula.
    raw, text = str(value), cleaned(value)
    starts = (raw, text, raw.lstrip(), text.lstrip())
    return f"{_FOLLOWING}{text}" if any(s.startswith(_FORMULA_STARTS) for s in starts) else text

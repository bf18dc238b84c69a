"""What is gathered is held against what was expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from baken import schema
from baken.config import Config
from baken.model import Source, SourceKind
from baken.pipeline.gather import silent_sources
from baken.store.project import Project


def source(name: str, least: int) -> Source:
    return Source(
        source_id=f"web:{name}.example",
        name=name,
        url=f"https://{name}.example/",
        kind=SourceKind.OUTLET,
        review_by=date(2030, 1, 1),
        min_documents_per_day=least,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(Config(root=tmp_path))
    ages_h = {"a": (1, 2, 3), "b": (1, 30, 40), "c": (30,)}
    rows: list[dict[str, Any]] = [
        {
            "doc_id": f"doc-{name}-{age_h}",
            "source_id": f"web:{name}.example",
            "account_id": f"web:{name}.example",
            "account_kind": "outlet",
            "order_id": "order-1",
            "text": "The grid.",
            "collected_at": datetime.now(UTC) - timedelta(hours=age_h),
        }
        for name, ages in ages_h.items()
        for age_h in ages
    ]
    made.tables.replace(schema.DOCUMENTS, schema.from_rows(rows, schema.DOCUMENTS))
    return made


def test_a_source_that_gave_too_little_is_named_with_both_numbers(project: Project) -> None:
    sources = [source("a", 3), source("b", 3), source("c", 0), source("d", 1)]
    found = dict(silent_sources(project, sources))
    assert list(found) == ["web:b.example", "web:d.example"]
    assert found["web:b.example"].startswith("gave 1 new documents in a day where 3 are expected")
    assert found["web:d.example"].startswith("gave 0 ")


def test_where_nothing_is_expected_nothing_is_read(tmp_path: Path) -> None:
    assert silent_sources(Project(Config(root=tmp_path)), [source("a", 0)]) == []

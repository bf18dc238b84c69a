"""What is kept can be removed and checked: documents with their quarantine, tables, runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from baken import schema
from baken.config import Config
from baken.errors import StoreError, UsageError
from baken.model import Quarantined
from baken.pipeline.keeping import Selection, purge_documents
from baken.store.project import Project

NOW = datetime.now(UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(Config(root=tmp_path))
    row: dict[str, object] = {
        "doc_id": "doc-1",
        "source_id": "web:a.example",
        "account_id": "web:a.example",
        "account_kind": "outlet",
        "order_id": "order-1",
        "text": "The grid.",
        "collected_at": NOW,
    }
    made.tables.replace(schema.DOCUMENTS, schema.from_rows([row], schema.DOCUMENTS))
    with made.run("import") as run:
        run.quarantine(
            [
                Quarantined(origin=origin, position="1", reason="no text", excerpt="words")
                for origin in ("web:a.example", "web:b.example")
            ]
        )
    return made


def purge(project: Project, selection: Selection) -> list[str]:
    with project.run("purge") as run:
        purge_documents(project, run, selection)
    return [row["origin"] for row in project.ledger.quarantined()]


def test_a_source_goes_with_its_quarantine(project: Project) -> None:
    assert purge(project, Selection(source_id="web:a.example")) == ["web:b.example"]
    assert project.tables.count("documents") == 0


def test_what_is_old_goes_with_its_quarantine(project: Project) -> None:
    assert purge(project, Selection(collected_before=NOW + timedelta(days=1))) == []
    assert project.tables.count("documents") == 0


def test_what_is_young_stays(project: Project) -> None:
    assert len(purge(project, Selection(collected_before=NOW - timedelta(days=1)))) == 2
    assert project.tables.count("documents") == 1


def test_nothing_of_that_name(project: Project) -> None:
    with pytest.raises(UsageError, match=r"web:x\.example"):
        purge(project, Selection(source_id="web:x.example"))


def test_an_unforeseen_end_leaves_its_reason(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), project.run("detect"):
        raise ZeroDivisionError("by nothing")
    newest = project.ledger.runs()[0]
    assert newest["outcome"] == "failed"
    assert newest["summary"]["error"] == "by nothing"


def test_a_damaged_table_is_named(project: Project) -> None:
    assert project.tables.read_through() == 1
    for file in project.config.data.joinpath("tables", "documents.lance", "data").iterdir():
        file.write_bytes(b"\0" * file.stat().st_size)
    with pytest.raises(StoreError, match="documents"):
        Project(project.config).tables.read_through()

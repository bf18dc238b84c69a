"""The lens in a project: corrections count at once, are appended, and sentences can be purged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from baken import schema
from baken.config import Config
from baken.errors import UsageError
from baken.narratives import narrative
from baken.pipeline.keeping import Selection, purge_documents
from baken.pipeline.lens import correct
from baken.store.project import Project

NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(Config(root=tmp_path))
    documents: list[dict[str, object]] = [
        {
            "doc_id": f"doc-{number}",
            "source_id": f"web:{number}.example",
            "account_id": f"web:{number}.example",
            "account_kind": "outlet",
            "order_id": "order-1",
            "text": "The grid.",
            "collected_at": NOW,
        }
        for number in (1, 2)
    ]
    row: dict[str, object] = {
        "narrative_id": "n-1",
        "taxonomy": "target",
        "label": "energy",
        "confidence": 0.75,
        "sentences": ["The grid.", "The gas."],
        "doc_ids": ["doc-1", "doc-2"],
        "origin": "suggested",
    }
    known: dict[str, object] = {
        "narrative_id": "n-1",
        "label": "grid",
        "nearest": ["doc-1"],
        "first_seen": NOW,
    }
    tables = made.tables
    tables.replace(schema.DOCUMENTS, schema.from_rows(documents, schema.DOCUMENTS))
    tables.replace(schema.NARRATIVES, schema.from_rows([known], schema.NARRATIVES))
    tables.replace(schema.LENS, schema.from_rows([row], schema.LENS))
    return made


def shown(project: Project) -> list[tuple[str, str, float, str]]:
    return [
        (row["taxonomy"], row["label"], row["confidence"], row["origin"])
        for row in narrative(project, "n-1")["lens"]
    ]


def test_a_narrative_shows_its_labels(project: Project) -> None:
    assert shown(project) == [("target", "energy", 0.75, "suggested")]


def test_a_correction_counts_at_once_and_the_newest_stands(project: Project) -> None:
    correct(project, "n-1", taxonomy="target", labels=["health", "eu"], role="analyst")
    assert shown(project) == [("target", "eu", 1, "person"), ("target", "health", 1, "person")]
    correct(project, "n-1", taxonomy="target", labels=["energy"], role="analyst")
    correct(project, "n-1", taxonomy="move", labels=["unclear"], role="analyst")
    assert shown(project) == [("move", "unclear", 1, "person"), ("target", "energy", 1, "person")]
    assert narrative(project, "n-1")["lens"][1]["sentences"] == ["The grid.", "The gas."]
    assert [one.labels for one in project.ledger.corrections("n-1")] == [
        ("eu", "health"),
        ("energy",),
        ("unclear",),
    ]
    assert project.ledger.corrections("n-2") == []
    assert project.ledger.corrections()[0].doc_ids == ("doc-1",)
    assert [entry["action"] for entry in project.ledger.audit()] == ["correct"] * 3


@pytest.mark.parametrize(
    ("name", "taxonomy", "labels", "role", "message"),
    [
        ("n-9", "target", ["eu"], "analyst", "no narrative 'n-9'"),
        ("n-1", "aim", ["eu"], "analyst", "--taxonomy is one of: emotion, move, target"),
        ("n-1", "target", ["moon"], "analyst", "--label is one of: energy"),
        ("n-1", "target", ["eu", "unclear"], "analyst", "stands alone"),
        ("n-1", "target", ["eu"], " ", "role of the reviewer"),
    ],
)
def test_what_cannot_be_is_refused(
    project: Project, *, name: str, taxonomy: str, labels: list[str], role: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        correct(project, name, taxonomy=taxonomy, labels=labels, role=role)
    assert project.ledger.corrections() == []


def test_a_purged_document_leaves_no_sentence(project: Project) -> None:
    with project.run("purge") as run:
        purge_documents(project, run, Selection(source_id="web:1.example"))
    (row,) = narrative(project, "n-1")["lens"]
    assert row["sentences"] == ["The gas."]
    assert row["doc_ids"] == ["doc-2"]

"""One narrative as people see it: where it was seen first, and the way it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from baken import schema
from baken.config import Config
from baken.errors import UsageError
from baken.narratives import earlier_sources, narrative
from baken.store.project import Project

NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(Config(root=tmp_path))
    rows: dict[schema.TableSpec, list[dict[str, object]]] = {
        schema.DOCUMENTS: [
            {
                "doc_id": f"doc-{number}",
                "source_id": f"web:{number}.example",
                "account_id": f"web:{number}.example",
                "account_kind": "outlet",
                "order_id": "order-1",
                "text": "The grid.",
                "published_at": NOW + timedelta(days=number),
                "collected_at": NOW + timedelta(days=9),
            }
            for number in range(4)
        ],
        schema.NARRATIVES: [
            {"narrative_id": "n-1", "label": "grid", "first_seen": NOW + timedelta(days=2)}
        ],
        schema.MEMBERS: [
            {"doc_id": f"doc-{number}", "narrative_id": "n-1", "role": "promotes"}
            for number in (2, 3)
        ],
        schema.PATHS: [
            {"narrative_id": "n-1", "left": left, "right": "doc-3", "kind": "link"}
            for left in ("doc-2", "doc-gone")
        ],
        schema.LINEAGE: [
            {
                "narrative_id": name,
                "event": "merge",
                "at": NOW,
                "others": [other],
                "detail": "",
            }
            for name, other in (("n-0", "n-1"), ("n-1", "n-0"))
        ],
    }
    for spec, given in rows.items():
        made.tables.replace(spec, schema.from_rows(given, spec))
    return made


def test_first_seen_comes_with_the_coverage_of_earlier_sources(project: Project) -> None:
    assert narrative(project, "n-1")["earlier_sources"] == {"watched": 2, "known": 4}
    assert earlier_sources(project, NOW) == (0, 4)


def test_the_path_names_both_ends_and_leaves_out_what_is_gone(project: Project) -> None:
    (step,) = narrative(project, "n-1")["path"]
    assert step["kind"] == "link"
    assert (step["left_source_id"], step["right_source_id"]) == ("web:2.example", "web:3.example")


def test_an_id_that_ended_names_its_heir(project: Project) -> None:
    with pytest.raises(UsageError, match="'n-0' went into n-1"):
        narrative(project, "n-0")

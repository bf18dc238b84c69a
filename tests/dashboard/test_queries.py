from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from baken import cases, schema
from baken.dashboard import queries
from baken.errors import UsageError
from baken.store.project import Project


def test_activity_counts_every_document_once(full: Project) -> None:
    rows = queries.activity(full)
    assert pc.sum(rows["documents"]).as_py() == full.tables.count("documents") == 192
    assert queries.UNKNOWN in rows["language"].to_pylist()
    assert rows["day"].null_count == 0


def test_an_answer_is_kept_until_a_table_changes(full: Project) -> None:
    before = queries.activity(full)
    assert queries.activity(full) is not None
    extra = {**full.tables.read(schema.DOCUMENTS).slice(0, 1).to_pylist()[0], "doc_id": "doc-new"}
    full.tables.add_new(
        schema.DOCUMENTS,
        schema.from_rows([extra], schema.DOCUMENTS),
        full.tables.keys(schema.DOCUMENTS),
    )
    after = queries.activity(full)
    assert pc.sum(after["documents"]).as_py() == pc.sum(before["documents"]).as_py() + 1


def test_sources_say_when_they_were_last_seen(full: Project) -> None:
    rows = {row["source_id"]: row for row in queries.source_activity(full)}
    assert rows["dataset:posts"]["documents"] == 96
    assert (
        rows["web:outlet-2.example"]["last_published"]
        < rows["web:outlet-2.example"]["last_collected"]
    )


@pytest.mark.parametrize("few", [0, 2_000])
def test_document_rows_by_filter_and_by_scan_agree(
    full: Project, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_FEW_IDS", few)
    wanted = ["doc-0003", "doc-0001", "doc-0001", "doc-none", "doc-0'; --"]
    rows = queries.document_rows(full, wanted)
    assert rows["doc_id"].to_pylist() == ["doc-0001", "doc-0003"]
    assert "text" not in rows.column_names
    assert queries.document_rows(full, []).num_rows == 0


def test_members_are_joined_with_time_and_language(full: Project, world: Any) -> None:
    rows = queries.members(full, world.STORY)
    assert rows.num_rows == 192
    assert rows["at"].to_pylist() == sorted(rows["at"].to_pylist())
    assert {"account_id", "language", "role", "similarity"} <= set(rows.column_names)
    assert queries.members(full, world.TALK).num_rows == 0


def test_candidates_without_a_q_value_are_listed(full: Project, world: Any) -> None:
    listed = [row["campaign_id"] for row in queries.candidates(full)]
    assert listed == [world.NETWORK, world.SMALL, world.WIRE]
    assert len(queries.campaign(full, world.NETWORK)["edges"]) == 10 + 28
    with pytest.raises(UsageError, match="no campaign"):
        queries.campaign(full, "cmp-none")


def test_search_filters_by_language_and_source(full: Project) -> None:
    hits = queries.search(full, "harbour", {"language": "nl", "source_id": "web:outlet-1.example"})
    assert hits
    assert {hit.fields["source_id"] for hit in hits} == {"web:outlet-1.example"}
    assert {hit.fields["language"] for hit in hits} == {"nl"}


def test_an_empty_project_has_empty_answers(empty: Project) -> None:
    assert queries.activity(empty).num_rows == 0
    assert queries.source_activity(empty) == []
    assert queries.narratives(empty) == []
    assert queries.candidates(empty) == cases.campaigns(empty) == []
    assert queries.search(empty, "words", {}) == []
    assert isinstance(queries.document_rows(empty, ["doc-1"]), pa.Table)

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from baken.config import Config
from baken.errors import UsageError
from baken.pipeline.exporting import export_campaigns
from baken.schema import CAMPAIGNS, DOCUMENTS, EDGES, from_rows
from baken.store.project import Project

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(Config(root=tmp_path))
    members = ["web:daily.example", "web:gazet.example"]
    documents = [
        {
            "doc_id": f"doc-{number}",
            "account_id": member,
            "source_id": member,
            "text": "The same words.",
            "url": f"https://{member.removeprefix('web:')}/post",
            "published_at": AT,
        }
        for number, member in enumerate(members)
    ]
    edge = {
        "left": members[0],
        "right": members[1],
        "trace_kind": "url",
        "window_s": 3_600,
        "q_value": 1e-6,
        "doc_pairs": [{"left": "doc-0", "right": "doc-1"}],
    }
    campaign = {
        "campaign_id": "cam-1",
        "queue": True,
        "min_q": 1e-6,
        "members": members,
        "documents": ["doc-0", "doc-1"],
        "first_seen": AT,
        "last_seen": AT,
    }
    project.tables.replace(DOCUMENTS, from_rows(documents, DOCUMENTS))
    project.tables.replace(EDGES, from_rows([edge], EDGES))
    project.tables.replace(CAMPAIGNS, from_rows([campaign], CAMPAIGNS))
    return project


def test_the_stored_evidence_goes_out(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert export_campaigns(project, "stix", [], out, recipient="A", purpose="B") == [out]
    objects = json.loads((tmp_path / "out.json").read_text())["objects"]
    assert {"https://daily.example/post", "gazet.example"} <= {one.get("value") for one in objects}
    out = tmp_path / "out.csv"
    export_campaigns(project, "csv", ["cam-1", "cam-1"], out, recipient="A", purpose="B")
    assert len(out.read_text().splitlines()) == 2
    assert "daily.example" in (tmp_path / "out-edges.csv").read_text()


def test_an_unknown_candidate_is_named(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cam-2"):
        export_campaigns(project, "csv", ["cam-2"], tmp_path / "out", recipient="A", purpose="B")
    assert not list(tmp_path.glob("out*"))


def test_an_export_names_who_receives_it_and_why_and_is_logged(
    project: Project, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="--recipient"):
        export_campaigns(project, "csv", [], out, recipient=" ", purpose="B")
    assert not list(tmp_path.glob("out*"))
    export_campaigns(project, "graphml", [], out, recipient="A ministry", purpose="B")
    assert "A ministry" in repr(list(project.ledger.audit()))

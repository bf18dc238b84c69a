"""The main job on the sample world, as a new user runs it, and what must hold of its result."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from baken import schema
from baken.config import load
from baken.store.project import Project

REPOSITORY = Path(__file__).resolve().parents[2]
BAKEN = Path(sys.executable).with_name("baken")

pytestmark = pytest.mark.timeout(900)


def baken(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BAKEN), "--project", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )


def answer(folder: Path, *arguments: str) -> Any:
    done = baken(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, port: int) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo") / "world"
    done = baken(folder, "demo", "--port", str(port))
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout


@pytest.fixture
def folder(first: tuple[Path, str]) -> Path:
    return first[0]


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    opened = Project(load(folder / "baken.toml", {}))
    yield opened
    opened.ledger.close()


def test_it_prints_what_it_flagged_and_wrote(first: tuple[Path, str]) -> None:
    folder, printed = first
    assert "2 candidate campaigns wait for review" in printed
    assert "expected by chance" in printed
    for name in ("data/tables", "data/index", "data/ledger.sqlite", "world", "secret"):
        assert str(folder / name) in printed
        assert (folder / name).exists()


def test_both_campaigns_are_found_and_no_innocent(folder: Path) -> None:
    score = answer(folder, "evaluate", "demo")
    assert score["precision"] == 1.0
    assert score["recall"] == 1.0
    assert len(score["flags_per_benign_class"]) >= 9
    assert set(score["flags_per_benign_class"].values()) == {0}


def test_the_world_is_as_large_and_mixed_as_promised(project: Project) -> None:
    documents = project.tables.read(schema.DOCUMENTS)
    languages = project.tables.read(schema.ANNOTATIONS)["language"].to_pylist()
    assert documents.num_rows >= 1_500
    for language in ("nl", "en", "de", "fr", "pl", "ru", "uk"):
        assert languages.count(language) >= 30, language
    accounts = set(documents["account_id"].to_pylist())
    assert sum(name.startswith("person:") for name in accounts) == 40
    assert sum(name.startswith("web:") for name in accounts) >= 14


def test_every_document_names_its_order(project: Project) -> None:
    orders = {order.order_id for order in project.ledger.orders()}
    assert set(project.tables.read(schema.DOCUMENTS)["order_id"].to_pylist()) <= orders


def test_no_name_of_a_person_is_stored(folder: Path, project: Project) -> None:
    import gzip

    with gzip.open(folder / "world" / "posts.jsonl.gz", "rt", encoding="utf-8") as lines:
        names = {json.loads(line)["author"] for line in lines}
    assert len(names) == 40
    for spec in (schema.DOCUMENTS, schema.ANNOTATIONS, schema.TRACES, schema.CAMPAIGNS):
        stored = str(project.tables.read(spec).to_pylist())
        assert [name for name in names if name in stored] == []


def test_each_edge_shows_its_posts(folder: Path, project: Project) -> None:
    known = set(project.tables.read(schema.DOCUMENTS)["doc_id"].to_pylist())
    for row in answer(folder, "campaigns", "list"):
        if not row["queue"]:
            continue
        assert row["min_q"] <= 0.01
        shown = answer(folder, "campaigns", "show", row["campaign_id"])
        assert len(shown["members"]) >= 3
        tested = [edge for edge in shown["edges"] if edge["method"] != "shared-mark"]
        assert tested
        for edge in tested:
            assert edge["expected"] < edge["observed"]
            assert edge["documents"]
            assert {doc_id for pair in edge["documents"] for doc_id in pair} <= known


def test_search_finds_by_words_and_meaning(folder: Path) -> None:
    hits = answer(folder, "search", "drinkwater", "--limit", "5")
    assert len(hits) == 5
    assert any("water" in f"{hit['title']} {hit['text']}".casefold() for hit in hits)


def test_a_second_run_adds_nothing_and_keeps_judgements(folder: Path, port: int) -> None:
    before = {row["campaign_id"]: row for row in answer(folder, "campaigns", "list")}
    dismissed = next(name for name, row in before.items() if row["queue"])
    done = baken(
        folder, "review", dismissed, "--status", "dismissed", "--reason", "a test", "--role", "lead"
    )
    assert done.returncode == 0, done.stderr
    again = baken(folder, "demo", "--port", str(port))
    assert again.returncode == 0, again.stderr[-3000:]
    assert "documents_new=0" in again.stdout
    after = {row["campaign_id"]: row for row in answer(folder, "campaigns", "list")}
    assert set(after) == set(before)
    assert after[dismissed]["status"] == "dismissed"
    shown = answer(folder, "campaigns", "show", dismissed)
    assert [entry["reason"] for entry in shown["judgements"]] == ["a test"]


def test_a_confirmation_names_an_innocent_explanation(folder: Path) -> None:
    name = answer(folder, "campaigns", "list")[0]["campaign_id"]
    refused = baken(folder, "review", name, "--status", "confirmed", "--reason", "sure")
    assert refused.returncode == 2
    assert "--alternative" in refused.stderr
    unknown = baken(folder, "review", "cam-0", "--status", "dismissed", "--reason", "x")
    assert unknown.returncode == 2
    assert "campaigns list" in unknown.stderr


def test_the_audit_chain_and_the_evidence_hold(folder: Path) -> None:
    done = baken(folder, "verify")
    assert done.returncode == 0, done.stderr
    assert "the chain holds" in done.stdout


def test_the_first_notebook_runs_to_a_flagged_campaign(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEN_PROJECT", str(folder))
    notebook = nbformat.read(REPOSITORY / "notebooks" / "01-first-run.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = str(notebook)
    assert "expected by chance" in outputs
    assert outputs.count("image/png") == 2

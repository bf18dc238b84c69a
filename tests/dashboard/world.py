"""A small project with everything that the dashboard shows, some of it hostile; all fictitious."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from baken import schema
from baken.config import FILE_NAME, load
from baken.ids import stable_id
from baken.model import Order, Quarantined
from baken.schema import TableSpec, from_rows
from baken.store.index import open_index
from baken.store.project import Project

START = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
HOSTILE = (
    '<script>fetch("https://evil.example/js")</script><img src="https://evil.example/pixel.png">'
    " ![seen](https://evil.example/markdown.png) [press](https://evil.example/link)"
    " https://evil.example/bare www.evil.example mail@evil.example :smile: :red[red] $x^2$ `code`"
    " <style>*{display:none}</style> # heading\n| a | b |\n|---|---|\n| =1+1 | <b>bold</b> |"
    " \u202eesrever\u202c zero\u200bwidth \x07bell z\u0300\u0300\u0300\u0300\u0300\u0300algo"
)
SITES = [f"web:outlet-{number}.example" for number in range(1, 9)]
PERSONS = [stable_id("person", str(number)).replace("-", ":") for number in range(8)]
LANGUAGES = ("nl", "en", "de", "fr", "ru")
NETWORK, SMALL, WIRE = "cmp-000000000001", "cmp-000000000002", "cmp-000000000003"
STORY, TALK = "nar-000000000001", "nar-000000000002"

SOURCES = """\
[[source]]
source_id = "web:outlet-1.example"
name = "Outlet One <b>bold</b>"
kind = "outlet"
url = "https://outlet-1.example/"
language = "nl"
owner = "One Press"
basis = "test"
purpose = "test"
review_by = 2024-01-01

[[source]]
source_id = "web:outlet-2.example"
name = "Outlet Two"
kind = "outlet"
url = "https://outlet-2.example/"
tier = "state-controlled"
tier_reason = "its own imprint says so"
basis = "test"
purpose = "test"
review_by = "2099-01-01"

[[source]]
source_id = "web:silent.example"
name = "Silent"
kind = "outlet"
url = "https://silent.example/"
basis = "test"
purpose = "test"
review_by = 2099-01-01
"""


def empty_project(folder: Path, *, settings: str = "") -> Project:
    """A project in which nothing was ever run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_text(settings, encoding="utf-8")
    return Project(load(folder / FILE_NAME, {}))


def full_project(folder: Path, *, settings: str = "") -> Project:
    """A project with documents, narratives, three candidates, a register and a run."""
    project = empty_project(folder, settings=settings)
    documents = _documents()
    _write(project, schema.DOCUMENTS, documents)
    _write(project, schema.ANNOTATIONS, [_annotation(row) for row in documents])
    _write(project, schema.NARRATIVES, _narratives(documents))
    _write(project, schema.MEMBERS, [_member(row) for row in documents])
    _write(project, schema.LINEAGE, _lineage())
    _write(project, schema.PATHS, _steps(documents))
    _write(project, schema.LENS, _lens(documents))
    _write(project, schema.EDGES, _edges(documents))
    _write(project, schema.CAMPAIGNS, _campaigns(documents))
    _write(project, schema.FINDINGS, _findings())
    sources = project.config.path(project.config.project.sources)
    sources.mkdir()
    (sources / "world.toml").write_text(SOURCES, encoding="utf-8")
    (sources / "broken.toml").write_text("[[source]\n", encoding="utf-8")
    _ledger(project)
    _publish(project, documents)
    return project


def _write(project: Project, spec: TableSpec, rows: list[dict[str, Any]]) -> None:
    project.tables.replace(spec, from_rows(rows, spec))


def _documents() -> list[dict[str, Any]]:
    rows = []
    for turn in range(12):
        for place, account in enumerate([*SITES, *PERSONS]):
            person = account.startswith("person:")
            number = turn * 16 + place
            at = START + timedelta(days=turn, minutes=3 * place)
            rows.append(
                {
                    "doc_id": f"doc-{number:04d}",
                    "source_id": "dataset:posts" if person else account,
                    "account_id": account,
                    "account_kind": "person" if person else "outlet",
                    "order_id": "order-1",
                    "url": f"https://plaza.example/real-name/{number}"
                    if person
                    else f"https://{account[4:]}/story/{number}?a=<b>",
                    "title": None if person else f"The harbour is sold again, part {turn}",
                    "text": HOSTILE if number % 3 == 0 else f"They sell the harbour, say {turn}.",
                    "published_at": at if number % 50 else None,
                    "collected_at": at + timedelta(hours=2),
                    "revision": 1,
                }
            )
    return rows


def _annotation(row: dict[str, Any]) -> dict[str, Any]:
    number = int(row["doc_id"][4:])
    return {
        "doc_id": row["doc_id"],
        "language": LANGUAGES[number % len(LANGUAGES)] if number % 7 else None,
        "text_id": f"txt-{number}",
        "own_text": row["text"],
    }


def _narratives(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    common = {"languages": list(LANGUAGES), "first_seen": START, "asleep": False}
    return [
        {
            **common,
            "narrative_id": STORY,
            "label": f"harbour, sold {HOSTILE}",
            "terms": ["harbour", "haven", HOSTILE],
            "documents": 192,
            "distinct_texts": 40,
            "accounts": 16,
            "first_account": SITES[0],
            "last_seen": START + timedelta(days=11),
            "nearest": [row["doc_id"] for row in documents[:6]],
        },
        {
            **common,
            "narrative_id": TALK,
            "label": "weather, rain",
            "terms": None,
            "languages": ["nl"],
            "documents": 0,
            "distinct_texts": 0,
            "accounts": 0,
            "first_account": PERSONS[0],
            "last_seen": None,
            "nearest": None,
        },
    ]


def _member(row: dict[str, Any]) -> dict[str, Any]:
    number = int(row["doc_id"][4:])
    role = ("promotes", "reports", "rebuts", "unclear")[number % 4]
    return {
        "doc_id": row["doc_id"],
        "narrative_id": STORY,
        "similarity": 0.7,
        "role": role,
        "role_reason": HOSTILE,
    }


def _steps(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A step between two documents of the story, and one from a document that is gone."""
    found = [row["doc_id"] for row in documents if _member(row)["narrative_id"] == STORY]
    step = {"narrative_id": STORY, "right": found[-1], "kind": "quotation", "evidence": HOSTILE}
    return [{**step, "left": found[0]}, {**step, "left": "doc-gone"}]


def _lens(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Labels of bundled taxonomies, one of a taxonomy that is gone, and one in doubt."""
    told = [row["doc_id"] for row in documents if _member(row)["narrative_id"] == STORY][:1]
    found = (("target", "food-water"), ("frame", "economic"), ("move", "unclear"))
    return [
        {
            "narrative_id": STORY,
            "taxonomy": taxonomy,
            "label": label,
            "confidence": 0.8,
            "sentences": [HOSTILE],
            "doc_ids": told,
            "origin": "suggested",
        }
        for taxonomy, label in found
    ]


def _lineage() -> list[dict[str, Any]]:
    return [
        {"narrative_id": STORY, "event": "emerge", "at": START, "others": [], "detail": None},
        {
            "narrative_id": STORY,
            "event": "merge",
            "at": START + timedelta(days=4),
            "others": [TALK],
            "detail": HOSTILE,
        },
    ]


def _edges(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    of: dict[str, list[str]] = {}
    for row in documents:
        of.setdefault(row["account_id"], []).append(row["doc_id"])
    rows = []
    for group in (SITES[:5], PERSONS):
        for at, left in enumerate(group):
            for right in group[at + 1 :]:
                pairs = zip(of[left], of[right], strict=True)
                rows += [_edge(left, right, 1e-9 * (at + 1), list(pairs))]
    pages = [f"https://{name[4:]}/" for name in SITES[5:7]]
    shared = _edge(SITES[5], SITES[6], 1e-8, [(pages[0], pages[1])])
    rows.append(
        {
            **shared,
            "trace_kind": "infrastructure",
            "window_s": 0,
            "objects": ["analytics=G-1"],
        }
    )
    return rows


def _edge(left: str, right: str, q: float, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "left": left,
        "right": right,
        "trace_kind": "text",
        "window_s": 3600,
        "observed": 12,
        "expected": 0.03,
        "p_value": 1e-12,
        "q_value": q,
        "cosine": 0.91,
        "objects": ["txt-1"],
        "doc_pairs": [{"left": one, "right": other} for one, other in pairs],
    }


def _campaigns(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def row(campaign_id: str, members: list[str], **values: Any) -> dict[str, Any]:
        inside = [one["doc_id"] for one in documents if one["account_id"] in members]
        return {
            "campaign_id": campaign_id,
            "name": f"Candidate {campaign_id[-6:]}: {len(members)} accounts, {HOSTILE}",
            "queue": True,
            "queue_reason": "two families of traces",
            "coordinated": "strong",
            "inauthentic": "several signs",
            "state_link": "none recorded",
            "reach": "category 3: several platforms and communities",
            "statement": f"{len(members)} accounts are in step on text: the middle pair shared 12 "
            "objects within 1 hour where 0.03 were expected by chance (q < 1e-9).",
            "members": members,
            "documents": inside,
            "objects": 12,
            "first_seen": START,
            "last_seen": START + timedelta(days=11),
            "trace_kinds": ["text"],
            "min_q": 1e-9,
            "languages": list(LANGUAGES),
            "sources": sorted({one["source_id"] for one in documents[:8]}),
            "narrative_ids": [STORY],
            "benign": [
                {"benign_class": "wire-copy", "verdict": "ruled-out", "evidence": HOSTILE},
                {"benign_class": "same-owner", "verdict": "unknown", "evidence": ""},
            ],
            "techniques": [
                {
                    "technique_id": "T0084.001",
                    "name": "Use Copypasta",
                    "signal": "near-identical text",
                    "value": HOSTILE,
                    "caveat": "also true of wire copy",
                }
            ],
            "coverage": "7 sources up, 1 down",
            **values,
        }

    return [
        row(NETWORK, SITES[:5] + PERSONS),
        row(SMALL, SITES[:2] + PERSONS[:3], min_q=None),
        row(
            WIRE,
            SITES[5:],
            queue=False,
            queue_reason="explained by wire-copy",
            benign=[{"benign_class": "wire-copy", "verdict": "ruled-in", "evidence": "credit"}],
            techniques=None,
            narrative_ids=None,
        ),
    ]


def _findings() -> list[dict[str, Any]]:
    return [
        {
            "finding_id": f"fin-{signal}",
            "campaign_id": NETWORK,
            "signal": signal,
            "value": 1.0,
            "detail": f"{signal}: because {HOSTILE}",
            "evidence": [],
        }
        for signal in ("coordinated", "inauthentic", "state-link", "reach")
    ]


def _ledger(project: Project) -> None:
    project.ledger.add_order(
        Order(
            order_id="order-1",
            purpose="test *the* dashboard",
            legal_basis="none needed",
            scope="this test",
            begin=date(2025, 1, 1),
            end=date(2099, 1, 1),
            approver="nobody",
            created_at=START,
        )
    )
    with project.run("run") as run:
        run.summary.update({"sources_up": 7, "sources_down": 1})
        run.issue("collect", "web:outlet-3.example", f"no answer {HOSTILE}")
        run.quarantine(
            [Quarantined(origin="a.csv", position="3", reason="no date", excerpt=HOSTILE)]
        )


def _publish(project: Project, documents: list[dict[str, Any]]) -> None:
    import pyarrow as pa

    names = ("doc_id", "title", "text", "source_id", "account_id", "published_at", "url")
    rows = [{name: row[name] for name in names} for row in documents]
    for row in rows:
        row["language"] = LANGUAGES[int(row["doc_id"][4:]) % len(LANGUAGES)]
    open_index(project.config).publish("documents", pa.Table.from_pylist(rows), "doc_id")

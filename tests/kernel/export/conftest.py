"""One candidate in the form of `baken.cases.campaign`, with hostile texts and with persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from baken.export import ExportContext

HOSTILE = (
    "<script>alert(1)</script>=cmd|'/C calc'!A0 \u202egnp.exe\x00 [x](javascript:1) `a` | @someone"
)
OUTLETS = ("web:gazet.example", "web:daily.example")


def persons(count: int) -> list[str]:
    return [f"person:{number:020x}" for number in range(1, count + 1)]


def edge(left: str, right: str) -> dict[str, Any]:
    return {
        "left": left,
        "right": right,
        "trace_kind": "url",
        "window_s": 3_600,
        "observed": 7,
        "expected": 0.03,
        "p_value": 1e-9,
        "q_value": 1e-7,
        "cosine": 0.5,
        "objects": ["o1"],
        "method": "tested",
        "documents": [["doc-1", "doc-2"]],
    }


def post(doc_id: str, account: str, text: str = "A text.") -> dict[str, Any]:
    return {
        "doc_id": doc_id,
        "account_id": account,
        "published_at": datetime(2025, 3, 1, 12, tzinfo=UTC),
        "title": None,
        "text": text,
        "url": f"https://site.example/{doc_id}",
    }


@pytest.fixture
def make_case() -> Callable[..., dict[str, Any]]:
    def make(*, people: int = 0, **more: Any) -> dict[str, Any]:
        members = [*OUTLETS, *persons(people)]
        case: dict[str, Any] = {
            "campaign_id": "cam-1",
            "name": "=bridge story",
            "status": "candidate",
            "queue": True,
            "queue_reason": "two trace kinds",
            "statement": f"{members[0]} and {members[-1]} shared 7 links; chance explains 0.03",
            "accounts": len(members),
            "documents": 3,
            "objects": 7,
            "first_seen": datetime(2025, 3, 1, 12, tzinfo=UTC),
            "last_seen": datetime(2025, 3, 9, tzinfo=UTC),
            "trace_kinds": ["url", "text"],
            "min_q": 1e-7,
            "languages": ["nl", "en"],
            "sources": list(OUTLETS),
            "narrative_ids": ["nar-1"],
            "coordinated": "tested: q below 0.01 on two kinds",
            "inauthentic": "one sign: common identifier",
            "state_link": "none recorded",
            "reach": "1: one platform",
            "benign": [
                {"class": "wire", "verdict": "ruled-out", "evidence": HOSTILE},
                {"class": "owner", "verdict": "unknown", "evidence": f"see {members[-1]}"},
            ],
            "techniques": [
                {
                    "technique_id": "T0084.001",
                    "name": "Use Copypasta",
                    "signal": "identical-text",
                    "value": "7 texts",
                    "caveat": "wire copy looks the same",
                }
            ],
            "coverage": "12 sources up, 1 down",
            "parents": [],
            "members": members,
            "document_ids": ["doc-1", "doc-2", "doc-3"],
            "edges": [edge(members[0], members[-1]), edge(*sorted(OUTLETS))],
            "judgements": [],
            "posts": [
                post("doc-1", members[0], HOSTILE),
                post("doc-2", members[1], "write to jan@mail.example or @jan_doe"),
                post("doc-3", members[-1], "the last member writes"),
            ],
        }
        return case | more

    return make


@pytest.fixture
def confirmed(make_case: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return make_case(
        people=6,
        status="confirmed",
        judgements=[
            {
                "status": "confirmed",
                "role": "senior analyst",
                "reason": "shared infrastructure",
                "alternative": "syndication: no contract, no credit",
                "likelihood": "likely",
                "confidence": "moderate",
                "at": datetime(2025, 3, 20, tzinfo=UTC),
            }
        ],
    )


@pytest.fixture
def context() -> ExportContext:
    return ExportContext(
        project="baken-test",
        exported_at=datetime(2025, 4, 1, 9, 30, tzinfo=UTC),
        recipient="A ministry",
        purpose="weekly report",
        sources={OUTLETS[0]: {"name": "Gazet", "tier": "state-linked"}},
        narratives={"nar-1": {"label": "The bridge <b>"}},
    )

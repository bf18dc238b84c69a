"""Candidate campaigns as people see them: the newest candidates joined with what was decided.

A judgement changes the status of a candidate and nothing else; the statistics stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from baken.errors import UsageError
from baken.model import CampaignStatus, Judgement, TraceKind
from baken.schema import CAMPAIGNS, DOCUMENTS, EDGES, FINDINGS
from baken.store.project import Project
from baken.store.tables import where_in

LIKELIHOODS = (
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even",
    "likely",
    "very likely",
    "almost certain",
)
LISTS = ("queue", "explained", "weak")
CONFIDENCES = ("low", "moderate", "high")
_FINAL = (CampaignStatus.CONFIRMED, CampaignStatus.DISMISSED, CampaignStatus.INSUFFICIENT)


def campaigns(project: Project) -> list[dict[str, Any]]:
    """Every candidate with its status: the queue by q, then the others with the largest first.

    `listed` says in which of the three lists it stands: queue, explained or weak.
    """
    latest = {judgement.campaign_id: judgement for judgement in project.ledger.judgements()}
    rows = project.tables.read(CAMPAIGNS).to_pylist()
    shaped = [_shape(row, latest.get(row["campaign_id"])) for row in rows]
    return sorted(shaped, key=_place)


def campaign(project: Project, campaign_id: str) -> dict[str, Any]:
    """One candidate with its members, edges and judgements; raises `UsageError` if unknown.

    `examined` is how many documents stand behind its edges; `documents` are those that count.
    `outside` says how many other accounts are in step with members; nothing where none is.
    """
    found = [row for row in campaigns(project) if row["campaign_id"] == campaign_id]
    if not found:
        raise UsageError(f"no campaign {campaign_id!r}: `baken campaigns list` shows the ids")
    row = found[0]
    members = row["members"]
    edges = (
        project.tables.read(EDGES, where=where_in("left", members)).to_pylist() if members else []
    )
    inside = [edge for edge in edges if edge["right"] in set(members)]
    inside.sort(
        key=lambda edge: (
            *_by_q(edge["q_value"]),
            edge["left"],
            edge["right"],
            edge["trace_kind"],
            edge["window_s"],
        )
    )
    behind = {
        pair[end]
        for edge in inside
        if edge["trace_kind"] != TraceKind.INFRASTRUCTURE
        for pair in edge["doc_pairs"] or []
        for end in ("left", "right")
    }
    return {
        **row,
        "examined": len(behind),
        "outside": _outside(project, campaign_id),
        "edges": [
            {
                **{name: edge[name] for name in EDGES.schema.names if name != "doc_pairs"},
                "documents": [[pair["left"], pair["right"]] for pair in edge["doc_pairs"] or []],
            }
            for edge in inside
        ],
        "judgements": [_judgement(entry) for entry in project.ledger.judgements(campaign_id)],
    }


def _outside(project: Project, campaign_id: str) -> str | None:
    rows = project.tables.read(FINDINGS, where=where_in("campaign_id", [campaign_id])).to_pylist()
    return next((row["detail"] for row in rows if row["signal"] == "outside"), None)


def review(project: Project, judgement: Judgement) -> None:
    """Append a judgement about an existing candidate.

    A confirmation needs a benign alternative with the reason for its rejection, a likelihood and a
    confidence; every judgement needs a reason and the role of the reviewer. Raises `UsageError`.
    """
    campaign(project, judgement.campaign_id)
    if not judgement.reason.strip():
        raise UsageError("a judgement needs a reason: --reason TEXT")
    if not judgement.reviewer_role.strip():
        raise UsageError("a judgement needs the role of the reviewer: --role TEXT")
    if judgement.likelihood is not None and judgement.likelihood not in LIKELIHOODS:
        raise UsageError(f"--likelihood is one of: {', '.join(LIKELIHOODS)}")
    if judgement.confidence is not None and judgement.confidence not in CONFIDENCES:
        raise UsageError(f"--confidence is one of: {', '.join(CONFIDENCES)}")
    if judgement.status is CampaignStatus.CONFIRMED:
        missing = [
            option
            for option, value in (
                ("--alternative", judgement.alternative),
                ("--likelihood", judgement.likelihood),
                ("--confidence", judgement.confidence),
            )
            if not value
        ]
        if missing:
            raise UsageError(
                f"a confirmation also needs {', '.join(missing)}: name the innocent explanation "
                "you considered and why it was rejected"
            )
    project.ledger.judge(judgement)
    project.ledger.record(
        "review",
        campaign_id=judgement.campaign_id,
        status=judgement.status,
        role=judgement.reviewer_role,
    )


def posts(project: Project, doc_ids: Sequence[str], *, limit: int) -> list[dict[str, Any]]:
    """The documents with these ids, the earliest first, at most `limit`."""
    if not doc_ids:
        return []
    columns = ["doc_id", "account_id", "published_at", "title", "text", "url"]
    rows = project.tables.read(DOCUMENTS, columns=columns, where=where_in("doc_id", doc_ids))
    by_time = sorted(rows.to_pylist(), key=lambda row: (str(row["published_at"]), row["doc_id"]))
    return by_time[:limit]


def waiting(project: Project) -> int:
    """How many candidates in the queue no person has decided on yet."""
    return sum(1 for row in campaigns(project) if row["queue"] and row["status"] not in _FINAL)


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    if row["queue"]:
        return 0, *_by_q(row["min_q"]), row["campaign_id"]
    place = LISTS.index(row["listed"])
    return place, -row["accounts"], -row["documents"], row["campaign_id"]


def _listed(row: dict[str, Any]) -> str:
    if row["queue"]:
        return "queue"
    return "explained" if (row["queue_reason"] or "").startswith("explained") else "weak"


def _by_q(q_value: float | None) -> tuple[bool, float]:
    # Classic methods test nothing, so their edges have no q-value; they come last.
    return q_value is None, q_value or 0.0


def _shape(row: dict[str, Any], judgement: Judgement | None) -> dict[str, Any]:
    return {
        "campaign_id": row["campaign_id"],
        "name": row["name"],
        "status": judgement.status if judgement else CampaignStatus.CANDIDATE,
        "listed": _listed(row),
        "queue": row["queue"],
        "queue_reason": row["queue_reason"],
        "statement": row["statement"],
        "accounts": len(row["members"] or []),
        "documents": len(row["documents"] or []),
        "objects": row["objects"],
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "trace_kinds": row["trace_kinds"] or [],
        "min_q": row["min_q"],
        "languages": row["languages"] or [],
        "sources": row["sources"] or [],
        "narrative_ids": row["narrative_ids"] or [],
        "coordinated": row["coordinated"],
        "inauthentic": row["inauthentic"],
        "state_link": row["state_link"],
        "reach": row["reach"],
        "benign": [
            {"class": b["benign_class"], "verdict": b["verdict"], "evidence": b["evidence"]}
            for b in row["benign"] or []
        ],
        "techniques": row["techniques"] or [],
        "coverage": row["coverage"],
        "parents": row["parents"] or [],
        "members": row["members"] or [],
        "document_ids": row["documents"] or [],
    }


def _judgement(entry: Judgement) -> dict[str, Any]:
    return {
        "status": entry.status,
        "role": entry.reviewer_role,
        "reason": entry.reason,
        "alternative": entry.alternative,
        "likelihood": entry.likelihood,
        "confidence": entry.confidence,
        "at": entry.at,
    }

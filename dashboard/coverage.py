"""What this installation has seen: its last run, which sources were down, open issues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from baken.dashboard.register import Register, expired
from baken.store.project import Project

MAX_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Coverage:
    """The latest run, the latest crawl's sources, and open issues."""

    last_run: Mapping[str, Any] | None
    sources_up: int | None
    sources_down: int | None
    issues: tuple[Mapping[str, Any], ...]
    order: str | None
    order_end: date | None


def coverage(project: Project) -> Coverage:
    """What the ledger says of the last runs and of the order in force."""
    runs = project.ledger.runs()
    crawls = (run["summary"] for run in runs if "sources_up" in run["summary"])
    crawled: Mapping[str, Any] = next(crawls, {})
    last = runs[0] if runs else None
    issues = tuple(project.ledger.issues(last["run_id"])) if last else ()
    orders = project.ledger.orders()
    return Coverage(
        last_run=last,
        sources_up=crawled.get("sources_up"),
        sources_down=crawled.get("sources_down"),
        issues=issues,
        order=orders[-1].purpose if orders else None,
        order_end=orders[-1].end if orders else None,
    )


def quarantine(project: Project) -> tuple[list[tuple[str, int]], list[Mapping[str, Any]]]:
    """How many records were set aside for each reason, and the newest of them."""
    records = project.ledger.quarantined()
    counts = Counter(str(record["reason"]) for record in records)
    by_count = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return by_count[:MAX_SHOWN], list(reversed(records[-MAX_SHOWN:]))


def source_rows(
    register: Register,
    seen: list[dict[str, Any]],
    issues: tuple[Mapping[str, Any], ...],
    *,
    today: date,
) -> list[dict[str, Any]]:
    """One row for each source of the register or of the documents, those in trouble first."""
    trouble = {str(issue["origin"]): str(issue["message"]) for issue in issues}
    by_id = {str(row["source_id"]): row for row in seen}
    rows = []
    for source_id in sorted(set(register.entries) | set(by_id)):
        entry, found = register.entries.get(source_id, {}), by_id.get(source_id, {})
        state = _state(entry, found, trouble.get(source_id), today)
        rows.append(
            {
                "source_id": source_id,
                "state": state,
                "documents": found.get("documents", 0),
                "last_published": found.get("last_published"),
                "last_collected": found.get("last_collected"),
                **{
                    name: entry.get(name)
                    for name in ("name", "kind", "language", "country", "owner", "review_by")
                },
                "tier": entry.get("tier", "unclassified") if entry else None,
                "tier_reason": entry.get("tier_reason"),
                "problem": trouble.get(source_id),
            }
        )
    order = {"down": 0, "expired": 1, "silent": 2, "up": 3, "imported": 4}
    return sorted(rows, key=lambda row: (order[row["state"]], row["source_id"]))


def _state(
    entry: Mapping[str, Any], found: Mapping[str, Any], trouble: str | None, today: date
) -> str:
    if not entry:
        return "imported"
    if expired(entry, today=today):
        return "expired"
    if trouble is not None:
        return "down"
    return "up" if found else "silent"


def when(value: object) -> datetime | None:
    """A time as the ledger writes it, or `None`."""
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None

"""The ledger in SQLite: orders, judgements, corrections and audit, append-only; runs, quarantine.

Append-only rows are never changed: triggers refuse it. The audit log is a hash chain, so that a
row that was changed behind the program's back is found by `baken verify`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from baken.errors import OrderError, StoreError
from baken.model import CampaignStatus, Correction, Judgement, Order, Quarantined

_APPEND_ONLY = ("orders", "judgements", "corrections", "audit")

_DDL = """
CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY, purpose TEXT NOT NULL, legal_basis TEXT NOT NULL,
    scope TEXT NOT NULL, begin TEXT NOT NULL, "end" TEXT NOT NULL, approver TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS judgements (
    number INTEGER PRIMARY KEY, campaign_id TEXT NOT NULL, status TEXT NOT NULL,
    reviewer_role TEXT NOT NULL, reason TEXT NOT NULL, alternative TEXT, likelihood TEXT,
    confidence TEXT, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS corrections (
    number INTEGER PRIMARY KEY, narrative_id TEXT NOT NULL, taxonomy TEXT NOT NULL,
    labels TEXT NOT NULL, doc_ids TEXT NOT NULL, reviewer_role TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL,
    previous TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS quarantine (
    number INTEGER PRIMARY KEY, run_id TEXT NOT NULL, origin TEXT NOT NULL,
    position TEXT NOT NULL, reason TEXT NOT NULL, excerpt TEXT NOT NULL,
    UNIQUE (origin, position, reason));
CREATE TABLE IF NOT EXISTS issues (
    number INTEGER PRIMARY KEY, run_id TEXT NOT NULL, at TEXT NOT NULL, stage TEXT NOT NULL,
    origin TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, command TEXT NOT NULL, started_at TEXT NOT NULL,
    finished_at TEXT, outcome TEXT, summary TEXT, config_digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stages (
    stage TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, finished_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS judgements_by_campaign ON judgements (campaign_id, number);
"""

_GENESIS = "0" * 64


class Ledger:
    """The append-only record of what was ordered, done and decided in one project."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_DDL + "".join(_guards(name) for name in _APPEND_ONLY))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"the ledger at {path} cannot be opened ({error}): restore it from a backup"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
        except sqlite3.Error as error:
            raise StoreError(f"the ledger cannot be written: {error}") from error

    def add_order(self, order: Order) -> None:
        """Record an order; an order with the same id is refused."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                tuple(_text(value) for value in asdict(order).values()),
            )

    def orders(self) -> list[Order]:
        """Every order, oldest first."""
        rows = self._db.execute("SELECT * FROM orders ORDER BY created_at, order_id").fetchall()
        return [
            Order(
                order_id=row["order_id"],
                purpose=row["purpose"],
                legal_basis=row["legal_basis"],
                scope=row["scope"],
                begin=date.fromisoformat(row["begin"]),
                end=date.fromisoformat(row["end"]),
                approver=row["approver"],
                created_at=datetime.fromisoformat(row["created_at"]),
            )
            for row in rows
        ]

    def order_in_force(self, today: date) -> Order:
        """The newest order that covers `today`; raises `OrderError` saying what is wrong."""
        orders = self.orders()
        if not orders:
            raise OrderError("no order: nothing may be collected; run `baken init` to record one")
        for order in reversed(orders):
            if order.begin <= today <= order.end:
                return order
        newest = orders[-1]
        if today < newest.begin:
            raise OrderError(f"order {newest.order_id} begins on {newest.begin}; wait until then")
        raise OrderError(
            f"order {newest.order_id} ended on {newest.end}: "
            "record a new one with `baken init --renew`"
        )

    def judge(self, judgement: Judgement) -> None:
        """Append a judgement; earlier ones stay."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO judgements (campaign_id, status, reviewer_role, reason, alternative,"
                " likelihood, confidence, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                tuple(_text(value) for value in asdict(judgement).values()),
            )

    def judgements(self, campaign_id: str | None = None) -> list[Judgement]:
        """All judgements, or those of one campaign, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM judgements WHERE ?1 IS NULL OR campaign_id = ?1 ORDER BY number",
            (campaign_id,),
        ).fetchall()
        return [
            Judgement(
                campaign_id=row["campaign_id"],
                status=CampaignStatus(row["status"]),
                reviewer_role=row["reviewer_role"],
                reason=row["reason"],
                alternative=row["alternative"],
                likelihood=row["likelihood"],
                confidence=row["confidence"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows
        ]

    def correct(self, correction: Correction) -> None:
        """Append a correction; earlier ones stay."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO corrections (narrative_id, taxonomy, labels, doc_ids, reviewer_role,"
                " at) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    correction.narrative_id,
                    correction.taxonomy,
                    json.dumps(correction.labels),
                    json.dumps(correction.doc_ids),
                    correction.reviewer_role,
                    correction.at.isoformat(),
                ),
            )

    def corrections(self, narrative_id: str | None = None) -> list[Correction]:
        """All corrections, or those of one narrative, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM corrections WHERE ?1 IS NULL OR narrative_id = ?1 ORDER BY number",
            (narrative_id,),
        ).fetchall()
        return [
            Correction(
                narrative_id=row["narrative_id"],
                taxonomy=row["taxonomy"],
                labels=tuple(json.loads(row["labels"])),
                doc_ids=tuple(json.loads(row["doc_ids"])),
                reviewer_role=row["reviewer_role"],
                at=datetime.fromisoformat(row["at"]),
            )
            for row in rows
        ]

    def record(self, action: str, **detail: Any) -> None:
        """Append one entry to the audit chain."""
        body = json.dumps(detail, sort_keys=True, default=str, ensure_ascii=False)
        at = datetime.now(UTC).isoformat()
        with self._transaction() as db:
            last = db.execute("SELECT digest FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            previous = last["digest"] if last else _GENESIS
            db.execute(
                "INSERT INTO audit (at, action, detail, previous, digest) VALUES (?, ?, ?, ?, ?)",
                (at, action, body, previous, _chain(previous, at, action, body)),
            )

    def audit(self) -> list[Mapping[str, Any]]:
        """The audit log, oldest first."""
        rows = self._db.execute("SELECT number, at, action, detail FROM audit ORDER BY number")
        return [{**dict(row), "detail": json.loads(row["detail"])} for row in rows]

    def broken_audit_entry(self) -> int | None:
        """The number of the first entry whose hash does not follow; `None` when the chain holds."""
        previous = _GENESIS
        for row in self._db.execute("SELECT * FROM audit ORDER BY number"):
            expected = _chain(previous, row["at"], row["action"], row["detail"])
            if row["previous"] != previous or row["digest"] != expected:
                return int(row["number"])
            previous = row["digest"]
        return None

    def quarantine(self, run_id: str, records: Sequence[Quarantined]) -> int:
        """Keep bad records with their reasons; return how many were not known before."""
        with self._transaction() as db:
            before = db.total_changes
            db.executemany(
                "INSERT OR IGNORE INTO quarantine (run_id, origin, position, reason, excerpt)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (run_id, *(_clean(v) for v in (r.origin, r.position, r.reason, r.excerpt)))
                    for r in records
                ],
            )
            return db.total_changes - before

    def quarantined(self) -> list[Mapping[str, Any]]:
        """Every record in quarantine, oldest first."""
        return [dict(row) for row in self._db.execute("SELECT * FROM quarantine ORDER BY number")]

    def forget_quarantined(self, *, origin: str = "", before: datetime | None = None) -> int:
        """Remove the records of `origin`, or of runs begun before `before`; return how many."""
        with self._transaction() as db:
            return db.execute(
                "DELETE FROM quarantine WHERE origin = ?1 OR run_id IN"
                " (SELECT run_id FROM runs WHERE started_at < ?2)",
                (origin, before.isoformat() if before else ""),
            ).rowcount

    def report_issue(self, run_id: str, stage: str, origin: str, message: str) -> None:
        """Note something that a person must act on."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO issues (run_id, at, stage, origin, message) VALUES (?, ?, ?, ?, ?)",
                (run_id, datetime.now(UTC).isoformat(), stage, _clean(origin), _clean(message)),
            )

    def issues(self, run_id: str | None = None) -> list[Mapping[str, Any]]:
        """All issues, or those of one run, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM issues WHERE ?1 IS NULL OR run_id = ?1 ORDER BY number", (run_id,)
        )
        return [dict(row) for row in rows]

    def start_run(self, run_id: str, command: str, config_digest: str) -> None:
        """Note that a run has begun."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO runs (run_id, command, started_at, config_digest) VALUES (?, ?, ?, ?)",
                (run_id, command, datetime.now(UTC).isoformat(), config_digest),
            )

    def finish_run(self, run_id: str, outcome: str, summary: Mapping[str, Any]) -> None:
        """Note how a run ended; a run without an end was killed."""
        with self._transaction() as db:
            db.execute(
                "UPDATE runs SET finished_at = ?, outcome = ?, summary = ? WHERE run_id = ?",
                (datetime.now(UTC).isoformat(), outcome, json.dumps(dict(summary)), run_id),
            )

    def runs(self) -> list[Mapping[str, Any]]:
        """Every run, newest first."""
        rows = self._db.execute("SELECT * FROM runs ORDER BY started_at DESC, run_id")
        return [{**dict(r), "summary": json.loads(r["summary"] or "{}")} for r in rows]

    def stage_fingerprint(self, stage: str) -> str | None:
        """What `stage` last finished on: its inputs and configuration."""
        row = self._db.execute("SELECT fingerprint FROM stages WHERE stage = ?", (stage,))
        found = row.fetchone()
        return found["fingerprint"] if found else None

    def stage_finished(self, stage: str, fingerprint: str) -> None:
        """Note what `stage` finished on, so that the next run can skip it."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO stages VALUES (?, ?, ?)",
                (stage, fingerprint, datetime.now(UTC).isoformat()),
            )


def _guards(table: str) -> str:
    return "".join(
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
        for verb in ("UPDATE", "DELETE")
    )


def _chain(previous: str, at: str, action: str, detail: str) -> str:
    return hashlib.sha256("\x1f".join((previous, at, action, detail)).encode()).hexdigest()


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _clean(value: str) -> str:
    # SQLite stores UTF-8; a lone surrogate from a broken file would be refused.
    return value.encode("utf-8", "replace").decode("utf-8")

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from baken.errors import OrderError, StoreError
from baken.model import CampaignStatus, Judgement, Order, Quarantined
from baken.store.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def order(begin: date, end: date, name: str = "o") -> Order:
    return Order(
        order_id=name,
        purpose="p",
        legal_basis="l",
        scope="s",
        begin=begin,
        end=end,
        approver="a",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_without_an_order_in_force_nothing_is_allowed(ledger: Ledger) -> None:
    today = date(2026, 6, 1)
    with pytest.raises(OrderError, match="baken init"):
        ledger.order_in_force(today)
    ledger.add_order(order(date(2026, 1, 1), date(2026, 5, 31)))
    with pytest.raises(OrderError, match="ended on 2026-05-31"):
        ledger.order_in_force(today)
    ledger.add_order(order(date(2026, 7, 1), date(2026, 8, 1), "p"))
    with pytest.raises(OrderError, match="begins on 2026-07-01"):
        ledger.order_in_force(today)
    ledger.add_order(order(today, today, "q"))
    assert ledger.order_in_force(today).order_id == "q"


def test_judgements_are_appended_and_cannot_be_changed(ledger: Ledger, tmp_path: Path) -> None:
    for status in (CampaignStatus.IN_REVIEW, CampaignStatus.DISMISSED):
        ledger.judge(Judgement(campaign_id="c", status=status, reviewer_role="r", reason="x"))
    assert [entry.status for entry in ledger.judgements("c")] == ["in-review", "dismissed"]
    assert ledger.judgements("other") == []
    direct = sqlite3.connect(tmp_path / "ledger.sqlite")
    for statement in ("UPDATE judgements SET status = 'confirmed'", "DELETE FROM judgements"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            direct.execute(statement)


def test_a_changed_audit_entry_is_found(ledger: Ledger, tmp_path: Path) -> None:
    for number in range(3):
        ledger.record("view", campaign_id=f"c{number}")
    assert ledger.broken_audit_entry() is None
    direct = sqlite3.connect(tmp_path / "ledger.sqlite")
    direct.executescript(
        "DROP TRIGGER audit_no_update; UPDATE audit SET detail = '{}' WHERE number = 2;"
    )
    assert ledger.broken_audit_entry() == 2


def test_a_record_is_quarantined_once_even_with_broken_text(ledger: Ledger) -> None:
    record = Quarantined(origin="f.csv", position="row 3", reason="bad \ud800", excerpt="")
    assert ledger.quarantine("run-1", [record, record]) == 1
    assert ledger.quarantine("run-2", [record]) == 0
    assert [row["run_id"] for row in ledger.quarantined()] == ["run-1"]


def test_a_run_without_an_end_is_visible(ledger: Ledger) -> None:
    ledger.start_run("run-1", "collect", "d")
    assert ledger.runs()[0]["finished_at"] is None
    ledger.finish_run("run-1", "done", {"pages": 3})
    assert ledger.runs()[0]["summary"] == {"pages": 3}


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Ledger(tmp_path / "file" / "ledger.sqlite")

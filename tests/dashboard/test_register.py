from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from baken.dashboard.coverage import source_rows
from baken.dashboard.register import expired, read_register, review_by

TODAY = date(2025, 6, 1)


def test_a_broken_file_is_one_line_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[source]]\nsource_id = "web:a.example"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text("not toml", encoding="utf-8")
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "d.toml").write_text('source = "text"', encoding="utf-8")
    register = read_register(tmp_path)
    assert list(register.entries) == ["web:a.example"]
    assert [problem.split()[0] for problem in register.problems] == ["b.toml", "c.toml"]
    assert all("\n" not in problem for problem in register.problems)


def test_no_folder_is_an_empty_register(tmp_path: Path) -> None:
    assert not read_register(tmp_path / "none").entries


def test_review_dates_in_every_form() -> None:
    assert review_by({"review_by": "2025-05-31"}) == date(2025, 5, 31)
    assert review_by({"review_by": datetime(2025, 5, 31, tzinfo=UTC)}) == date(2025, 5, 31)
    assert review_by({"review_by": "soon"}) is None
    assert expired({"review_by": date(2025, 5, 31)}, today=TODAY)
    assert not expired({"review_by": date(2025, 6, 1)}, today=TODAY)
    assert not expired({}, today=TODAY)


def test_sources_in_trouble_come_first(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        "".join(
            f'[[source]]\nsource_id = "web:{name}.example"\nreview_by = {year}-01-01\n'
            for name, year in (("down", 2099), ("old", 2020), ("quiet", 2099), ("up", 2099))
        ),
        encoding="utf-8",
    )
    seen = [
        {"source_id": name, "documents": 3}
        for name in ("web:up.example", "web:down.example", "dataset:posts")
    ]
    issues = ({"origin": "web:down.example", "message": "no answer"},)
    rows = source_rows(read_register(tmp_path), seen, issues, today=TODAY)
    assert [(row["source_id"], row["state"]) for row in rows] == [
        ("web:down.example", "down"),
        ("web:old.example", "expired"),
        ("web:quiet.example", "silent"),
        ("web:up.example", "up"),
        ("dataset:posts", "imported"),
    ]
    assert rows[0]["problem"] == "no answer"

"""Evidence: what was stored can be checked, and every changed byte is named."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from baken.collectors.evidence import LOG, Evidence, EvidenceChanged, Fetch, record_path, verify


def fetch(number: int) -> Fetch:
    return Fetch(
        url=f"https://krant.example/{number}",
        final_url=f"https://krant.example/artikel/{number}",
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        status=200,
        headers=[("Content-Type", "text/html"), ("Content-Encoding", "gzip")],
        body=f"<p>bericht {number}</p>".encode(),
    )


def stored(folder: Path, count: int = 3) -> list[str]:
    evidence = Evidence(folder, collector="test")
    ids = [evidence.add(fetch(number), decision="allowed") for number in range(count)]
    evidence.decline(fetch(99), decision="tdm-reserved")
    evidence.sync()
    return ids


def path_of(folder: Path, snapshot_id: str) -> Path:
    return record_path(folder, snapshot_id.removeprefix("sha256:"))


def test_records_can_be_replayed(tmp_path: Path) -> None:
    ids = stored(tmp_path)
    assert verify(tmp_path) == 3
    record = next(ArchiveIterator(io.BytesIO(path_of(tmp_path, ids[1]).read_bytes())))
    assert record.rec_headers["WARC-Target-URI"] == "https://krant.example/artikel/1"
    assert record.content_stream().read() == b"<p>bericht 1</p>"
    assert stored(tmp_path) == ids
    assert verify(tmp_path) == 3


def test_any_changed_byte_is_found_and_named(tmp_path: Path) -> None:
    path = path_of(tmp_path, stored(tmp_path)[1])
    whole = path.read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(EvidenceChanged, match=path.name):
            verify(tmp_path)
    path.unlink()
    with pytest.raises(EvidenceChanged, match=f"{path.name} .* is missing"):
        verify(tmp_path)


def test_any_changed_line_of_the_log_is_named(tmp_path: Path) -> None:
    stored(tmp_path)
    log = tmp_path / LOG
    lines = log.read_text().splitlines(keepends=True)
    for changed, number in (
        ([lines[0], lines[1].replace("/1", "/7"), *lines[2:]], 2),
        ([lines[0], *lines[2:]], 2),
        ([lines[1], lines[0], *lines[2:]], 1),
        ([*lines[:3], "{}\n"], 4),
        ([*lines[:3], "no json\n"], 4),
    ):
        log.write_text("".join(changed))
        with pytest.raises(EvidenceChanged, match=f"line {number} "):
            verify(tmp_path)


def test_a_tombstone_keeps_the_chain(tmp_path: Path) -> None:
    ids = stored(tmp_path)
    Evidence(tmp_path, collector="test").remove(ids[0], reason="kept for 30 days")
    assert not path_of(tmp_path, ids[0]).exists()
    assert verify(tmp_path) == 2
    assert json.loads((tmp_path / LOG).read_text().splitlines()[-1])["reason"] == "kept for 30 days"


def test_half_a_line_that_a_crash_left_is_cut_off(tmp_path: Path) -> None:
    stored(tmp_path)
    with (tmp_path / LOG).open("a") as log:
        log.write('{"at": "2026')
    stored(tmp_path, count=4)
    assert verify(tmp_path) == 4

"""Evidence: every fetched page as a WARC record, and a hash-chained log of what was done.

A record lies under the SHA-256 of its bytes (`records/ab/ab12....warc.gz`), so that it can be
replayed, checked and removed alone. Line n of `log.jsonl` holds
SHA-256(hash of line n-1 || canonical JSON of entry n).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from baken.errors import BakenError, StoreError
from baken.files import write_whole

LOG = "log.jsonl"
RECORDS = "records"
_START = "0" * 64


class EvidenceChanged(BakenError):
    """A record or log entry is not what was stored; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One answered request, as it went over the wire after decompression."""

    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class Evidence:
    """Appends to the evidence in one folder; one writer at a time.

    `add` writes the record at once but the log entry only with `sync`, which returns when both are
    on the disk: call it before anything refers to the records.
    """

    def __init__(self, folder: Path, *, collector: str) -> None:
        self._folder = folder
        self._collector = collector
        self._pending: list[dict[str, Any]] = []
        try:
            (folder / RECORDS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"no evidence can be written to {folder}: {error.strerror}") from error
        self._hash, self._count = _repair(folder / LOG)

    def add(self, fetch: Fetch, *, decision: str) -> str:
        """Keep the record of `fetch`; returns its id. `decision` says what robots and TDM allow."""
        record = warc_record(fetch)
        digest = hashlib.sha256(record).hexdigest()
        path = record_path(self._folder, digest)
        if not path.exists():
            try:
                write_whole(path, record)
            except OSError as error:
                raise StoreError(f"evidence cannot be written: {error}") from error
        self._note(fetch, decision=decision, record_sha256=digest)
        return f"sha256:{digest}"

    def decline(self, fetch: Fetch, *, decision: str) -> None:
        """Log that `fetch` was seen and its content not kept."""
        self._note(fetch, decision=decision, record_sha256=None)

    def remove(self, snapshot_id: str, *, reason: str) -> None:
        """Remove the content of a record for good; a tombstone with the reason stays in the log."""
        digest = snapshot_id.removeprefix("sha256:")
        now = datetime.now(UTC).isoformat()
        self._pending.append({"tombstone": digest, "reason": reason, "at": now})
        self.sync()
        record_path(self._folder, digest).unlink(missing_ok=True)

    def sync(self) -> None:
        """Append what is pending to the log, and wait until the disk has it."""
        if not self._pending:
            return
        lines = []
        for entry in self._pending:
            self._count += 1
            numbered = {**entry, "n": self._count}
            self._hash = _chained(self._hash, numbered)
            lines.append(json.dumps({**numbered, "hash": self._hash}, sort_keys=True))
        try:
            with (self._folder / LOG).open("a", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"the evidence log cannot be written: {error}") from error
        self._pending.clear()

    def _note(self, fetch: Fetch, *, decision: str, record_sha256: str | None) -> None:
        self._pending.append(
            {
                "at": fetch.fetched_at.isoformat(),
                "url": fetch.url,
                "final_url": fetch.final_url,
                "status": fetch.status,
                "headers": [list(header) for header in fetch.headers],
                "body_sha256": hashlib.sha256(fetch.body).hexdigest(),
                "record_sha256": record_sha256,
                "decision": decision,
                "collector": self._collector,
            }
        )


def warc_record(fetch: Fetch) -> bytes:
    """A gzipped WARC response record; the same fetch gives the same bytes."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    # The body is stored unpacked, so headers about its transfer no longer describe it.
    dropped = {"content-encoding", "transfer-encoding", "content-length", "set-cookie"}
    headers = [(name, value) for name, value in fetch.headers if name.casefold() not in dropped]
    headers.append(("Content-Length", str(len(fetch.body))))
    digest = hashlib.sha256(fetch.body).hexdigest()
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{fetch.final_url} {fetch.fetched_at} {digest}")
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    record = writer.create_warc_record(
        fetch.final_url,
        "response",
        payload=io.BytesIO(fetch.body),
        http_headers=StatusAndHeaders(f"{fetch.status} -", headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Record-ID": f"<urn:uuid:{name}>",
            "WARC-Date": fetch.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    writer.write_record(record)
    return out.getvalue()


def verify(folder: Path) -> int:
    """Check every record and the chain of the log in `folder`; returns the number of records.

    Raises `EvidenceChanged` naming the first log line or record that is not what was stored.
    """
    removed: set[str] = set()
    stored: dict[str, str] = {}
    previous, count = _START, 0
    for number, entry in _entries(folder / LOG):
        told = entry.pop("hash", None)
        previous, count = _chained(previous, entry), count + 1
        if told != previous or entry.get("n") != count:
            raise EvidenceChanged(f"line {number} of {LOG} was changed: restore it from a backup")
        if "tombstone" in entry:
            removed.add(entry["tombstone"])
        elif entry.get("record_sha256"):
            stored[entry["record_sha256"]] = entry["url"]
    checked = 0
    for digest, url in sorted(stored.items()):
        path = record_path(folder, digest)
        if digest in removed:
            continue
        if not path.exists():
            raise EvidenceChanged(f"the record {path.name} of {url} is missing: restore it")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise EvidenceChanged(f"the record {path.name} of {url} was changed: restore it")
        checked += 1
    return checked


def record_path(folder: Path, digest: str) -> Path:
    """Where the record with this SHA-256 lies."""
    return folder / RECORDS / digest[:2] / f"{digest}.warc.gz"


def _chained(previous: str, entry: Mapping[str, Any]) -> str:
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}{canonical}".encode()).hexdigest()


def _entries(log: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not log.exists():
        return
    with log.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                entry = json.loads(line)
            except ValueError as error:
                raise EvidenceChanged(f"line {number} of {LOG} cannot be read") from error
            if not isinstance(entry, dict):
                raise EvidenceChanged(f"line {number} of {LOG} cannot be read")
            yield number, entry


def _repair(log: Path) -> tuple[str, int]:
    """The last hash and the number of entries; half a line that a crash left is cut off."""
    if not log.exists():
        return _START, 0
    last, count, size = b"", 0, 0
    with log.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            last, count, size = line, count + 1, size + len(line)
    if log.stat().st_size > size:
        os.truncate(log, size)
    if not last:
        return _START, 0
    try:
        return str(json.loads(last)["hash"]), count
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceChanged(f"line {count} of {LOG} cannot be read: `baken verify`") from error

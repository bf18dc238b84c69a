"""The spool: what a crawl found, on the disk before anything else happens to it.

A crawl appends records to one file and syncs it batch by batch; when it ends, the file loses its
`.part`. A reader takes both kinds, so nothing is lost when a crawl or its reader is killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from baken import schema
from baken.collectors.batch import Batch
from baken.errors import CollectError, StoreError
from baken.model import Document, Quarantined, SiteTrait

PART = ".jsonl.part"
DONE = ".jsonl"
_LOCK = "spool.lock"
_BATCH_ROWS = 2_000
_LOCK_WAIT_S = 20.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SpoolWriter:
    """Writes one crawl; holds the lock of the folder as long as it is open."""

    def __init__(self, folder: Path, name: str) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
            self._path = folder / f"{name}{PART}"
            self._file = self._path.open("ab")
        except OSError as error:
            raise StoreError(f"the spool cannot be written: {error.strerror}") from error
        self._pending: list[bytes] = []

    def add(self, record: Document | SiteTrait | Quarantined) -> None:
        """Take one record; it is safe after the next `sync`."""
        kind = type(record).__name__
        line = json.dumps([kind, asdict(record)], default=_plain, ensure_ascii=True)
        self._pending.append(line.encode())

    @property
    def pending(self) -> int:
        """Records that are not yet on the disk."""
        return len(self._pending)

    def sync(self) -> None:
        """Append the pending records, and wait until the disk has them."""
        if not self._pending:
            return
        try:
            self._file.write(b"\n".join(self._pending) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(f"the spool cannot be written: {error}") from error
        self._pending.clear()

    def close(self) -> None:
        """Sync, and mark the file as done."""
        self.sync()
        self._file.close()
        self._path.replace(self._path.with_name(self._path.name.removesuffix(PART) + DONE))
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_spool(folder: Path) -> Iterator[Batch]:
    """Everything in the spool, in batches, each doc_id once a batch; half a last line is left out.

    Raises `CollectError` while another crawl is writing there.
    """
    if not folder.is_dir():
        return
    with _locked(folder):
        files = sorted([*folder.glob(f"*{DONE}"), *folder.glob(f"*{PART}")])
    waiting: list[tuple[str, dict[str, Any]]] = []
    for file in files:
        with file.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                kind, row = json.loads(line)
                waiting.append((kind, row))
                if len(waiting) == _BATCH_ROWS:
                    yield _batch(waiting)
                    waiting = []
    if waiting:
        yield _batch(waiting)


def clear_spool(folder: Path) -> None:
    """Remove what has been read and stored elsewhere."""
    if not folder.is_dir():
        return
    with _locked(folder):
        for pattern in (f"*{DONE}", f"*{PART}"):
            for file in folder.glob(pattern):
                file.unlink()


def _batch(records: list[tuple[str, dict[str, Any]]]) -> Batch:
    documents: dict[str, dict[str, object]] = {}
    traits: dict[tuple[object, ...], dict[str, object]] = {}
    quarantined = []
    total = 0
    for kind, row in records:
        if kind == Document.__name__:
            total += 1
            documents.setdefault(row["doc_id"], _with_times(row))
        elif kind == SiteTrait.__name__:
            traits.setdefault(tuple(row[key] for key in schema.SITE_TRAITS.key), _with_times(row))
        else:
            quarantined.append(Quarantined(**row))
    return Batch(
        documents=schema.from_rows(list(documents.values()), schema.DOCUMENTS),
        site_traits=schema.from_rows(list(traits.values()), schema.SITE_TRAITS),
        quarantined=tuple(quarantined),
        duplicates=total - len(documents),
    )


def _with_times(row: Mapping[str, Any]) -> dict[str, object]:
    return {
        key: _EPOCH + timedelta(microseconds=value)
        if key in {"published_at", "collected_at", "seen_at"} and value is not None
        else value
        for key, value in row.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    raise TypeError(type(value).__name__)


def _locked(folder: Path) -> Any:
    """The open lock file; closing it, or dying, releases the lock."""
    file = (folder / _LOCK).open("w")
    end = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() > end:
                file.close()
                raise CollectError(
                    f"another crawl is writing to {folder}: wait for it, or end it"
                ) from error
            time.sleep(0.1)
        else:
            return file

"""One project on disk: its configuration, tables, ledger and key, and the lock around a run."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from baken.config import Config
from baken.errors import LockHeld, StoreError
from baken.ids import Pseudonymiser
from baken.log import run_id_now
from baken.model import Quarantined
from baken.store.ledger import Ledger
from baken.store.tables import TableStore

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Run:
    """One execution of a command that writes: its id, what it counted, what needs a person."""

    run_id: str
    ledger: Ledger
    summary: dict[str, int | float | str] = field(default_factory=dict)
    issues: int = 0

    def issue(self, stage: str, origin: str, message: str) -> None:
        """Note something that a person must act on; the run goes on."""
        self.issues += 1
        log.warning("%s: %s: %s", stage, origin, message)
        self.ledger.report_issue(self.run_id, stage, origin, message)

    def quarantine(self, records: list[Quarantined]) -> None:
        """Set bad records aside and count them."""
        added = self.ledger.quarantine(self.run_id, records) if records else 0
        self.count("quarantined", added)

    def count(self, name: str, amount: int) -> None:
        """Add to a figure of the summary."""
        self.summary[name] = int(self.summary.get(name, 0)) + amount


class Project:
    """The stores of one project, opened when first used."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def tables(self) -> TableStore:
        """The declared tables."""
        return TableStore(self.config.data / "tables")

    @cached_property
    def ledger(self) -> Ledger:
        """Orders, judgements, audit, runs and quarantine."""
        return Ledger(self.config.data / "ledger.sqlite")

    @property
    def key_file(self) -> Path:
        """Where the pseudonym key lies: never inside the data."""
        path = self.config.path(self.config.project.key_file)
        if path.resolve().is_relative_to(self.config.data.resolve()):
            raise StoreError(f"the key {path} lies inside the data; move project.key_file outside")
        return path

    @cached_property
    def pseudonymise(self) -> Pseudonymiser:
        """The pseudonymiser with this project's key."""
        return Pseudonymiser.from_file(self.key_file)

    @property
    def spool(self) -> Path:
        """Where the crawler puts documents until they are stored."""
        return self.config.data / "spool"

    @contextmanager
    def run(self, command: str) -> Iterator[Run]:
        """Hold the project's lock for one run and record how it ended.

        Raises `LockHeld` at once when another run is writing.
        """
        with self._lock():
            self._note_killed_runs()
            run_id = f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
            run = Run(run_id=run_id, ledger=self.ledger)
            token = run_id_now.set(run_id)
            digest = self.config.digest(*type(self.config).model_fields)
            self.ledger.start_run(run_id, command, digest)
            self.ledger.record("run", run_id=run_id, command=command, config=digest)
            outcome = "failed"
            try:
                yield run
                outcome = "needs a person" if run.issues else "done"
            except BaseException as error:
                run.summary["error"] = str(error) or type(error).__name__
                raise
            finally:
                self.ledger.finish_run(run_id, outcome, run.summary)
                run_id_now.reset(token)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        path = self.config.data / ".lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path, timeout=0)
            lock.acquire()
        except Timeout as error:
            raise LockHeld(
                "another run is writing to this project: wait until it has finished"
            ) from error
        except OSError as error:
            raise StoreError(
                f"{path.parent} cannot be written: {os.strerror(error.errno or 0)}"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _note_killed_runs(self) -> None:
        # Only the lock's holder comes here, so a run without an end is not running any more.
        for earlier in self.ledger.runs():
            if earlier["finished_at"] is None:
                log.warning("run %s was cut off; this run carries on", earlier["run_id"])
                self.ledger.finish_run(earlier["run_id"], "cut off", {})

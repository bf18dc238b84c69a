"""Whether a stage has anything to do: its fingerprint is that of its inputs and configuration."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable

from baken.pipeline.register import register_digest
from baken.store.project import Project, Run

log = logging.getLogger(__name__)

# Raise a number when the code of its stage gives other results for the same input.
_REVISION = {
    "annotate": 1,
    "embed": 2,
    "match": 7,
    "narratives": 5,
    "lens": 2,
    "detect": 12,
    "publish": 1,
}

# Documents only grow (or are purged), so their count and the run that changed them last identify
# them; every later table is identified by the fingerprint of the stage that made it.
_INPUT = {
    "annotate": ("documents",),
    "embed": ("annotate",),
    "match": ("embed",),
    "narratives": ("match", "register"),
    "lens": ("narratives",),
    "detect": ("narratives", "site_traits", "register"),
    "publish": ("detect",),
}
_SECTION = {"detect": "detect", "publish": "index"}


def note_change(project: Project, run: Run, table: str) -> None:
    """Say that `run` has changed a collected table (`documents` or `site_traits`)."""
    project.ledger.stage_finished(table, run.run_id)


def run_stage(
    project: Project, run: Run, stage: str, work: Callable[[], None], *, extra: str = ""
) -> None:
    """Do `work` unless `stage` finished before on the same inputs and configuration.

    `extra` is what else decides the result, such as the id of a model.
    """
    fingerprint = _fingerprint(project, stage, extra)
    if project.ledger.stage_fingerprint(stage) == fingerprint:
        log.info("%s: nothing has changed since the last run", stage)
        return
    started_s = time.monotonic()
    work()
    project.ledger.stage_finished(stage, fingerprint)
    seconds = time.monotonic() - started_s
    log.info("%s: done in %.1f s", stage, seconds)
    run.summary[f"{stage}_s"] = round(seconds, 1)


def basis_of(project: Project, stage: str, extra: str) -> str:
    """What decides the result of `stage` beside its inputs."""
    return (
        f"{project.config.digest(_SECTION.get(stage, 'nlp'), 'project')} {_REVISION[stage]} {extra}"
    )


def _fingerprint(project: Project, stage: str, extra: str) -> str:
    parts = [
        basis_of(project, stage, extra),
        *(_identity(project, name) for name in _INPUT[stage]),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _identity(project: Project, name: str) -> str:
    if name == "register":
        return register_digest(project)
    known = project.ledger.stage_fingerprint(name) or ""
    if name in {"documents", "site_traits"}:
        return f"{known}:{project.tables.count(name)}"
    return known

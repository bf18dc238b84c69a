"""The source register, as the rooms other than the collectors see it: plain values."""

from __future__ import annotations

import hashlib
from typing import Any

from baken.store.project import Project


def source_register(project: Project) -> dict[str, dict[str, Any]]:
    """The source register as plain values by source_id; empty when the project has none."""
    from baken.collectors import register

    folder = project.config.path(project.config.project.sources)
    entries = register.load(folder) if folder.is_dir() else ()
    return {entry.source_id: register.as_plain(entry) for entry in entries}


def register_digest(project: Project) -> str:
    """Sixteen hex digits that change when an entry of the register changes."""
    canonical = repr(sorted(source_register(project).items()))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]

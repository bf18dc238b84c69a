"""The source register as it lies in the project: read leniently, for looking only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Register:
    """The entries by source id, and one line for each file that cannot be read."""

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_register(folder: Path) -> Register:
    """Every `[[source]]` of the TOML files in `folder`; an absent folder is an empty register."""
    entries: dict[str, Mapping[str, Any]] = {}
    problems: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                problems.append(f"{file.name} is too large for a register")
                continue
            listed = tomllib.loads(file.read_text(encoding="utf-8")).get("source", [])
        except (OSError, ValueError, RecursionError) as error:
            problems.append(f"{file.name} cannot be read: {str(error).splitlines()[0]}")
            continue
        for entry in listed if isinstance(listed, list) else []:
            if isinstance(entry, dict) and entry.get("source_id"):
                entries[str(entry["source_id"])] = entry
    return Register(entries=entries, problems=tuple(problems))


def review_by(entry: Mapping[str, Any]) -> date | None:
    """Until when a source may be collected; `None` when the register does not say it readably."""
    value = entry.get("review_by")
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def expired(entry: Mapping[str, Any], *, today: date) -> bool:
    """Whether the review date of a source has passed, so that it is no longer crawled."""
    until = review_by(entry)
    return until is not None and until < today

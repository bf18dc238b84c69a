"""DISARM techniques that the signals of a candidate suggest; a person assigns them, or does not.

Ids are matched by their external id and the version of the framework, never by STIX id, which
changes between versions.
"""

from __future__ import annotations

import csv
import gzip
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from baken.errors import InputError
from baken.model import Technique

MAX_FRAMEWORK_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: the technique, the signal that suggests it, and what else may be."""

    technique_id: str
    name: str
    signal: str
    caveat: str
    inauthentic: bool


@dataclass(frozen=True, slots=True)
class FrameworkProblem:
    """An id of our table that a framework file does not confirm, and what to do about it."""

    technique_id: str
    problem: str
    successor: str | None = None


@cache
def table() -> tuple[Entry, ...]:
    """Every technique that baken may suggest, by id."""
    return tuple(
        Entry(
            technique_id,
            str(row["name"]),
            str(row["signal"]),
            str(row["caveat"]),
            bool(row.get("inauthentic", False)),
        )
        for technique_id, row in sorted(_data()["techniques"].items())
    )


def successor(technique_id: str) -> str | None:
    """The id that replaced a retired one; the id itself if current, `None` if nothing did."""
    return str(_data()["retired"].get(technique_id, technique_id)) or None


def is_retired(technique_id: str) -> bool:
    """Whether an earlier version of the framework had this id and the current one has not."""
    return technique_id in _data()["retired"]


def suggest(
    signals: Mapping[str, str], *, inauthenticity_recorded: bool = False
) -> list[Technique]:
    """The techniques that `signals` (name of the signal to its value in words) suggest.

    Those that presuppose inauthentic assets (T0049 family, T0143.*, T0098.*) come only with
    `inauthenticity_recorded`, that is, after an analyst has put evidence of it on record.
    """
    return [
        Technique(
            technique_id=entry.technique_id,
            name=entry.name,
            signal=entry.signal,
            value=signals[entry.signal],
            caveat=entry.caveat,
        )
        for entry in table()
        if entry.signal in signals and (inauthenticity_recorded or not entry.inauthentic)
    ]


def check_framework(path: Path) -> list[FrameworkProblem]:
    """Compare our ids and names with a framework file: a STIX bundle, or CSV (also gzip).

    The CSV needs the columns `disarm_id` and `name`. Retired ids that the file still has are
    reported with their successor. Raises `InputError` when the file is neither.
    """
    known = _framework(path)
    problems = []
    for entry in table():
        name = known.get(entry.technique_id)
        if name is None:
            problems.append(FrameworkProblem(entry.technique_id, "not in this framework file"))
        elif name.strip().casefold() != entry.name.casefold():
            problems.append(FrameworkProblem(entry.technique_id, f"is called {name!r} there"))
    problems += [
        FrameworkProblem(technique_id, "retired after this version", successor(technique_id))
        for technique_id in sorted(_data()["retired"])
        if technique_id in known
    ]
    return problems


def check_ids(technique_ids: list[str], path: Path) -> list[FrameworkProblem]:
    """The ids that a framework file does not know, with the successor of each retired one."""
    known = _framework(path)
    return [
        FrameworkProblem(
            technique_id,
            "retired" if is_retired(technique_id) else "unknown",
            successor(technique_id) if is_retired(technique_id) else None,
        )
        for technique_id in technique_ids
        if technique_id not in known
    ]


def _framework(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        opener = gzip.open if packed else open
        with opener(path, "rb") as file:
            raw = file.read(MAX_FRAMEWORK_BYTES + 1)
        if len(raw) > MAX_FRAMEWORK_BYTES:
            raise InputError(f"{path} is larger than a framework file can be")
        text = raw.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a framework file: {error}") from error
    found = _from_bundle(text, path) if text.lstrip()[:1] == "{" else _from_csv(text)
    if not found:
        raise InputError(f"{path} holds no techniques: give the DISARM STIX bundle or its CSV")
    return found


def _from_bundle(text: str, path: Path) -> dict[str, str]:
    try:
        objects = json.loads(text).get("objects", [])
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is not a STIX bundle: {error}") from error
    found: dict[str, str] = {}
    for item in objects if isinstance(objects, list) else []:
        if not isinstance(item, dict) or item.get("type") != "attack-pattern":
            continue
        if item.get("revoked") or item.get("x_mitre_deprecated"):
            continue
        references = item.get("external_references")
        for reference in references if isinstance(references, list) else []:
            external_id = reference.get("external_id") if isinstance(reference, dict) else None
            if isinstance(external_id, str) and external_id.startswith("T"):
                found[external_id] = str(item.get("name", ""))
    return found


def _from_csv(text: str) -> dict[str, str]:
    found = {}
    try:
        for row in csv.DictReader(text.splitlines()):
            technique_id = row.get("disarm_id") or ""
            if technique_id.startswith("T") and not technique_id.startswith("TA"):
                found[technique_id] = row.get("name") or ""
    except csv.Error:
        return {}
    return found


@cache
def _data() -> dict[str, Any]:
    resource = files("baken.detection").joinpath("disarm.toml")
    return tomllib.loads(resource.read_text(encoding="utf-8"))

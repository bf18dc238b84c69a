"""The results of a project against a truth that the pipeline never read."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from baken import cases, schema
from baken.errors import InputError, UsageError
from baken.store.project import Project
from baken.store.tables import sorted_by_key

TRUTH = Path("world/truth.json")


def demo_score(project: Project) -> dict[str, Any]:
    """Precision and recall of the planted campaigns, and flags for each benign class."""
    from baken.detection.simulate import score

    path = project.config.path(TRUTH)
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"no truth at {path}: run `baken demo` first") from error
    documents = project.tables.read(
        schema.DOCUMENTS, columns=["doc_id", "canonical_url", "account_id"]
    )
    flagged = [row for row in cases.campaigns(project) if row["queue"]]
    return score(truth, flagged, documents=documents, pseudonymise=project.pseudonymise)


def coordination_score(project: Project, truth_file: Path) -> dict[str, Any]:
    """Accounts, pairs and groups found, against a CSV of `account` and, if known, `group`."""
    from baken.detection.evaluate import evaluate_coordination

    return evaluate_coordination(
        edges=sorted_by_key(project.tables.read(schema.EDGES), schema.EDGES),
        groups=sorted_by_key(project.tables.read(schema.GROUPS), schema.GROUPS),
        truth=_truth(project, truth_file),
        seed=project.config.project.seed,
    )


def _truth(project: Project, file: Path) -> dict[str, str]:
    truth: dict[str, str] = {}
    platforms = _platforms(project)
    documents = project.tables.read(schema.DOCUMENTS, columns=["account_id"])
    known = set(documents["account_id"].unique().to_pylist())
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if "account" not in (reader.fieldnames or ()):
                raise InputError(f"{file} has no column 'account'; it has {reader.fieldnames}")
            for row in reader:
                names = _stored_names(project, platforms, row["account"])
                # One account is one name; one that left no document can only be missed.
                for name in [name for name in names if name in known] or names[:1]:
                    truth[name] = row.get("group") or "coordinated"
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    return truth


def _platforms(project: Project) -> list[str]:
    imports = [entry for entry in project.ledger.audit() if entry["action"] == "import"]
    return sorted({str(entry["detail"]["platform"]) for entry in imports})


def _stored_names(project: Project, platforms: list[str], account: str) -> list[str]:
    pseudonyms = [project.pseudonymise(platform, account) for platform in platforms]
    return [account, f"web:{account}", f"channel:{account}", *pseudonyms]

"""The cognitive lens on one narrative: suggested labels, each with the sentences that led to it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from baken.dashboard import queries
from baken.dashboard.desk import say
from baken.dashboard.inert import cell
from baken.dashboard.pieces import heading, nothing, table
from baken.store.project import Project

_MAX_SENTENCES = 3


def lens(project: Project, narrative_id: str, visible: Container[str]) -> None:
    """Draw the labels; sentences are shown of the documents in `visible` alone."""
    heading(
        "Lens",
        "What it seems to aim at and how, suggested for research. No label says true or false, and "
        "none describes a person. A person can correct each one on the command line.",
    )
    rows = queries.lens(project, narrative_id)
    if not rows:
        nothing("No labels: too little in its texts points to one.")
        return
    table(
        [
            {
                "question": say(row["taxonomy"]),
                "label": say(row["label"]),
                "confidence": say("a person") if row["origin"] == "person" else _share(row),
                "because of": _because(row, visible),
            }
            for row in rows
        ]
    )


def _share(row: dict[str, Any]) -> str:
    return f"{row['confidence']:.0%}"


def _because(row: dict[str, Any], visible: Container[str]) -> str:
    pairs = zip(row["sentences"] or [], row["doc_ids"] or [], strict=True)
    shown = [cell(text, width=200) for text, doc_id in pairs if doc_id in visible]
    return " · ".join(shown[:_MAX_SENTENCES])

"""How a narrative came from one source or language to the next, as a table of typed steps."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from baken.dashboard import queries
from baken.dashboard.desk import language_name, say
from baken.dashboard.inert import cell
from baken.dashboard.pieces import heading, moment, nothing, table
from baken.dashboard.privacy import is_person, short_name
from baken.model import PathKind
from baken.store.project import Project

MAX_STEPS = 300
WORDS = {
    PathKind.LINK: "links to it",
    PathKind.QUOTATION: "quotes it",
    PathKind.COPY: "is a copy",
    PathKind.TRANSLATION: "is a translation",
    PathKind.SAME_CLAIM: "makes the same claim",
}


def path_table(project: Project, narrative_id: str, visible: pa.Table) -> None:
    """The steps between `visible` members (see `queries.members`), oldest first."""
    heading(
        "Steps",
        "For the first document of each source and language, the earlier ones that it links to, "
        "quotes or resembles. Only a link and a quotation say which came from which.",
    )
    found = {row["doc_id"]: row for row in visible.to_pylist()}
    steps = [
        step
        for step in queries.steps(project, narrative_id)
        if step["left"] in found and step["right"] in found
    ]
    if not steps:
        nothing("Nothing says how it came from one source to another.")
        return
    steps.sort(key=lambda step: (str(found[step["right"]]["at"]), step["right"], step["left"]))
    table(
        [_shown(step, found) for step in steps[:MAX_STEPS]],
        column_config={say(name): {"width": 210} for name in ("source", "earlier source")},
    )


def _shown(step: dict[str, Any], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    earlier, later = found[step["left"]], found[step["right"]]
    return {
        "at": moment(later["at"]),
        "source": place(later),
        "step": say(WORDS[PathKind(step["kind"])]),
        "earlier source": place(earlier),
        "seen there": moment(earlier["at"]),
        "evidence": cell(_evidence(step), width=160),
    }


def _evidence(step: dict[str, Any]) -> str:
    """The quotation or address, or how alike the two texts are."""
    told = step["evidence"] or ""
    alike = step["kind"] in (PathKind.COPY, PathKind.TRANSLATION, PathKind.SAME_CLAIM)
    return f"{say('similarity')} {told}" if alike and told else told


def place(row: dict[str, Any]) -> str:
    """The source of a document and its language."""
    return f"{source_of(row)} ({language_name(row['language'])})"


def source_of(row: dict[str, Any]) -> str:
    """The source of a document; all posts of persons are one."""
    if is_person(row["account_id"]):
        return say("posts of persons")
    return short_name(row["source_id"])

"""The cognitive lens on one narrative: suggested labels, each with the sentences that led to it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import streamlit as st

from baken.dashboard import queries
from baken.dashboard.desk import reader, say
from baken.dashboard.inert import cell, markdown, one_line
from baken.dashboard.pieces import heading, nothing, table
from baken.errors import ConfigError
from baken.store.project import Project
from baken.taxonomies import UNCLEAR, Taxonomy, load_taxonomies

_MAX_SENTENCES = 3
_MAX_ROWS = 12


def lens(project: Project, narrative_id: str, visible: Container[str]) -> None:
    """Draw the labels; sentences are shown of the documents in `visible` alone."""
    heading(
        "Lens",
        "What it seems to aim at and how, suggested for research. No answer says true or false, "
        "and none describes a person. The percentage is the share of texts expected to carry it; "
        "beside unclear, how sure it is that none of the answers fits.",
    )
    rows = queries.lens(project, narrative_id)
    if not rows:
        nothing("No labels: too little in its texts points to one.")
        return
    known = _taxonomies(project)
    table(
        [
            {
                "question": _question(known, row),
                "answer": _label(known, row),
                "confidence": say("a person") if row["origin"] == "person" else _share(row),
                "because of": _because(row, visible),
            }
            for row in rows
        ],
        # Three lines for the sentences; Streamlit wraps from about this height on.
        row_height=76,
        height=38 + 76 * min(len(rows), _MAX_ROWS),
        column_config={say("because of"): {"width": 440}},
    )
    names = "|".join(sorted({str(row["taxonomy"]) for row in rows}))
    st.caption(say("To correct an answer, on the command line:"))
    # Not as Markdown, which would put joiners into what a person copies.
    st.text(f"baken narratives correct {narrative_id} --taxonomy {one_line(names)} --label …")


def _taxonomies(project: Project) -> Mapping[str, Taxonomy]:
    """The taxonomies by name; one that a researcher broke is said, and names stand for titles."""
    try:
        found = load_taxonomies(project.config.path(project.config.nlp.lens))
    except ConfigError as error:
        st.warning(markdown(error))
        return {}
    return {one.name: one for one in found}


def _question(known: Mapping[str, Taxonomy], row: Mapping[str, Any]) -> str:
    name = str(row["taxonomy"])
    return known[name].title(reader()) if name in known else name


def _label(known: Mapping[str, Taxonomy], row: Mapping[str, Any]) -> str:
    name, label = str(row["taxonomy"]), str(row["label"])
    if label == UNCLEAR or name not in known:
        return say(label)
    return known[name].label_title(label, reader())


def _share(row: dict[str, Any]) -> str:
    return f"{row['confidence']:.0%}"


def _because(row: dict[str, Any], visible: Container[str]) -> str:
    pairs = zip(row["sentences"] or [], row["doc_ids"] or [], strict=True)
    shown = [cell(text, width=200) for text, doc_id in pairs if doc_id in visible]
    return " · ".join(shown[:_MAX_SENTENCES])

"""Narratives: the candidate narratives, and one of them through time, languages and sources."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from baken.dashboard import charts, queries
from baken.dashboard.desk import language_name, note_once, say, show
from baken.dashboard.inert import cell, markdown, one_line
from baken.dashboard.lens import lens
from baken.dashboard.pieces import heading, listing, moment, nothing, post, spoken, table
from baken.dashboard.privacy import SOMEBODY, Cast, cast, is_person
from baken.dashboard.steps import path_table, source_of
from baken.narratives import EarlierSources
from baken.store.project import Project

MAX_LISTED = 300
MAX_MEMBERS = 200
MAX_PATH = 4_000
_NAMED = ["account_id", "source_id"]
ROLES = ("promotes", "reports", "rebuts", "unclear")


def render(project: Project) -> None:
    """Draw the list, or the narrative that the address names."""
    rows = queries.narratives(project)
    wanted = st.query_params.get("id")
    found = next((row for row in rows if row["narrative_id"] == wanted), None)
    if found is not None:
        _detail(project, found)
        return
    st.title(say("Candidate narratives"), anchor=False)
    if wanted:
        nothing("This narrative does not exist in this project.")
    if not rows:
        nothing("No candidate narratives yet: run `baken run`.")
        return
    st.caption(
        say(
            "Groups of texts that tell much the same, in any language. A group is a candidate: "
            "only a person decides whether it is a narrative. Nothing here is called true or false."
        )
    )
    _list(rows)


def _list(rows: list[dict[str, Any]]) -> None:
    shown = _filtered(rows)
    st.caption(f"{len(shown):,} {say('of')} {len(rows):,} {say('candidate narratives')}")
    if not shown:
        return
    chosen = table(
        [
            {
                "label": one_line(row["label"]),
                "languages": listing(row["languages"]),
                "documents": row["documents"],
                "distinct texts": row["distinct_texts"],
                "accounts": row["accounts"],
                "first seen here": moment(row["first_seen"]),
                "last seen": moment(row["last_seen"]),
                "state": say("asleep") if row["asleep"] else say("active"),
                "terms": listing(row["terms"]),
            }
            for row in shown[:MAX_LISTED]
        ],
        on_select="rerun",
        selection_mode="single-row",
        key="narratives",
        column_config={say("label"): {"width": 340}, say("languages"): {"width": 110}},
        height=min(640, 38 + 35 * min(len(shown), MAX_LISTED)),
    )
    st.caption(say("Choose a row to see its documents, its path and its history."))
    if chosen.selection.rows:
        narrative_id = shown[chosen.selection.rows[0]]["narrative_id"]
        st.switch_page("views/narratives.py", query_params={"id": narrative_id})


def _filtered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    languages = sorted({name for row in rows for name in row["languages"] or []})
    words, tongue, since, until = st.columns([5, 4, 3, 3])
    text = words.text_input(say("Words in label or terms"), key="words", max_chars=200)
    chosen = tongue.multiselect(
        say("Language"), languages, format_func=language_name, key="languages"
    )
    begin = since.date_input(say("Seen since"), value=None, key="since", format="YYYY-MM-DD")
    end = until.date_input(say("Seen until"), value=None, key="until", format="YYYY-MM-DD")
    return [
        row
        for row in rows
        if _has_words(row, text)
        and (not chosen or set(chosen) & set(row["languages"] or []))
        and _within(row, begin, end)
    ]


def _has_words(row: dict[str, Any], text: str) -> bool:
    searched = " ".join([row["label"] or "", *(row["terms"] or [])]).casefold()
    return all(word in searched for word in text.casefold().split())


def _within(row: dict[str, Any], begin: Any, end: Any) -> bool:
    first, last = row["first_seen"], row["last_seen"]
    later = not isinstance(begin, date) or last is None or last.date() >= begin
    earlier = not isinstance(end, date) or first is None or first.date() <= end
    return later and earlier


def _detail(project: Project, row: dict[str, Any]) -> None:
    st.page_link(
        "views/narratives.py", label=say("All candidate narratives"), icon=":material/arrow_back:"
    )
    note_once(project, "view", row["narrative_id"], narrative_id=row["narrative_id"])
    st.title(markdown(row["label"] or row["narrative_id"], width=160), anchor=False)
    members = queries.members(project, row["narrative_id"])
    shown = cast(members["account_id"].to_pylist(), min_group=project.config.privacy.min_group)
    _head(row, shown, queries.watched_before(project, row["narrative_id"]))
    if not members.num_rows:
        nothing("Its documents are no longer stored.")
        return
    visible = _visible(members, shown)
    _shape(members)
    if visible.num_rows:
        _path(visible)
        path_table(project, row["narrative_id"], visible)
    lens(project, row["narrative_id"], set(visible["doc_id"].to_pylist()))
    _history(project, row["narrative_id"])
    if visible.num_rows:
        _nearest(project, row, visible, shown)
        _members(project, row["narrative_id"], visible, shown)


def _head(row: dict[str, Any], shown: Cast, before: EarlierSources) -> None:
    with st.container(horizontal=True, gap="small"):
        st.badge(say("candidate narrative"), color="orange")
        st.badge(say("asleep") if row["asleep"] else say("active"), color="gray")
    st.caption(markdown(f"{say('Terms')}: {listing(row['terms'])}", width=600))
    figures = (
        ("Documents", row["documents"]),
        ("Distinct texts", row["distinct_texts"]),
        ("Accounts", row["accounts"]),
        ("Languages", len(row["languages"] or [])),
    )
    for column, (label, value) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(say(label), f"{value or 0:,}", border=True)
    first = row["first_account"] or say("unknown")
    by = say(SOMEBODY) if is_person(first) else shown.label(first)
    st.markdown(
        f"**{say('First seen by this installation')}** {moment(row['first_seen'])} UTC, "
        f"{markdown(by)}  \n"
        f"**{say('Last seen')}** {moment(row['last_seen'])} UTC"
    )
    st.caption(
        f"{before.watched} {say('of')} {before.known} {say('sources were watched before.')} "
        + say(
            "First seen here is not where it began: earlier sources may not have been watched, "
            "and a stated time of publication can be wrong."
        )
    )
    if shown.withheld:
        st.caption(
            f"{shown.persons} "
            + say("persons take part, fewer than may be listed: they are counted, not shown.")
        )


def _visible(members: pa.Table, shown: Cast) -> pa.Table:
    keep = [not shown.hidden(name) for name in members["account_id"].to_pylist()]
    return members.filter(pa.array(keep, pa.bool_()))


def _shape(members: pa.Table) -> None:
    left, right = st.columns([3, 2])
    with left:
        heading("Timeline by language")
        days = members.append_column("day", members["at"].cast(pa.date32()))
        counted = days.group_by(["day", "language"]).aggregate([("doc_id", "count")])
        frame = counted.rename_columns(["day", "language", "documents"])
        st.altair_chart(
            charts.by_day(spoken(frame), height=260), alt="Documents per day by language"
        )
    with right:
        heading("Roles", "What documents do with it. A rebuttal never counts towards a flag.")
        counts = Counter(name or "unclear" for name in members["role"].to_pylist())
        st.altair_chart(charts.roles(counts), alt="Documents by role")
        for column, name in zip(st.columns(len(ROLES)), ROLES, strict=True):
            column.metric(say(name), f"{counts.get(name, 0):,}")


def _path(members: pa.Table) -> None:
    heading(
        "Path over sources and languages",
        "Each dot is a document, each ring the first one seen at a source. The dashed line is the "
        "order in which sources were seen, which is not proof that one copied the other.",
    )
    rows = members.slice(0, MAX_PATH)
    frame = pd.DataFrame(
        {
            "at": rows["at"].to_pylist(),
            "source": [source_of(row) for row in rows.select(_NAMED).to_pylist()],
            "language": [language_name(code) for code in rows["language"].to_pylist()],
            "role": [name or "unclear" for name in rows["role"].to_pylist()],
        }
    ).dropna(subset=["at"])
    if len(frame):
        st.altair_chart(charts.path(frame), alt="First and later documents by source and time")


def _history(project: Project, narrative_id: str) -> None:
    events = queries.lineage(project, narrative_id)
    heading("History", "What happened to it between runs; its id never changes.")
    if not events:
        nothing("No events yet.")
        return
    table(
        [
            {
                "at": moment(event["at"]),
                "event": say(event["event"]),
                "detail": event["detail"] or "",
                "other narratives": listing(event["others"]),
            }
            for event in events
        ]
    )


def _nearest(project: Project, row: dict[str, Any], visible: pa.Table, shown: Cast) -> None:
    allowed = set(visible["doc_id"].to_pylist())
    nearest = [doc_id for doc_id in row["nearest"] or [] if doc_id in allowed]
    found = queries.texts(project, nearest)
    if not found:
        return
    heading("Nearest documents", "For each language those nearest to the middle of the group.")
    tongues = dict(zip(visible["doc_id"].to_pylist(), visible["language"].to_pylist(), strict=True))
    by_language: dict[str, list[dict[str, Any]]] = {}
    for doc_id in nearest:
        if doc_id in found:
            by_language.setdefault(tongues.get(doc_id) or "und", []).append(found[doc_id])
    tabs = st.tabs([f"{language_name(code)} ({len(by_language[code])})" for code in by_language])
    for tab, documents in zip(tabs, by_language.values(), strict=True):
        for column, document in zip(tab.columns(3), documents, strict=False):
            with column:
                post(document, shown.label(document["account_id"]))


def _members(project: Project, narrative_id: str, visible: pa.Table, shown: Cast) -> None:
    heading("Documents")
    total = visible.num_rows
    pages = -(-total // MAX_MEMBERS)
    page = st.pagination(pages, key=f"members:{narrative_id}:{pages}") if pages > 1 else 1
    part = visible.slice((page - 1) * MAX_MEMBERS, MAX_MEMBERS).to_pylist()
    found = queries.texts(project, [row["doc_id"] for row in part])
    st.caption(f"{total:,} {say('documents, oldest first')}")
    table(
        [
            {
                "at": moment(row["at"]),
                "account": shown.label(row["account_id"]),
                "language": language_name(row["language"]),
                "role": say(row["role"] or "unclear"),
                "why this role": row["role_reason"] or "",
                "similarity": round(row["similarity"] or 0.0, 2),
                "text": _words(found.get(row["doc_id"], {})),
            }
            for row in part
        ]
    )


def _words(document: dict[str, Any]) -> str:
    title, text = one_line(document.get("title")), one_line(document.get("text"))
    return cell(f"{title} — {text}" if title else text, width=240)


if __name__ == "__main__":
    show(render)

"""Campaign: one candidate, its statement of surprise, the posts behind it, and the review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from baken.dashboard import charts, queries
from baken.dashboard.desk import language_name, note_once, say, show
from baken.dashboard.evidence import (
    Pair,
    lag,
    number,
    ordered_verdicts,
    pairs,
    shared_objects,
    span,
    visible_edges,
)
from baken.dashboard.inert import address, markdown, one_line
from baken.dashboard.pieces import day, heading, judgements, listing, nothing, post, status, table
from baken.dashboard.privacy import Cast, cast
from baken.dashboard.review import review_part
from baken.model import TraceKind
from baken.store.project import Project

PAIRS_PER_PAGE = 2
MAX_STRIP = 5_000
# So that the figures stay in sight beside long names of sites.
_WIDTHS = {
    "left": 138,
    "right": 138,
    "trace": 92,
    "window": 56,
    "observed": 68,
    "expected": 68,
    "p": 64,
    "q": 64,
    "cosine": 54,
}
_PICTURE, _NUMBERS = 360, 800
# Green for what explains the candidate away; no colour says that somebody is guilty.
_VERDICT_COLOURS: dict[str, Any] = {"ruled-in": "green", "unknown": "orange", "ruled-out": "gray"}


def render(project: Project) -> None:
    """Draw the candidate that the address names, or the first in the queue."""
    rows = queries.candidates(project)
    if not rows:
        st.title(say("Campaign"), anchor=False)
        nothing("No candidates yet: run `baken run`.")
        return
    campaign_id = st.query_params.get("id") or _choose(rows)
    row = queries.campaign(project, campaign_id)
    note_once(project, "view", campaign_id, campaign_id=campaign_id)
    shown = cast(row["members"], min_group=project.config.privacy.min_group)
    edges = visible_edges(row["edges"], shown)
    _head(row)
    judgements(row, queries.reasons(project, campaign_id))
    st.caption(say("Four judgements, each on its own ladder; they are never combined."))
    _members(row, shown)
    if edges:
        _evidence(project, campaign_id, edges, shown)
        if row["edge_count"] > len(row["edges"]):
            st.caption(f"{say('The strongest edges of')} {row['edge_count']:,}")
        if row["outside"]:
            st.caption(f"{say('Beyond its members')}: {markdown(row['outside'])}")
    elif not shown.withheld:
        nothing("No edge between its members is stored.")
    _posts(project, row, shown)
    _explanations(row)
    _techniques(row)
    _context(project, row)
    review_part(project, row)


def _choose(rows: list[dict[str, Any]]) -> str:
    names = {row["campaign_id"]: one_line(row["name"]) for row in rows}
    chosen = st.selectbox(
        say("Candidate"), list(names), format_func=lambda name: names[name], key="candidate"
    )
    return str(chosen)


def _head(row: Mapping[str, Any]) -> None:
    st.page_link("views/campaigns.py", label=say("All candidates"), icon=":material/arrow_back:")
    st.title(markdown(row["statement"]), anchor=False)
    status(row)
    period = f"{day(row['first_seen'])} – {day(row['last_seen'])}"
    facts = (
        f"{one_line(row['name'])} ({row['campaign_id']})",
        period,
        listing(row["languages"]),
        f"{row['documents']} {say('documents count, of')} {row['examined']}",
        f"{row['objects']} {say('objects')}",
        f"{say('smallest q')} {number(row['min_q'])}",
    )
    st.caption(markdown("  ·  ".join(fact for fact in facts if fact)))
    if row["queue_reason"]:
        st.caption(markdown(f"{say('Queue')}: {row['queue_reason']}"))


def _members(row: Mapping[str, Any], shown: Cast) -> None:
    listed = [shown.label(name) for name in shown.listed]
    with st.expander(f"{say('Members')} ({row['accounts']})", icon=":material/group:"):
        if listed:
            st.text("\n".join(listed))
        if shown.persons:
            st.caption(f"{shown.persons} {say('of them are persons, shown as pseudonyms.')}")
    if shown.withheld:
        st.info(
            f"{shown.persons} "
            + say("persons take part, fewer than may be listed: they are counted, not shown."),
            icon=":material/shield_person:",
        )


def _evidence(
    project: Project, campaign_id: str, edges: list[Mapping[str, Any]], shown: Cast
) -> None:
    heading(
        "Evidence: who is in step with whom",
        "Expected is what chance gives accounts as active as these with objects as popular as "
        "these; p how often chance gives as many as observed, and q the same, corrected for all "
        "pairs tested. Choose a row to read the very posts.",
    )
    # In a narrow window the numbers go below the picture, whole.
    both = st.container(horizontal=True)
    with both.container(width=_PICTURE):
        names = {
            name: shown.label(name) for edge in edges for name in (edge["left"], edge["right"])
        }
        st.altair_chart(charts.network(edges, names), alt="Accounts in step with each other")
    # The first edge with posts to read; technical marks have none.
    readable = [edge["trace_kind"] != TraceKind.INFRASTRUCTURE for edge in edges]
    start = readable.index(True) if any(readable) else 0
    with both.container(width=_NUMBERS):
        chosen = table(
            [_edge_row(edge, shown) for edge in edges],
            on_select="rerun",
            selection_mode="single-row-required",
            selection_default={"selection": {"rows": [start]}},
            height=min(380, 38 + 35 * len(edges)),
            key=f"edges:{campaign_id}",
            column_config={say(name): {"width": width} for name, width in _WIDTHS.items()},
        )
    rows = chosen.selection.rows
    _pairs(project, edges[rows[0] if rows and rows[0] < len(edges) else start], shown)


def _edge_row(edge: Mapping[str, Any], shown: Cast) -> dict[str, Any]:
    return {
        "left": shown.label(edge["left"]),
        "right": shown.label(edge["right"]),
        "trace": say(edge["trace_kind"]),
        "window": span(edge["window_s"]) if edge["window_s"] else say("any time"),
        "observed": edge["observed"],
        "expected": number(edge["expected"], digits=2),
        "p": number(edge["p_value"], digits=2),
        "q": number(edge["q_value"], digits=2),
        "cosine": None if edge["cosine"] is None else round(edge["cosine"], 2),
    }


def _pairs(project: Project, edge: Mapping[str, Any], shown: Cast) -> None:
    ids = edge["documents"]
    pages = -(-len(ids) // PAIRS_PER_PAGE)
    left, right = shown.label(edge["left"]), shown.label(edge["right"])
    st.markdown(
        f"**{say('The posts behind')} {markdown(left)} – {markdown(right)}, "
        f"{markdown(say(edge['trace_kind']))}**"
    )
    st.caption(
        f"{edge['observed']} {say('observed')}, {number(edge['expected'], digits=2)} "
        f"{say('expected')}; {len(ids)} {say('pairs of posts')}"
    )
    things = shared_objects(edge)
    if things:
        st.text(f"{say('Shared')}: {', '.join(address(name, width=100) for name in things)}")
    page = st.pagination(pages, key=_page_key(edge, pages)) if pages > 1 else 1
    part = ids[(page - 1) * PAIRS_PER_PAGE : page * PAIRS_PER_PAGE]
    if edge["trace_kind"] == TraceKind.INFRASTRUCTURE:
        # These ids are the pages on which a technical mark was found, not documents.
        for one, other in part:
            for column, name, url in zip(st.columns(2), (left, right), (one, other), strict=True):
                with column.container(border=True):
                    st.text(name)
                    st.caption(f"{say('found on the page')} {markdown(address(url))}")
        return
    found = queries.texts(project, [doc_id for pair in part for doc_id in pair])
    readable = pairs({**edge, "documents": part}, found)
    for pair in readable:
        _pair(pair, left, right)
    if len(readable) < len(part):
        nothing("Some of these posts are no longer stored.")


def _page_key(edge: Mapping[str, Any], pages: int) -> str:
    named = (edge["left"], edge["right"], edge["trace_kind"], edge["window_s"], pages)
    return f"pairs:{':'.join(map(str, named))}"


def _pair(pair: Pair, left: str, right: str) -> None:
    st.caption(f":material/schedule: {markdown(lag(pair))}")
    one, other = st.columns(2)
    with one:
        post(pair.left, left)
    with other:
        post(pair.right, right)


def _posts(project: Project, row: Mapping[str, Any], shown: Cast) -> None:
    rows = [
        {
            "at": document["at"],
            "account": shown.label(document["account_id"]),
            "language": language_name(document["language"]),
        }
        for document in queries.document_rows(project, row["document_ids"]).to_pylist()
        if document["at"] is not None and not shown.hidden(document["account_id"])
    ]
    if not rows:
        return
    heading("Posts of each account in time", "The documents behind the edges, in UTC.")
    st.altair_chart(
        charts.posts_strip(pd.DataFrame(rows[:MAX_STRIP])), alt="Posts of each account in time"
    )


def _explanations(row: Mapping[str, Any]) -> None:
    heading(
        "Innocent explanations",
        "Each was tested on all documents behind the edges; those that one covers do not count. "
        "Unknown means that the data cannot tell, which is not the same as no.",
    )
    if not row["benign"]:
        nothing("No innocent explanation was tested.")
        return
    for entry in ordered_verdicts(row["benign"]):
        verdict = str(entry["verdict"])
        name, state, evidence = st.columns([3, 2, 9], vertical_alignment="center")
        name.text(one_line(say(entry["class"]), width=60))
        state.badge(say(verdict), color=_VERDICT_COLOURS.get(verdict, "gray"))
        evidence.caption(markdown(entry["evidence"] or say("no evidence given"), width=600))


def _techniques(row: Mapping[str, Any]) -> None:
    heading("Techniques suggested", "DISARM. Suggested, never assigned: a person assigns, or not.")
    if not row["techniques"]:
        nothing("No signal suggests a technique.")
        return
    for entry in row["techniques"]:
        name, signal, caveat = st.columns([4, 5, 5], vertical_alignment="center")
        name.text(one_line(f"{entry['technique_id']} {entry['name']}", width=100))
        signal.caption(markdown(f"{entry['signal']}: {entry['value']}", width=400))
        caveat.caption(markdown(f"{say('caveat')}: {entry['caveat']}", width=400))


def _context(project: Project, row: Mapping[str, Any]) -> None:
    heading("Narratives and coverage")
    labels = {found["narrative_id"]: found["label"] for found in queries.narratives(project)}
    for narrative_id in row["narrative_ids"][:20]:
        st.page_link(
            "views/narratives.py",
            label=markdown(labels.get(narrative_id) or narrative_id, width=160),
            icon=":material/forum:",
            query_params={"id": narrative_id},
        )
    spoken = ", ".join(language_name(code) for code in row["languages"])
    st.caption(
        markdown(
            f"{say('Coverage')}: {row['coverage'] or say('unknown')}  ·  "
            f"{say('Languages')}: {spoken}  ·  {say('Sources')}: {listing(row['sources'])}",
            width=600,
        )
    )


if __name__ == "__main__":
    show(render)

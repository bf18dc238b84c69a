"""Campaigns: the review queue, what people decided, and what has an innocent explanation."""

from __future__ import annotations

from typing import Any

import streamlit as st

from baken.dashboard import queries
from baken.dashboard.desk import say, show
from baken.dashboard.evidence import number, ruled_in
from baken.dashboard.inert import markdown, one_line
from baken.dashboard.pieces import day, judgements, listing, nothing, status_and_evidence, table
from baken.store.project import Project

PER_PAGE = 10
MAX_ROWS = 500
_CLOSED = ("confirmed", "dismissed", "insufficient")


def render(project: Project) -> None:
    """Draw the page."""
    st.title(say("Candidate campaigns"), anchor=False)
    rows = queries.candidates(project)
    if not rows:
        nothing("No candidates yet: run `baken run`.")
        return
    st.caption(
        say(
            "Groups of accounts that are in step beyond chance. Each has four judgements that are "
            "never combined, and stays a candidate until a person decides."
        )
    )
    decided = [row for row in rows if str(row["status"]) in _CLOSED]
    waiting = [row for row in rows if row["queue"] and row not in decided]
    others = [row for row in rows if not row["queue"] and row not in decided]
    titles = ("Waiting for review", "Decided", "Explained or weak")
    parts = (waiting, decided, others)
    tabs = st.tabs([f"{say(t)} ({len(p)})" for t, p in zip(titles, parts, strict=True)])
    with tabs[0]:
        _queue(waiting)
    with tabs[1]:
        _list(decided, "decided", "Nobody has decided on a candidate yet.")
    with tabs[2]:
        st.caption(
            say("Not queued: an innocent explanation holds, or the evidence is too thin to ask.")
        )
        _list(others, "others", "No candidate was explained away or found too weak.")


def _queue(rows: list[dict[str, Any]]) -> None:
    if not rows:
        nothing("No candidate waits for review.")
        return
    pages = -(-len(rows) // PER_PAGE)
    page = st.pagination(pages, key=f"queue:{pages}") if pages > 1 else 1
    for row in rows[(page - 1) * PER_PAGE : page * PER_PAGE]:
        _card(row)


def _card(row: dict[str, Any]) -> None:
    with st.container(border=True):
        st.markdown(f"**{markdown(row['statement'])}**")
        facts = (
            one_line(row["name"]),
            f"{row['documents']} {say('documents')}",
            f"{row['objects']} {say('objects')}",
            listing(row["trace_kinds"]),
            listing(row["languages"]),
            f"{day(row['first_seen'])} – {day(row['last_seen'])}",
        )
        st.caption(markdown("  ·  ".join(fact for fact in facts if fact)))
        judgements(row)
        status_and_evidence(row)


def _list(rows: list[dict[str, Any]], key: str, empty: str) -> None:
    if not rows:
        nothing(empty)
        return
    shown = rows[:MAX_ROWS]
    chosen = table(
        [
            {
                "status": say(str(row["status"])),
                "candidate": row["name"],
                "why not queued": "" if row["queue"] else row["queue_reason"],
                "ruled in": listing(ruled_in(row["benign"])),
                "accounts": row["accounts"],
                "documents": row["documents"],
                "smallest q": number(row["min_q"]),
                "last seen": day(row["last_seen"]),
            }
            for row in shown
        ],
        on_select="rerun",
        selection_mode="single-row",
        key=key,
    )
    st.caption(say("Choose a row to open its evidence."))
    if chosen.selection.rows:
        campaign_id = shown[chosen.selection.rows[0]]["campaign_id"]
        st.switch_page("views/campaign.py", query_params={"id": campaign_id})


if __name__ == "__main__":
    show(render)

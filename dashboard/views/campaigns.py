"""Campaigns: the review queue, what people decided, and what has an innocent explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from baken import cases
from baken.dashboard import queries
from baken.dashboard.desk import say, show
from baken.dashboard.evidence import number, ruled_in
from baken.dashboard.inert import markdown, one_line
from baken.dashboard.pieces import (
    day,
    judgements,
    listing,
    nothing,
    status_and_evidence,
    table,
    words,
)
from baken.store.project import Project

PER_PAGE = 10
MAX_ROWS = 500
# Three lines of text, so that the reason can be read without opening the candidate.
_ROW_HEIGHT = 76
_WIDTHS = {"candidate": 220, "why not queued": 300, "ruled in": 120}
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
    undecided = [row for row in rows if str(row["status"]) not in _CLOSED]
    parts = [[row for row in undecided if row["listed"] == name] for name in cases.LISTS]
    titles = ("Waiting for review", "Explained", "Weak", "Decided")
    counted = zip(titles, [*parts, decided], strict=True)
    tabs = st.tabs([f"{say(title)} ({len(part)})" for title, part in counted])
    with tabs[0]:
        _queue(parts[0])
    with tabs[1]:
        st.caption(
            say("Not queued, because what innocent explanations leave is too little to ask.")
        )
        _list(parts[1], "explained", "No candidate was explained away.")
    with tabs[2]:
        st.caption(
            say(
                "In step beyond chance, but short of what it takes to ask a person. Accounts that "
                "make no group stand here as well, with what they lack. The largest come first."
            )
        )
        _list(parts[2], "weak", "No candidate was found too weak.")
    with tabs[3]:
        _list(decided, "decided", "Nobody has decided on a candidate yet.")


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
            words(row["trace_kinds"]),
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
                **({"status": say(str(row["status"]))} if key == "decided" else {}),
                "candidate": row["name"],
                "accounts": row["accounts"],
                "documents": row["documents"],
                "why not queued": "" if row["queue"] else _lack(row),
                "ruled in": words(ruled_in(row["benign"])),
                "smallest q": number(row["min_q"]),
                "last seen": day(row["last_seen"]),
                **({} if key == "decided" else {"status": say(str(row["status"]))}),
            }
            for row in shown
        ],
        row_height=_ROW_HEIGHT,
        height=min(640, 38 + _ROW_HEIGHT * len(shown)),
        column_config={say(name): {"width": width} for name, width in _WIDTHS.items()},
        on_select="rerun",
        selection_mode="single-row",
        key=key,
    )
    st.caption(say("Choose a row to open its evidence."))
    if chosen.selection.rows:
        campaign_id = shown[chosen.selection.rows[0]]["campaign_id"]
        st.switch_page("views/campaign.py", query_params={"id": campaign_id})


def _lack(row: Mapping[str, Any]) -> str:
    """Why nobody is asked, without the name of the list it stands in."""
    return str(row["queue_reason"] or "").removeprefix(f"{row['listed']}: ")


if __name__ == "__main__":
    show(render)

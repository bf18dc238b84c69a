"""Pieces that several pages draw: a campaign's judgements, a post, a reading table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from baken.dashboard.desk import language_name, say
from baken.dashboard.evidence import JUDGEMENTS, ruled_in
from baken.dashboard.inert import address, cell, markdown, one_line, visible
from baken.dashboard.privacy import is_person

POST_CHARS = 4_000
TITLES = {
    "coordinated": "Coordinated",
    "inauthentic": "Inauthentic",
    "state_link": "State link",
    "reach": "Reach",
}
STATUS_COLOURS: dict[str, Any] = {
    "candidate": "orange",
    "in-review": "blue",
    "confirmed": "violet",
    "dismissed": "gray",
    "insufficient": "gray",
}


def moment(value: datetime | None) -> str:
    """A time in UTC to the minute."""
    return "" if value is None else f"{value:%Y-%m-%d %H:%M}"


def day(value: datetime | None) -> str:
    """A day in UTC."""
    return "" if value is None else f"{value:%Y-%m-%d}"


def listing(values: Iterable[object] | None) -> str:
    """Several short values on one line."""
    return ", ".join(one_line(value, width=60) for value in values or [])


def words(names: Iterable[str]) -> str:
    """Fixed words of the results, such as kinds of traces, on one line in the reader's language."""
    return listing(say(name) for name in names)


def heading(text: str, note: str = "") -> None:
    """The heading of a section, with one line under it that says how to read it."""
    st.subheader(say(text), anchor=False)
    if note:
        st.caption(say(note))


def nothing(text: str) -> None:
    """What a section says when it is empty."""
    st.info(say(text), icon=":material/info:")


def spoken(rows: Any) -> pd.DataFrame:
    """An Arrow table as a frame in which languages bear their names."""
    frame: pd.DataFrame = rows.to_pandas()
    return frame.assign(language=[language_name(code) for code in frame["language"]])


def table(rows: Sequence[Mapping[str, Any]], **options: Any) -> Any:
    """Rows of plain values as a table whose cells are text and numbers only."""
    clean = [{k: cell(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows]
    frame = pd.DataFrame(clean).rename(columns={n: say(n) for n in (clean[0] if clean else {})})
    return st.dataframe(frame, hide_index=True, **options)


def judgements(row: Mapping[str, Any], reasons: Mapping[str, str] | None = None) -> None:
    """The four judgements side by side, each on its own ladder."""
    for column, (field, signal) in zip(st.columns(4), JUDGEMENTS, strict=True):
        with column.container(border=True, height="stretch"):
            st.caption(say(TITLES[field]))
            st.markdown(f"**{markdown(say(row[field] or 'unknown'))}**")
            # Findings repeat the rung before the reason.
            reason = (reasons or {}).get(signal, "").removeprefix(f"{row[field]}: ")
            if reason:
                st.caption(markdown(reason, width=400))


def status(row: Mapping[str, Any]) -> None:
    """The status of a candidate, and whether an innocent explanation holds."""
    with st.container(horizontal=True, gap="small"):
        name = str(row["status"])
        st.badge(say(name), color=STATUS_COLOURS.get(name, "gray"))
        st.badge(say("in the review queue") if row["queue"] else say("not queued"), color="gray")
        for benign in ruled_in(row["benign"])[:6]:
            st.badge(f"{say('explained by')}: {markdown(say(benign), width=40)}", color="green")


def status_and_evidence(row: Mapping[str, Any]) -> None:
    """The status of a candidate, and beside it the way to its evidence."""
    with st.container(horizontal=True, vertical_alignment="center"):
        status(row)
        st.page_link(
            "views/campaign.py",
            label=say("Open the evidence"),
            icon=":material/arrow_forward:",
            query_params={"id": row["campaign_id"]},
        )


def post(document: Mapping[str, Any], label: str) -> None:
    """One post as plain text; a title that its text repeats is shown once.

    The address of a person's post is never shown, because it may name the person.
    """
    title, text = str(document.get("title") or ""), str(document["text"] or "")
    with st.container(border=True, height="stretch"):
        st.text(label)
        st.caption(moment(document["published_at"]) or say("time unknown"))
        if title:
            st.markdown(f"**{markdown(title, width=300)}**")
            text = text.removeprefix(title).lstrip()
        st.text(visible(text, limit=POST_CHARS))
        if document.get("url") and not is_person(document["account_id"]):
            st.caption(markdown(address(document["url"])))

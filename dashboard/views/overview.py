"""Overview: what this installation watched, what waits for a person, and search."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc
import streamlit as st

from baken.dashboard import charts, queries
from baken.dashboard.coverage import Coverage, coverage, when
from baken.dashboard.desk import language_name, note_once, say, show
from baken.dashboard.inert import address, cell, markdown, one_line
from baken.dashboard.pieces import day, heading, moment, nothing, spoken, status_and_evidence, table
from baken.dashboard.privacy import SOMEBODY, is_person, short_name
from baken.store.project import Project

MAX_WAITING = 5
_CLOSED = ("confirmed", "dismissed", "insufficient")


def render(project: Project) -> None:
    """Draw the page."""
    st.title(say("Overview"), anchor=False)
    seen, activity = coverage(project), queries.activity(project)
    if not activity.num_rows:
        nothing("Nothing collected yet: run `baken collect`, or `baken import FILE`.")
        _attention(seen)
        return
    _watched(project, seen, activity)
    _attention(seen)
    _waiting(project)
    heading("Documents per day", "By language; the day of publication where it is known.")
    st.altair_chart(charts.by_day(spoken(activity)), alt="Documents per day by language")
    _search(project, activity)


def _watched(project: Project, seen: Coverage, activity: Any) -> None:
    days = pc.min_max(activity["day"]).as_py()
    waiting = sum(1 for row in queries.candidates(project) if _waits(row))
    figures = (
        ("Documents", f"{pc.sum(activity['documents']).as_py():,}"),
        ("Sources", f"{pc.count_distinct(activity['source_id']).as_py():,}"),
        ("Languages", f"{len(set(activity['language'].to_pylist()) - {queries.UNKNOWN}):,}"),
        ("Candidate narratives", f"{project.tables.count('narratives'):,}"),
        ("Waiting for review", f"{waiting:,}"),
    )
    for column, (label, value) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(say(label), value, border=True)
    lines = [f"{say('Period')}: {days['min']} – {days['max']} (UTC)"]
    if seen.last_run:
        finished = moment(when(seen.last_run["finished_at"])) or say("still running")
        outcome = one_line(seen.last_run["outcome"] or say("running"))
        lines.append(f"{say('last run')}: {finished}, {outcome}")
    if seen.sources_up is not None:
        up, down = seen.sources_up, seen.sources_down
        lines.append(f"{say('last crawl')}: {up} {say('sources up')}, {down} {say('down')}")
    if seen.order:
        lines.append(f"{say('order')}: {one_line(seen.order)} ({say('until')} {seen.order_end})")
    st.caption(markdown("  ·  ".join(lines)))


def _attention(seen: Coverage) -> None:
    if not seen.issues:
        return
    count = len(seen.issues)
    title = f"{say('Needs a person')}: {count}"
    with st.expander(title, icon=":material/priority_high:", expanded=count <= 3):
        table(
            [
                {"stage": issue["stage"], "origin": issue["origin"], "message": issue["message"]}
                for issue in seen.issues[:100]
            ]
        )


def _waits(row: dict[str, Any]) -> bool:
    return bool(row["queue"]) and str(row["status"]) not in _CLOSED


def _waiting(project: Project) -> None:
    heading(
        "Waiting for review",
        "Groups in step beyond chance. A flag is a question, not a finding of guilt.",
    )
    rows = [row for row in queries.candidates(project) if _waits(row)]
    if not rows:
        nothing("No candidate waits for review. Candidates appear after `baken run`.")
    for row in rows[:MAX_WAITING]:
        with st.container(border=True):
            st.markdown(f"**{markdown(row['statement'])}**")
            period = f"{day(row['first_seen'])} – {day(row['last_seen'])}"
            st.caption(markdown(f"{one_line(row['name'])} · {period}"))
            status_and_evidence(row)
    if len(rows) > MAX_WAITING:
        st.page_link("views/campaigns.py", label=f"{say('All candidates')} ({len(rows)})")


def _search(project: Project, activity: Any) -> None:
    heading(
        "Search", "By words, in every language at once; words in quotation marks stay together."
    )
    languages = sorted(set(activity["language"].to_pylist()))
    sources = sorted({name for name in activity["source_id"].to_pylist() if name})
    asked, tongue, place = st.columns([3, 1, 1])
    query = asked.text_input(say("Words"), key="query", max_chars=500)
    language = tongue.selectbox(
        say("Language"), [None, *languages], format_func=_any_or(language_name), key="language"
    )
    source = place.selectbox(
        say("Source"), [None, *sources], format_func=_any_or(short_name), key="source"
    )
    if not query.strip():
        return
    chosen = {"language": language, "source_id": source}
    hits = queries.search(project, query, {k: v for k, v in chosen.items() if v})
    note_once(project, "search", f"{query}{chosen}", hits=len(hits))
    if not hits:
        nothing("No document has these words. Search covers what `baken publish` last published.")
        return
    st.caption(f"{len(hits)} {say('documents, the best first')}")
    table([_hit(hit.fields) for hit in hits], column_config={say("text"): {"width": "large"}})


def _hit(fields: Any) -> dict[str, Any]:
    person = is_person(fields.get("account_id"))
    title, text = one_line(fields.get("title")), one_line(fields.get("text"), width=240)
    return {
        "published": moment(fields.get("published_at")),
        "language": language_name(fields.get("language")),
        "account": say(SOMEBODY) if person else short_name(fields.get("account_id")),
        "text": cell(f"{title} — {text}" if title else text, width=320),
        "address": "" if person else address(fields.get("url") or "", width=120),
    }


def _any_or(name: Any) -> Any:
    return lambda value: say("any") if value is None else name(value)


if __name__ == "__main__":
    show(render)

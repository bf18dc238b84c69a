"""Sources: the register, when each was last seen, and what was set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow.compute as pc
import streamlit as st

from baken.dashboard import charts, queries
from baken.dashboard.coverage import coverage, quarantine, source_rows, when
from baken.dashboard.desk import language_name, say, show
from baken.dashboard.inert import markdown, one_line
from baken.dashboard.pieces import heading, moment, nothing, table
from baken.dashboard.register import read_register
from baken.store.project import Project

MAX_SOURCES = 60
MAX_DAYS = 92


def render(project: Project) -> None:
    """Draw the page."""
    st.title(say("Sources"), anchor=False)
    register = read_register(project.config.path(project.config.project.sources))
    issues = coverage(project).issues
    rows = source_rows(
        register, queries.source_activity(project), issues, today=datetime.now(UTC).date()
    )
    for problem in register.problems:
        st.warning(markdown(problem))
    if rows:
        _register(rows)
        _heat(project, rows)
    else:
        nothing("No sources yet: `baken sources add URL`, or `baken import FILE`.")
    _issues(issues)
    _quarantine(project)


def _register(rows: list[dict[str, Any]]) -> None:
    counts = [
        f"{sum(1 for row in rows if row['state'] == state)} {say(state)}"
        for state in ("up", "down", "expired", "silent", "imported")
        if any(row["state"] == state for row in rows)
    ]
    heading("Register")
    st.caption(
        f"{' · '.join(counts)}. "
        + say("Down: an issue in the last run. Expired: its review date passed, so it is not read.")
    )
    table(
        [
            {
                "state": say(row["state"]),
                "source": row["source_id"],
                "name": str(row["name"] or ""),
                "kind": str(row["kind"] or ""),
                "language": language_name(row["language"]) if row["language"] else "",
                "owner": str(row["owner"] or ""),
                "tier": str(row["tier"] or ""),
                "documents": row["documents"],
                "last published": moment(row["last_published"]),
                "last collected": moment(row["last_collected"]),
                "review by": str(row["review_by"] or ""),
                "problem": str(row["problem"] or ""),
            }
            for row in rows
        ]
    )
    reasons = [row for row in rows if row["tier_reason"]]
    if reasons:
        with st.expander(say("Why a source has a tier")):
            table(
                [
                    {
                        "source": row["source_id"],
                        "tier": str(row["tier"]),
                        "reason": str(row["tier_reason"]),
                    }
                    for row in reasons
                ]
            )


def _heat(project: Project, rows: list[dict[str, Any]]) -> None:
    activity = queries.activity(project)
    if not activity.num_rows:
        return
    largest = sorted(rows, key=lambda row: (-row["documents"], row["source_id"]))[:MAX_SOURCES]
    names = {row["source_id"]: one_line(row["source_id"], width=60) for row in largest}
    frame = activity.filter(pc.is_in(activity["source_id"], _strings(names))).to_pandas()
    latest = sorted(set(frame["day"]))[-MAX_DAYS:]
    frame = frame[frame["day"] >= latest[0]] if latest else frame
    shown = frame.groupby(["day", "source_id"], as_index=False)["documents"].sum()
    shown = shown.assign(source=[names[name] for name in shown["source_id"]])
    heading("Documents per source per day", "An empty place is a day without documents.")
    st.altair_chart(
        charts.source_days(shown, [names[row["source_id"]] for row in largest]),
        alt="Documents per source per day",
    )


def _strings(names: Any) -> Any:
    import pyarrow as pa

    return pa.array(sorted(names), pa.string())


def _issues(issues: Any) -> None:
    heading("Issues of the last run")
    if not issues:
        nothing("The last run needed nobody.")
        return
    table(
        [
            {
                "at": moment(when(issue["at"])),
                "stage": issue["stage"],
                "origin": issue["origin"],
                "message": issue["message"],
            }
            for issue in issues[:200]
        ]
    )


def _quarantine(project: Project) -> None:
    heading("Quarantine", "Records that could not be used: kept, counted, never silently dropped.")
    counts, newest = quarantine(project)
    if not counts:
        nothing("No record is in quarantine.")
        return
    left, right = st.columns([2, 3])
    with left:
        table([{"reason": reason, "records": count} for reason, count in counts])
    with right:
        table(
            [
                {
                    "origin": record["origin"],
                    "position": record["position"],
                    "reason": record["reason"],
                    "excerpt": record["excerpt"],
                }
                for record in newest
            ]
        )


if __name__ == "__main__":
    show(render)

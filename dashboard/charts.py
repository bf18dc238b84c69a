"""The charts: few marks, one colour for each language, and tooltips of harmless words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import altair as alt
import pandas as pd

from baken.dashboard.layout import positions

OTHER = "other"
MAX_LANGUAGES = 8
MAX_ROWS = 40
# Above these lengths single days become thinner than a pixel or two.
_WEEKS_ABOVE_DAYS = 200
_MONTHS_ABOVE_DAYS = 1_400
_QUIET = "#8b98a1"
_ACCENT = "#1f6073"
_WARM = "#c8842f"
_NAMES = alt.Axis(labelLimit=260, labelOverlap=False, grid=True, ticks=False)
_PLAIN_NAMES = alt.Axis(labelLimit=260, labelOverlap=False, grid=False, ticks=False)
# Streamlit fits the legend and the axis into the height that is asked for.
_FRAME = 90
_FEW_DAYS = 8
_SHORT = timedelta(days=4)
_ROLES = ["promotes", "reports", "rebuts", "unclear"]
_ROLE_COLOURS = ["#b5483a", "#1f6073", "#6a8f3c", "#a7b1b8"]


def by_day(rows: pd.DataFrame, *, height: int = 280) -> alt.Chart:
    """Documents by time and language; `rows` has day, language and documents."""
    unit, shown = _bucketed(rows)
    shown = _few_languages(shown)
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(f"{unit}(day):T", title=None, axis=_days(unit, shown)),
            y=alt.Y("sum(documents):Q", title=None, axis=alt.Axis(tickCount=4, tickMinStep=1)),
            color=_language_colour(shown),
            order=alt.Order("language:N"),
            tooltip=[
                alt.Tooltip(f"{unit}(day):T", title="day"),
                alt.Tooltip("language:N", title="language"),
                alt.Tooltip("sum(documents):Q", title="documents"),
            ],
        )
        .properties(height=height)
    )
    return chart


def _time_axis(times: pd.Series[Any]) -> alt.Axis:
    short = len(times) > 0 and times.max() - times.min() < _SHORT
    form = "%d %b %H:%M" if short else "%d %b %Y"
    return alt.Axis(grid=False, format=form, tickCount=7, labelFlush=True, labelOverlap=True)


def _days(unit: str, rows: pd.DataFrame) -> alt.Axis:
    form = "%b %Y" if unit == "utcyearmonth" else "%d %b %Y"
    few = unit == "utcyearmonthdate" and rows["day"].nunique() <= _FEW_DAYS
    # With more ticks than days the same day would be named twice.
    ticks: Any = {"interval": "day", "step": 1} if few else 8
    return alt.Axis(
        grid=False, format=form, tickCount=ticks, labelAngle=0, labelFlush=True, labelOverlap=True
    )


def _timed(rows: pd.DataFrame) -> pd.DataFrame:
    # Written out here, because a tooltip would give the time zone of the browser.
    return rows.assign(when=rows["at"].dt.strftime("%Y-%m-%d %H:%M:%S"))


def _bucketed(rows: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    days = pd.to_datetime(rows["day"])
    length = (days.max() - days.min()).days if len(rows) else 0
    unit, rule = "utcyearmonthdate", "D"
    if length > _MONTHS_ABOVE_DAYS:
        unit, rule = "utcyearmonth", "M"
    elif length > _WEEKS_ABOVE_DAYS:
        unit, rule = "utcyearweek", "W"
    start = days.dt.to_period(rule).dt.start_time
    shown: pd.DataFrame = (
        rows.assign(day=start).groupby(["day", "language"])[["documents"]].sum().reset_index()
    )
    return unit, shown


def _few_languages(rows: pd.DataFrame) -> pd.DataFrame:
    totals = rows.groupby("language")["documents"].sum().sort_values(ascending=False)
    kept = set(totals.index[:MAX_LANGUAGES])
    return rows.assign(language=[name if name in kept else OTHER for name in rows["language"]])


def _language_colour(rows: pd.DataFrame) -> alt.Color:
    # Alphabetical, so that a language keeps its place in the legend from page to page.
    names = sorted(set(rows["language"]), key=lambda name: (name == OTHER, name))
    return alt.Color("language:N", title=None, sort=names, legend=alt.Legend(orient="top"))


def source_days(rows: pd.DataFrame, order: Sequence[str]) -> alt.Chart:
    """Documents of each source on each day, as a heat map; `rows`: day, source, documents."""
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(
                "utcyearmonthdate(day):T",
                title=None,
                axis=alt.Axis(grid=False, format="%d %b", labelOverlap=True),
            ),
            y=alt.Y("source:N", title=None, sort=list(order), axis=_PLAIN_NAMES),
            color=alt.Color(
                "documents:Q",
                title="documents",
                scale=alt.Scale(type="sqrt", range=["#e6eff1", _ACCENT]),
                legend=alt.Legend(orient="top", gradientLength=160),
            ),
            tooltip=["source:N", alt.Tooltip("day:T", title="day"), "documents:Q"],
        )
        .properties(height=alt.Step(17))
    )
    return chart


def path(rows: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Where a narrative was seen in time: `rows` has at, source, language and role."""
    rows = _timed(rows)
    firsts = rows.sort_values("at").drop_duplicates("source")
    order = list(firsts["source"])[:MAX_ROWS]
    shown, firsts = rows[rows["source"].isin(order)], firsts[firsts["source"].isin(order)]
    base = alt.Chart().encode(
        x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=_time_axis(rows["at"])),
        y=alt.Y("source:N", title=None, sort=order, axis=_NAMES),
    )
    tooltip = ["source:N", "language:N", "role:N", "when:N"]
    line = base.mark_line(color=_QUIET, strokeWidth=1, strokeDash=[3, 3]).encode(
        order=alt.Order("at:T")
    )
    dots = base.mark_circle(size=34, opacity=0.75).encode(
        color=_language_colour(shown), tooltip=tooltip
    )
    rings = base.mark_point(size=110, filled=False, color="#1b2530", strokeWidth=1.2).encode(
        tooltip=tooltip
    )
    layers = alt.layer(
        line.properties(data=firsts), dots.properties(data=shown), rings.properties(data=firsts)
    )
    return layers.properties(height=_FRAME + 20 * len(order))


def roles(counts: Mapping[str, int]) -> alt.Chart:
    """What the documents of a narrative do with it, as one bar."""
    rows = pd.DataFrame(
        [
            {"role": name, "documents": counts.get(name, 0), "rank": at}
            for at, name in enumerate(_ROLES)
        ]
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(height=22)
        .encode(
            x=alt.X("documents:Q", title=None, stack="normalize", axis=None),
            color=alt.Color(
                "role:N",
                title=None,
                scale=alt.Scale(domain=_ROLES, range=_ROLE_COLOURS),
                legend=None,
            ),
            order="rank:Q",
            tooltip=["role:N", "documents:Q"],
        )
        .properties(height=34)
    )
    return chart


def posts_strip(rows: pd.DataFrame) -> alt.Chart:
    """The posts of each account in time; `rows` has at, account and language."""
    rows = _timed(rows)
    order = list(rows.groupby("account")["at"].min().sort_values().index)[:MAX_ROWS]
    shown = rows[rows["account"].isin(order)]
    chart: alt.Chart = (
        alt.Chart(shown)
        .mark_tick(thickness=2, size=13, opacity=0.9)
        .encode(
            x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=_time_axis(rows["at"])),
            y=alt.Y("account:N", title=None, sort=order, axis=_NAMES),
            color=_language_colour(shown),
            tooltip=["account:N", "language:N", "when:N"],
        )
        .properties(height=_FRAME + 20 * len(order))
    )
    return chart


def network(
    edges: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> alt.LayerChart | alt.FacetChart:
    """Who is in step with whom; the width of a line is the number of objects that they share."""
    joined: dict[tuple[str, str], dict[str, Any]] = {}
    for edge in edges:
        tie = joined.setdefault((edge["left"], edge["right"]), {"observed": 0, "kinds": set()})
        tie["observed"] = max(tie["observed"], edge["observed"] or 0)
        tie["kinds"].add(edge["trace_kind"])
    places = positions(names, {pair: float(len(tie["kinds"])) for pair, tie in joined.items()})
    lines = pd.DataFrame(
        [
            {
                "x": places[left][0],
                "y": places[left][1],
                "x2": places[right][0],
                "y2": places[right][1],
                "pair": f"{names[left]} – {names[right]}",
                "observed": tie["observed"],
                "traces": ", ".join(sorted(tie["kinds"])),
                "kinds": len(tie["kinds"]),
            }
            for (left, right), tie in sorted(joined.items())
        ],
        columns=["x", "y", "x2", "y2", "pair", "observed", "traces", "kinds"],
    )
    dots = pd.DataFrame(
        [{"x": place[0], "y": place[1], "account": names[name]} for name, place in places.items()],
        columns=["x", "y", "account"],
    )
    return _network_layers(lines, dots)


def _network_layers(lines: pd.DataFrame, dots: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    # Wider than high, so that names at the sides are whole.
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-1.5, 1.5]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.15, 1.25]))
    drawn = (
        alt.Chart(lines)
        .mark_rule(color=_QUIET)
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth("kinds:Q", scale=alt.Scale(range=[0.6, 3.2]), legend=None),
            opacity=alt.Opacity("kinds:Q", scale=alt.Scale(range=[0.35, 0.8]), legend=None),
            tooltip=["pair:N", "traces:N", "observed:Q"],
        )
    )
    points = (
        alt.Chart(dots)
        .mark_circle(size=130, color=_WARM, opacity=1, stroke="white", strokeWidth=1)
        .encode(x=x, y=y, tooltip=["account:N"])
    )
    names = (
        alt.Chart(dots)
        .mark_text(dy=-12, fontSize=11, limit=150, color="#1b2530")
        .encode(x=x, y=y, text="account:N")
    )
    layers = alt.layer(drawn, points, names) if len(dots) <= MAX_ROWS else alt.layer(drawn, points)
    return layers.properties(height=380)

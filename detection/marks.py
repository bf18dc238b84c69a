"""Technical marks that tie the members of a candidate: no sample, so no test against chance.

Two sites with one analytics id have one hand behind them whether a register holds twenty sites or
twenty thousand; with twenty no test could ever say so. What can be wrong is the mark: an agency's
id on all its customers, a popular template. So a mark counts when it belongs to the candidate.

The template of outlets' names is a mark as well: each outlet has one name, so that two of them can
never meet often enough for a test. It is shown, and counts for no queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.traces.sites import OUTLETS, template
from baken.model import TraceKind
from baken.schema import EDGES, from_rows

METHOD = "shared-mark"
# Whoever holds one of these sees or earns what the site brings in.
IDENTIFYING = frozenset({"analytics", "ads"})
# These are shared by customers of one firm or users of one template; it takes two kinds of them.
RESEMBLING = frozenset({"certificate", "favicon", "ip", "skeleton"})
# A mark belongs to the candidate when at least half of the sites that bear it are members; one
# that only resembles, when four in five are.
NAMES, NAMES_SHARE = "name", 0.8
# Two names of one template are an accident of the language; three are a series.
MIN_NAMES = 3
OWN_SHARE = {**dict.fromkeys(IDENTIFYING, 0.5), **dict.fromkeys(RESEMBLING, 0.8)}


class Marks:
    """Which sites bear which marks, and where each was seen; `outlets` are all there are."""

    def __init__(self, site_traits: pa.Table, outlets: Iterable[str] = ()) -> None:
        self._holders: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._of: dict[str, set[tuple[str, str]]] = defaultdict(set)
        columns = (
            site_traits.column(name).to_pylist()
            for name in ("account_id", "trait_kind", "value", "url")
        )
        for account, kind, value, url in sorted(
            (account, kind, value, url or "")
            for account, kind, value, url in zip(*columns, strict=True)
            if kind in OWN_SHARE and value
        ):
            self._holders[(kind, value)].setdefault(account, url)
            self._of[account].add((kind, value))
        self._named: dict[str, set[str]] = defaultdict(set)
        for account in outlets:
            if stem := template(account):
                self._named[stem].add(account)

    def with_tied(self, members: frozenset[str]) -> frozenset[str]:
        """`members` and the sites that bear an identifying mark of theirs.

        A mark is theirs when at least two members bear it, and as many members as others. One
        round only: what ties to a tied site alone is too far from the evidence.
        """
        tied = set(members)
        for mark in {mark for name in members for mark in self._of.get(name, ())}:
            holders = self._holders[mark].keys()
            bearing = len(members & holders)
            if mark[0] in IDENTIFYING and 2 <= bearing >= OWN_SHARE[mark[0]] * len(holders):
                tied |= holders
        return frozenset(tied)

    def edges(self, members: frozenset[str], known: pa.Table) -> pa.Table:
        """`known` and an edge for each pair of members that their own marks tie.

        A pair that `known` has an infrastructure edge for gets no second one.
        """
        shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for mark in sorted({mark for name in members for mark in self._of.get(name, ())}):
            holders = self._holders[mark]
            bearing = sorted(members & holders.keys())
            if len(bearing) < 2 or len(bearing) < OWN_SHARE[mark[0]] * len(holders):
                continue
            for pair in combinations(bearing, 2):
                shared[pair].append(mark)
        tested = _tied(known, TraceKind.INFRASTRUCTURE)
        rows = [
            self._edge(pair, marks)
            for pair, marks in sorted(shared.items())
            if pair not in tested and _suffice({kind for kind, _ in marks})
        ]
        rows += self._names(members, known)
        return pa.concat_tables([known, from_rows(rows, EDGES)]) if rows else known

    def _names(self, members: frozenset[str], known: pa.Table) -> list[dict[str, object]]:
        """An edge for each pair of members named by one template that is mainly theirs."""
        tied = _tied(known, TraceKind.HANDLE)
        rows: list[dict[str, object]] = []
        for stem, holders in sorted(self._named.items()):
            bearing = sorted(members & holders)
            if MIN_NAMES <= len(bearing) >= NAMES_SHARE * len(holders):
                rows += [
                    _row(pair, TraceKind.HANDLE, [f"{NAMES}={stem}"], [])
                    for pair in combinations(bearing, 2)
                    if pair not in tied
                ]
        return rows

    def _edge(self, pair: tuple[str, str], marks: list[tuple[str, str]]) -> dict[str, object]:
        left, right = pair
        pages = [
            {"left": self._holders[mark][left], "right": self._holders[mark][right]}
            for mark in marks
        ]
        objects = [f"{kind}={value}" for kind, value in marks]
        return _row(pair, TraceKind.INFRASTRUCTURE, objects, pages)


def _row(
    pair: tuple[str, str], kind: TraceKind, objects: list[str], pages: list[dict[str, str]]
) -> dict[str, object]:
    return {
        "left": pair[0],
        "right": pair[1],
        "trace_kind": kind.value,
        "window_s": 0,
        "observed": len(objects),
        "objects": objects,
        "doc_pairs": pages,
        "method": METHOD,
    }


def outlets_of(documents: pa.Table) -> list[str]:
    """Every outlet and official that published, by name."""
    chosen = pc.is_in(documents["account_kind"], value_set=pa.array(OUTLETS))
    return sorted(documents.filter(chosen)["account_id"].unique().drop_null().to_pylist())


def with_marks(
    edges: pa.Table, *, campaigns: pa.Table, site_traits: pa.Table, documents: pa.Table
) -> pa.Table:
    """`edges` and the mark edges of every campaign, so that they are stored and shown as well."""
    marks, known = Marks(site_traits, outlets_of(documents)), edges
    for members in campaigns.column("members").to_pylist():
        known = marks.edges(frozenset(members or ()), known)
    return known.sort_by([(name, "ascending") for name in EDGES.key])


def _suffice(kinds: set[str]) -> bool:
    return bool(kinds & IDENTIFYING) or len(kinds & RESEMBLING) >= 2


def _tied(known: pa.Table, kind: TraceKind) -> set[tuple[str, str]]:
    rows = known.select(["left", "right", "trace_kind"]).to_pylist()
    return {(row["left"], row["right"]) for row in rows if row["trace_kind"] == kind}

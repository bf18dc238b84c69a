"""Technical marks that tie the members of a candidate: no sample, so no test against chance.

Two sites with one analytics id have one hand behind them whether a register holds twenty sites or
twenty thousand; with twenty no test could ever say so. What can be wrong is the mark: an agency's
id on all its customers, a popular template. So a mark counts when it belongs to the candidate.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pyarrow as pa

from baken.model import TraceKind
from baken.schema import EDGES, from_rows

METHOD = "shared-mark"
# Whoever holds one of these sees or earns what the site brings in.
IDENTIFYING = frozenset({"analytics", "ads"})
# These are shared by customers of one firm or users of one template; it takes two kinds of them.
RESEMBLING = frozenset({"certificate", "favicon", "ip", "skeleton"})
# A mark belongs to the candidate when at least half of the sites that bear it are members; one
# that only resembles, when four in five are.
OWN_SHARE = {**dict.fromkeys(IDENTIFYING, 0.5), **dict.fromkeys(RESEMBLING, 0.8)}


class Marks:
    """Which sites bear which marks, and where each was seen."""

    def __init__(self, site_traits: pa.Table) -> None:
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
        tested = _tested(known)
        rows = [
            self._edge(pair, marks)
            for pair, marks in sorted(shared.items())
            if pair not in tested and _suffice({kind for kind, _ in marks})
        ]
        return pa.concat_tables([known, from_rows(rows, EDGES)]) if rows else known

    def _edge(self, pair: tuple[str, str], marks: list[tuple[str, str]]) -> dict[str, object]:
        left, right = pair
        pages = [
            {"left": self._holders[mark][left], "right": self._holders[mark][right]}
            for mark in marks
        ]
        return {
            "left": left,
            "right": right,
            "trace_kind": TraceKind.INFRASTRUCTURE.value,
            "window_s": 0,
            "observed": len(marks),
            "objects": [f"{kind}={value}" for kind, value in marks],
            "doc_pairs": pages,
            "method": METHOD,
        }


def with_marks(edges: pa.Table, *, campaigns: pa.Table, site_traits: pa.Table) -> pa.Table:
    """`edges` and the mark edges of every campaign, so that they are stored and shown as well."""
    marks, known = Marks(site_traits), edges
    for members in campaigns.column("members").to_pylist():
        known = marks.edges(frozenset(members or ()), known)
    return known.sort_by([(name, "ascending") for name in EDGES.key])


def _suffice(kinds: set[str]) -> bool:
    return bool(kinds & IDENTIFYING) or len(kinds & RESEMBLING) >= 2


def _tested(known: pa.Table) -> set[tuple[str, str]]:
    rows = known.select(["left", "right", "trace_kind"]).to_pylist()
    return {
        (row["left"], row["right"]) for row in rows if row["trace_kind"] == TraceKind.INFRASTRUCTURE
    }

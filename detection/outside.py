"""Ties that lead out of a candidate, so that none goes unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from baken.detection.assess import holders_of
from baken.detection.posts import EDGE_ORDER, unfold

# Edges whose documents are named as evidence; a finding is for looking, not for counting.
_MAX_EDGES = 50


@dataclass(frozen=True, slots=True)
class Outside:
    """How many accounts that are no members are in step with members of a candidate.

    `elsewhere` of them are in other candidates; `doc_ids` are documents of some of the ties.
    """

    accounts: int
    elsewhere: int
    doc_ids: tuple[str, ...]

    @property
    def told(self) -> str:
        """The same in words."""
        are = "account outside is" if self.accounts == 1 else "accounts outside are"
        return (
            f"{self.accounts} {are} in step with members; "
            f"{self.elsewhere} of them in other candidates"
        )


def outside_ties(edges: pa.Table, candidates: Sequence[frozenset[str]]) -> list[Outside]:
    """For each candidate the accounts that tested `edges` tie to it from outside."""
    edges = edges.sort_by(EDGE_ORDER)
    holders = holders_of(candidates)
    nowhere: set[int] = set()
    strangers: list[set[str]] = [set() for _ in candidates]
    rows: list[list[int]] = [[] for _ in candidates]
    columns = (edges.column(name).to_pylist() for name in ("left", "right", "q_value"))
    for row, (left, right, q_value) in enumerate(zip(*columns, strict=True)):
        if q_value is None:
            continue
        for member, other in ((left, right), (right, left)):
            for at in holders.get(member, nowhere) - holders.get(other, nowhere):
                strangers[at].add(other)
                if len(rows[at]) < _MAX_EDGES:
                    rows[at].append(row)
    return [
        Outside(
            accounts=len(found),
            elsewhere=sum(name in holders for name in found),
            doc_ids=tuple(unfold(edges.take(pa.array(chosen, pa.int64()))).doc_ids.to_pylist()),
        )
        for found, chosen in zip(strangers, rows, strict=True)
    ]

"""From a set of actors to candidates: what stands, what is explained, and what remains to judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection.background import Background
from baken.detection.benign.examination import Examination, examine
from baken.detection.case import Examined
from baken.detection.families import family_of
from baken.detection.posts import EDGE_ORDER, Booleans, Evidence, inside, unfold
from baken.detection.rules import Support, dominant, standing_marks, support
from baken.model import Role, SourceKind, Verdict
from baken.protocols import BenignDetector


@dataclass(frozen=True, slots=True)
class Outcome:
    """A candidate with what was found of it, before it has an id.

    `standing` is the evidence by the statistics alone; `counted` are the documents that count:
    for a queued candidate those that no innocent explanation covers.
    """

    case: Examined
    members: frozenset[str]
    standing: Support
    examinations: tuple[tuple[str, Examination], ...]
    counted: tuple[str, ...]
    explained_share: float
    queue: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Assessor:
    """Assesses sets of actors against one view; everything shared between them is made once."""

    background: Background
    documents: pa.Table
    site_traits: pa.Table
    sources: Mapping[str, Mapping[str, Any]]
    config: DetectConfig
    limit: float
    detectors: Sequence[BenignDetector]
    suspects: frozenset[str]

    def assess(
        self, members: frozenset[str], edges: pa.Table, *, loose: str | None = None
    ) -> list[Outcome]:
        """The candidates that `members`, tied by `edges`, turn out to be.

        Usually one. Where innocent explanations fall away and leave separate sets that each meet
        the rule, these are queued one by one and the rest stays visible as explained. Members that
        make no group, for the reason `loose`, are never queued.
        """
        whole = self._judge(members, edges, top=True, loose=loose)
        return self._split(whole, edges)

    def _split(self, whole: _Judged, edges: pa.Table) -> list[Outcome]:
        if not whole.outcome.queue:
            return [whole.outcome]
        parts = components(whole.remainder_edges)
        if len(parts) == 1 and parts[0] == whole.outcome.members:
            return [whole.outcome]
        found: list[Outcome] = []
        for part in parts:
            inner = inside(edges, pa.array(sorted(part), type=pa.string()))
            found += [
                outcome
                for outcome in self._split(self._judge(part, inner, top=False), inner)
                if outcome.queue
            ]
        rest = whole.outcome.members.difference(*(outcome.members for outcome in found))
        inner = inside(edges, pa.array(sorted(rest), type=pa.string()))
        if not found or (len(rest) > 1 and inner.num_rows):
            found.append(self._judge(rest, inner, top=False, queueable=False).outcome)
        return found

    def _judge(
        self,
        members: frozenset[str],
        edges: pa.Table,
        *,
        top: bool,
        queueable: bool = True,
        loose: str | None = None,
    ) -> _Judged:
        evidence = unfold(edges)
        case = self._case(members, evidence)
        rebuttals = rebutting(case)
        kept = _without(evidence, void=rebuttals)
        everything = np.ones(evidence.edges.num_rows, dtype=bool)
        standing = replace(self._support(evidence, kept, everything), loose=loose)
        examinations = tuple(
            (detector.benign_class, examine(detector, case)) for detector in self.detectors
        )
        free, open_edges = remaining(evidence, kept, [found for _, found in examinations])
        remainder = self._support(evidence, free, open_edges)
        hub = dominant(evidence, standing) if top and not loose else None
        queue, reason = _decision(standing, remainder, examinations, hub, self.config)
        counted = _counted(evidence, free if queue else kept, remainder if queue else standing)
        if not counted and not queue:
            counted = tuple(sorted(set(case.doc_ids) - rebuttals))
        outcome = Outcome(
            case=case,
            members=members,
            standing=standing,
            examinations=examinations,
            counted=counted,
            explained_share=_explained_share(kept, free, standing, open_edges),
            queue=queue and queueable,
            reason=reason,
        )
        return _Judged(outcome, evidence.edges.filter(pa.array(remainder.edges)))

    def _case(self, members: frozenset[str], evidence: Evidence) -> Examined:
        return Examined(
            members=tuple(sorted(members)),
            edges=evidence.edges,
            documents=_lookup(self.documents, evidence.doc_ids),
            background=self.background.table,
            site_traits=self.site_traits,
            sources=self.sources,
            outside=self.background,
            suspects=self.suspects,
        )

    def _support(self, evidence: Evidence, kept: Booleans, open_edges: Booleans) -> Support:
        return support(evidence, kept, open_edges=open_edges, config=self.config, limit=self.limit)


@dataclass(frozen=True, slots=True)
class _Judged:
    outcome: Outcome
    remainder_edges: pa.Table


def rebutting(case: Examined) -> frozenset[str]:
    """The evidence documents that rebut what they repeat; no flag counts them."""
    roles = case.column("role")
    kinds = [source.get("kind") for source in case.sources_of]
    return case.select(lambda at: roles[at] == Role.REBUTS or kinds[at] == SourceKind.FACTCHECKER)


def remaining(
    evidence: Evidence, kept: Booleans, examinations: Sequence[Examination]
) -> tuple[Booleans, Booleans]:
    """The document pairs and the edges that no examination takes away."""
    free = kept.copy()
    families = np.array([family_of(k) for k in evidence.edges.column("trace_kind").to_pylist()])
    open_edges = np.ones(evidence.edges.num_rows, dtype=bool)
    ties = list(
        zip(
            evidence.edges.column("left").to_pylist(),
            evidence.edges.column("right").to_pylist(),
            strict=True,
        )
    )
    objects = evidence.edges.column("objects").to_pylist()
    for found in examinations:
        concerned = np.isin(families, sorted(found.families))
        if found.whole:
            open_edges &= ~concerned
        if found.pairs:
            closed = np.array([tie in found.pairs for tie in ties], dtype=bool)
            open_edges &= ~(closed & concerned)
        if found.objects:
            gone = [bool(shared) and set(shared) <= found.objects for shared in objects]
            open_edges &= ~(np.array(gone, dtype=bool) & concerned)
        if found.documents or found.void:
            standing = _without(evidence, both=found.documents, void=found.void)
            free &= standing | ~concerned[evidence.pair_edge]
    return free, open_edges


def components(edges: pa.Table) -> list[frozenset[str]]:
    """The sets of accounts that `edges` connect, in a fixed order."""
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in zip(
        edges.column("left").to_pylist(), edges.column("right").to_pylist(), strict=True
    ):
        near[a].add(b)
        near[b].add(a)
    seen: set[str] = set()
    found = []
    for start in sorted(near):
        if start in seen:
            continue
        part, frontier = {start}, [start]
        while frontier:
            fresh = near[frontier.pop()] - part
            part |= fresh
            frontier.extend(fresh)
        seen |= part
        found.append(frozenset(part))
    return found


def _decision(
    standing: Support,
    remainder: Support,
    examinations: Sequence[tuple[str, Examination]],
    hub: str | None,
    config: DetectConfig,
) -> tuple[bool, str]:
    short = standing.shortfalls(config)
    if hub is not None:
        short.append("one account holds nearly all the evidence")
    ruled_in = [name for name, found in examinations if found.verdict is Verdict.RULED_IN]
    if short:
        aside = f"; explained: {', '.join(ruled_in)}" if ruled_in else ""
        return False, f"weak: {'; '.join(short)}{aside}"
    partial = [name for name, found in examinations if name not in ruled_in and found.takes]
    if remainder.shortfalls(config):
        # Documents with an innocent source never count, also where no explanation alone covers
        # half; then the ones that together leave too little are named.
        if not ruled_in:
            return False, f"explained together: {', '.join(partial)}"
        in_part = f"; in part: {', '.join(partial)}" if partial else ""
        return False, f"explained: {', '.join(ruled_in)}{in_part}"
    names = ", ".join(sorted(remainder.families))
    aside = f", with what {', '.join(ruled_in)} explains set aside" if ruled_in else ""
    return True, f"tested on {names}{aside}"


def _without(
    evidence: Evidence,
    *,
    both: frozenset[str] = frozenset(),
    void: frozenset[str] = frozenset(),
) -> Booleans:
    two, one = evidence.codes(both), evidence.codes(void)
    left, right = evidence.pair_left, evidence.pair_right
    return np.asarray(~((two[left] & two[right]) | one[left] | one[right]), dtype=bool)


def _counted(evidence: Evidence, kept: Booleans, standing: Support) -> tuple[str, ...]:
    used = kept & (standing.edges & ~standing_marks(evidence))[evidence.pair_edge]
    positions = np.unique(np.concatenate([evidence.pair_left[used], evidence.pair_right[used]]))
    return tuple(evidence.doc_ids.take(pa.array(positions, type=pa.int64())).to_pylist())


def _explained_share(
    kept: Booleans, free: Booleans, standing: Support, open_edges: Booleans
) -> float:
    total = int(kept.sum())
    if total == 0:
        edges = int(standing.edges.sum())
        return float((standing.edges & ~open_edges).sum() / edges) if edges else 0.0
    return float((kept & ~free).sum() / total)


def _lookup(documents: pa.Table, doc_ids: pa.Array) -> pa.Table:
    ids = documents.column("doc_id").combine_chunks()
    rows = pc.index_in(doc_ids, value_set=ids).drop_null()
    return documents.take(rows)


def holders_of(candidates: Sequence[frozenset[str]]) -> dict[str, set[int]]:
    """The places of the candidates that each account is a member of."""
    holders: dict[str, set[int]] = defaultdict(set)
    for at, members in enumerate(candidates):
        for member in members:
            holders[member].add(at)
    return holders


def partition(edges: pa.Table, candidates: Sequence[frozenset[str]]) -> list[pa.Table]:
    """For each candidate the edges inside it, in a fixed order."""
    edges = edges.sort_by(EDGE_ORDER)
    holders = holders_of(candidates)
    rows: list[list[int]] = [[] for _ in candidates]
    nowhere: set[int] = set()
    for row, (left, right) in enumerate(
        zip(edges.column("left").to_pylist(), edges.column("right").to_pylist(), strict=True)
    ):
        for at in holders.get(left, nowhere) & holders.get(right, nowhere):
            rows[at].append(row)
    return [edges.take(pa.array(chosen, type=pa.int64())) for chosen in rows]

"""Candidate campaigns: groups in step, with their evidence and the innocent explanations beside it.

The rule of the queue, what counts as independent evidence and how explanations work are told in
`docs/explanation/judgements.md` and `docs/explanation/benign.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection.assess import Assessor, Outcome, partition
from baken.detection.background import Background
from baken.detection.benign import ALL
from baken.detection.case import Examined, joined
from baken.detection.findings import Judged, findings_of
from baken.detection.identity import Identity, identify, merged_groups
from baken.detection.judgement import coordinated, inauthentic, state_link
from baken.detection.loose import loose_sets, worth_listing
from baken.detection.marks import Marks, outlets_of
from baken.detection.outside import Outside, outside_ties
from baken.detection.posts import unfold
from baken.detection.reach import reach
from baken.detection.rules import cutoff
from baken.detection.signals import signals
from baken.detection.techniques import suggest
from baken.detection.wording import name_of, short_ids, statement_of
from baken.protocols import BenignDetector, DetectionView, Progress, silent
from baken.schema import CAMPAIGNS, EDGES, FINDINGS, GROUPS, conform, from_rows

# A narrative belongs to a candidate with this share of its documents, or as its most frequent one.
NARRATIVE_SHARE = 0.05


def flag_campaigns(
    *,
    groups: pa.Table,
    edges: pa.Table,
    view: DetectionView,
    narratives: pa.Table,
    previous: pa.Table | None,
    config: DetectConfig,
    coverage: str,
    detectors: Sequence[BenignDetector] = ALL,
    progress: Progress = silent,
) -> tuple[pa.Table, pa.Table]:
    """Candidate campaigns (schema `CAMPAIGNS`) and what was found of each (schema `FINDINGS`).

    `previous` are the campaigns of the last run, whose ids are kept by member overlap; `coverage`
    says which sources were up. Techniques that presuppose inauthentic assets are never suggested
    here: an analyst records that first (`baken.detection.techniques.suggest`).
    """
    edges = _validated(conform(edges, EDGES), config)
    candidates = merged_groups(conform(groups, GROUPS), least=config.campaign_overlap)
    parts = partition(edges, candidates)
    assessor = _assessor(edges, view, config, detectors)
    marks = Marks(view.site_traits, outlets_of(view.documents))
    outcomes: list[Outcome] = []
    held: set[str] = set()
    for done, (members, inner) in enumerate(zip(candidates, parts, strict=True)):
        progress("campaigns", done, len(candidates))
        tied = marks.with_tied(members)
        held |= tied
        outcomes += assessor.assess(tied, marks.edges(tied, inner))
    progress("campaigns", len(candidates), len(candidates))
    outcomes += _loose(edges, frozenset(held), assessor, marks)
    identities = identify(
        [outcome.members for outcome in outcomes], previous, least=config.campaign_overlap
    )
    outside = outside_ties(edges, [outcome.members for outcome in outcomes])
    return _tables(
        list(zip(outcomes, identities, outside, strict=True)), narratives, config, coverage
    )


def _loose(
    edges: pa.Table, held: frozenset[str], assessor: Assessor, marks: Marks
) -> list[Outcome]:
    """What is tied and in no group, examined in the same way and never queued."""
    sets = loose_sets(edges, held, assessor.config)
    outcomes: list[Outcome] = []
    for loose, inner in zip(sets, partition(edges, [one.members for one in sets]), strict=True):
        tied = marks.edges(loose.members, inner)
        if worth_listing(loose.members, tied, assessor.config):
            outcomes += assessor.assess(loose.members, tied, loose=loose.why)
    return outcomes


def _validated(edges: pa.Table, config: DetectConfig) -> pa.Table:
    """The edges that passed the test, and those of classic methods, which have none."""
    q_values = edges.column("q_value")
    return edges.filter(
        pc.or_(pc.is_null(q_values), pc.fill_null(pc.less_equal(q_values, config.q_max), False))
    )


def _assessor(
    edges: pa.Table,
    view: DetectionView,
    config: DetectConfig,
    detectors: Sequence[BenignDetector],
) -> Assessor:
    table = joined(view)
    rows = pc.index_in(unfold(edges).doc_ids, value_set=table.column("doc_id").combine_chunks())
    background, documents = Background(table), table.take(rows.drop_null())
    background.prepare(documents)
    return Assessor(
        background=background,
        documents=documents,
        site_traits=view.site_traits,
        sources=view.sources,
        config=config,
        limit=cutoff(edges, config.q_max),
        detectors=detectors,
        suspects=frozenset(edges.column("left").to_pylist() + edges.column("right").to_pylist()),
    )


def _tables(
    found: list[tuple[Outcome, Identity, Outside]],
    narratives: pa.Table,
    config: DetectConfig,
    coverage: str,
) -> tuple[pa.Table, pa.Table]:
    short = short_ids([identity.campaign_id for _, identity, _ in found])
    labels = dict(
        zip(
            narratives.column("narrative_id").to_pylist(),
            narratives.column("label").to_pylist(),
            strict=True,
        )
    )
    campaigns: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    for outcome, identity, outside in sorted(found, key=lambda one: one[1].campaign_id):
        counted = _narrowed(outcome)
        narrative_ids = _narratives(counted)
        judged = Judged(
            coordinated=coordinated(outcome.standing, config),
            inauthentic=inauthentic(counted, outcome.standing),
            state_link=state_link(counted),
            reach=reach(counted, narrative_ids),
        )
        row = _row(outcome, counted, judged, narrative_ids)
        subject = labels.get(narrative_ids[0]) if narrative_ids else None
        subject = subject or "+".join(outcome.standing.families) or None
        row["campaign_id"] = identity.campaign_id
        row["parents"] = list(identity.parents)
        row["name"] = name_of(short[identity.campaign_id], len(outcome.members), subject)
        row["coverage"] = coverage
        campaigns.append(row)
        findings += findings_of(identity.campaign_id, outcome, judged, outside)
    return from_rows(campaigns, CAMPAIGNS), from_rows(findings, FINDINGS)


def _row(
    outcome: Outcome, counted: Examined, judged: Judged, narrative_ids: list[str]
) -> dict[str, Any]:
    standing = outcome.standing
    edges = counted.evidence.edges.filter(pa.array(standing.edges))
    shown = signals(counted, standing, judged.inauthentic)
    times = counted.documents.column("published_at")
    times = pc.coalesce(times, counted.documents.column("collected_at"))
    seen = pc.min_max(times)
    q_values = pc.min_max(edges.column("q_value"))
    return {
        "queue": outcome.queue,
        "queue_reason": outcome.reason,
        "coordinated": str(judged.coordinated.value),
        "inauthentic": str(judged.inauthentic.value),
        "state_link": str(judged.state_link.value),
        "reach": str(judged.reach.value),
        "statement": statement_of(counted, standing),
        "members": sorted(outcome.members),
        "documents": list(outcome.counted),
        "objects": len(standing.objects),
        "first_seen": seen["min"].as_py(),
        "last_seen": seen["max"].as_py(),
        "trace_kinds": sorted(set(edges.column("trace_kind").to_pylist())),
        "min_q": q_values["min"].as_py(),
        "languages": sorted({name for name in counted.column("language") if name}),
        "sources": sorted({name for name in counted.column("source_id") if name}),
        "narrative_ids": narrative_ids,
        "benign": [
            {
                "benign_class": name,
                "verdict": str(found.verdict),
                "evidence": found.reason,
            }
            for name, found in outcome.examinations
        ],
        "techniques": [
            {
                "technique_id": technique.technique_id,
                "name": technique.name,
                "signal": technique.signal,
                "value": technique.value,
                "caveat": technique.caveat,
            }
            for technique in suggest(shown)
        ],
    }


def _narrowed(outcome: Outcome) -> Examined:
    """The case seen through the documents that count."""
    counted = frozenset(outcome.counted)
    keep = np.array([doc_id in counted for doc_id in outcome.case.doc_ids], dtype=bool)
    return outcome.case.narrowed(keep)


def _narratives(case: Examined) -> list[str]:
    counts = Counter(name for name in case.column("narrative_id") if name)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    least = NARRATIVE_SHARE * case.size
    return [name for at, name in enumerate(ordered) if at == 0 or counts[name] >= least]

"""What was found of a candidate, one row for each signal, with its value and evidence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from baken.detection.assess import Outcome
from baken.detection.judgement import Rung
from baken.detection.outside import Outside
from baken.ids import stable_id

# A finding names enough documents to look at; the campaign and its edges hold all of them.
MAX_EVIDENCE = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """The four judgements on a candidate; nothing combines them."""

    coordinated: Rung
    inauthentic: Rung
    state_link: Rung
    reach: Rung


def findings_of(
    campaign_id: str, outcome: Outcome, judged: Judged, outside: Outside
) -> list[dict[str, Any]]:
    """The rows of `FINDINGS` for one candidate.

    Signals: `edges:KIND` (value: pairs of accounts in step), `explained` (value: share of document
    pairs that innocent explanations take away, 0 to 1), `outside` (value: accounts that are in step
    with members and are none), and the four judgements (value: number of ids that show them).
    """
    found = _of_edges(outcome)
    found.append(("explained", outcome.explained_share, outcome.reason, ()))
    if outside.accounts:
        found.append(("outside", float(outside.accounts), outside.told, outside.doc_ids))
    for signal, rung in (
        ("coordinated", judged.coordinated),
        ("inauthentic", judged.inauthentic),
        ("state-link", judged.state_link),
        ("reach", judged.reach),
    ):
        detail = f"{rung.value}: {rung.reason}"
        found.append((signal, float(len(rung.evidence)), detail, rung.evidence))
    return [
        {
            "finding_id": stable_id("fin", campaign_id, signal),
            "campaign_id": campaign_id,
            "signal": signal,
            "value": value,
            "detail": detail,
            "evidence": list(evidence[:MAX_EVIDENCE]),
        }
        for signal, value, detail, evidence in found
    ]


def _of_edges(outcome: Outcome) -> list[tuple[str, float, str, tuple[str, ...]]]:
    evidence = outcome.case.evidence
    counted = evidence.codes(frozenset(outcome.counted))
    by_kind: dict[str, list[int]] = defaultdict(list)
    kinds = evidence.edges.column("trace_kind").to_pylist()
    for row in np.flatnonzero(outcome.standing.edges).tolist():
        by_kind[kinds[row]].append(row)
    found = []
    for kind, rows in sorted(by_kind.items()):
        edges = evidence.edges.take(pa.array(rows, type=pa.int64()))
        used = np.isin(evidence.pair_edge, rows)
        used &= counted[evidence.pair_left] & counted[evidence.pair_right]
        positions = np.unique(np.concatenate([evidence.pair_left[used], evidence.pair_right[used]]))
        documents = evidence.doc_ids.take(pa.array(positions[:MAX_EVIDENCE], type=pa.int64()))
        ties = len(set(zip(edges["left"].to_pylist(), edges["right"].to_pylist(), strict=True)))
        detail = (
            f"{ties} pairs of accounts; observed {_middle(edges, 'observed')}, expected "
            f"{_middle(edges, 'expected')}, cosine {_middle(edges, 'cosine')} in the middle edge"
        )
        found.append((f"edges:{kind}", float(ties), detail, tuple(documents.to_pylist())))
    return found


def _middle(edges: pa.Table, name: str) -> str:
    values = edges.column(name).cast(pa.float64()).drop_null().to_numpy()
    return f"{float(np.median(values)):.3g}" if len(values) else "unknown"

"""How good edges and groups are, against a truth of accounts and their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.model import TraceKind

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]

PRECISION_AT = (10, 50, 100, 500)
_RESAMPLES = 500
_INTERVAL = (0.025, 0.975)
# Recall over pairs is counted for groups up to this size: a truth that says only "the operation"
# names accounts, not pairs.
MAX_PAIR_GROUP = 200


def evaluate_coordination(
    edges: pa.Table,
    groups: pa.Table,
    truth: Mapping[str, str],
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Compare `edges` and `groups` with `truth` (account to group); all shares are 0 to 1.

    An account is flagged when it has an edge. A pair is true when both accounts are of one group.
    Intervals are 95 % bootstrap intervals over the flagged accounts, or over the ranked pairs. A
    figure whose denominator is zero is `None`.
    """
    ranked = ranking(edges)
    return {
        **_figures(ranked, truth, seed=seed),
        "groups": _groups(groups, truth),
        "flagged": len({account for pair in ranked for account in pair}),
        "edges": len(ranked),
        "by_trace": {
            kind: _figures(ranking(_of_kind(edges, kind)), truth, seed=seed)
            for kind in sorted(edges["trace_kind"].unique().to_pylist())
        },
        "by_window": {
            str(window): _figures(
                ranking(edges.filter(pc.equal(edges["window_s"], window))), truth, seed=seed
            )
            for window in sorted(edges["window_s"].unique().to_pylist())
        },
    }


def ranking(edges: pa.Table) -> list[Pair]:
    """The pairs of `edges`, the most surprising first: by p, then by observed meetings, then id."""
    best: dict[Pair, tuple[float, int]] = {}
    columns = (edges[name].to_pylist() for name in ("left", "right", "p_value", "observed"))
    for left, right, p_value, observed in zip(*columns, strict=True):
        rank = (2.0 if p_value is None else p_value, -(observed or 0))
        pair = (left, right)
        best[pair] = min(best.get(pair, rank), rank)
    return sorted(best, key=lambda pair: (*best[pair], pair))


def _of_kind(edges: pa.Table, kind: TraceKind | str) -> pa.Table:
    return edges.filter(pc.equal(edges["trace_kind"], str(kind)))


def _figures(ranked: Sequence[Pair], truth: Mapping[str, str], *, seed: int) -> dict[str, Any]:
    flagged = sorted({account for pair in ranked for account in pair})
    right = np.array([account in truth for account in flagged], dtype=np.float64)
    hits = np.array([_same_group(pair, truth) for pair in ranked], dtype=np.float64)
    true_pairs = _true_pairs(truth)
    return {
        "accounts": _shares(right, len(truth), seed=seed),
        "pairs": {
            **_shares(hits, true_pairs, seed=seed),
            "average_precision": _average_precision(hits, true_pairs),
            "precision_at": {
                str(k): _precision(hits[:k], seed=seed) for k in PRECISION_AT if k <= len(hits)
            },
        },
    }


def _same_group(pair: Pair, truth: Mapping[str, str]) -> bool:
    group = truth.get(pair[0])
    return group is not None and group == truth.get(pair[1])


def _true_pairs(truth: Mapping[str, str]) -> int | None:
    sizes: dict[str, int] = {}
    for group in truth.values():
        sizes[group] = sizes.get(group, 0) + 1
    if any(size > MAX_PAIR_GROUP for size in sizes.values()):
        return None
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _shares(right: Floats, relevant: int | None, *, seed: int) -> dict[str, Any]:
    found = int(right.sum())
    precision = found / len(right) if len(right) else None
    recall = found / relevant if relevant else None
    f1 = None
    if precision is not None and recall is not None:
        f1 = 2 * precision * recall / (precision + recall) if found else 0.0
    return {
        "precision": precision,
        "precision_interval": _interval(right, seed=seed),
        "recall": recall,
        "f1": f1,
        "found": found,
        "relevant": relevant,
    }


def _precision(right: Floats, *, seed: int) -> dict[str, Any]:
    return {"value": float(right.mean()), "interval": _interval(right, seed=seed)}


def _interval(right: Floats, *, seed: int) -> list[float] | None:
    """The 95 % bootstrap interval of a share; resampling a share is drawing a binomial."""
    if len(right) == 0:
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.binomial(len(right), float(right.mean()), _RESAMPLES) / len(right)
    return [float(bound) for bound in np.quantile(drawn, _INTERVAL)]


def _average_precision(hits: Floats, relevant: int | None) -> float | None:
    """The mean of the precision at each true pair, those not found counting as 0."""
    if not relevant:
        return None
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / relevant)


def _groups(groups: pa.Table, truth: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each true group, the found group that shares most pairs with it."""
    true: dict[str, set[str]] = {}
    for account, group in truth.items():
        true.setdefault(group, set()).add(account)
    found = [set(members) for members in groups["members"].to_pylist()]
    rows = []
    for name in sorted(true):
        members = true[name]
        best = max(found, key=lambda other: _jaccard(members, other), default=set())
        shared = len(members & best)
        rows.append(
            {
                "group": name,
                "size": len(members),
                "found_size": len(best) if shared else 0,
                "precision": shared / len(best) if shared else None,
                "recall": shared / len(members),
                "jaccard": _jaccard(members, best),
            }
        )
    return rows


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0

"""The rule of the review queue: what evidence a candidate must have before a person is asked.

Every test here can only fail, never pass, when evidence is taken away, except the share of one
member (`Support.dominant`), which looks at the whole evidence once. So an innocent explanation can
take a candidate out of the queue and never put one in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import poisson

from baken.config import DetectConfig
from baken.detection.families import MARKS, Family, family_of
from baken.detection.marks import METHOD as SHARED_MARK
from baken.detection.posts import Booleans, Evidence

Floats = npt.NDArray[np.float64]

# In a triangle of equals each member is part of two thirds of the evidence, and in any larger
# group of less; above nine tenths the rest would not stand without this one member.
MAX_MEMBER_SHARE = 0.9
_ROUNDING = 1.0e-9


@dataclass(frozen=True, slots=True)
class Support:
    """What is left standing of a candidate's evidence.

    `edges` are the rows that pass; `families` names, for each family of traces, the members that
    its edges touch; `star` is true where all evidence runs through one member; `loose` says why
    the members make no group, where they make none.
    """

    edges: Booleans
    families: dict[str, frozenset[str]]
    actors: frozenset[str]
    objects: frozenset[str]
    star: bool
    loose: str | None = None

    def shortfalls(self, config: DetectConfig) -> list[str]:
        """Why this evidence does not suffice for the queue; empty when it does."""
        if not self.edges.any():
            return ["no pair is in step beyond chance"]
        found = [f"no group ({self.loose})"] if self.loose else []
        broad = self.broad(config)
        if not _enough_families(self.families, broad):
            names = ", ".join(sorted(self.families))
            found.append(f"no two families of traces tie enough accounts (found: {names})")
        if len(self.actors) < config.min_actors:
            found.append(f"{len(self.actors)} accounts, {config.min_actors} needed")
        if len(self.objects) < config.min_objects:
            found.append(f"{len(self.objects)} objects, {config.min_objects} needed")
        if self.star and not self.loose:
            found.append("all evidence runs through one account")
        return found

    def broad(self, config: DetectConfig) -> list[str]:
        """The families that tie at least `min_actors` members together."""
        return sorted(
            name for name, touched in self.families.items() if len(touched) >= config.min_actors
        )


def _enough_families(families: dict[str, frozenset[str]], broad: list[str]) -> bool:
    behaviour = [name for name in broad if name not in MARKS]
    return len(behaviour) >= 2 or bool(behaviour and Family.INFRASTRUCTURE in families)


def cutoff(edges: pa.Table, q_max: float) -> float:
    """The largest p-value that the correction for many tests would still let pass.

    After Benjamini-Hochberg the last discovery has q = p tests / discoveries, so that q_max p / q,
    taken at its largest, gives the limit back from the validated edges alone.
    """
    p_values, q_values = _floats(edges, "p_value"), _floats(edges, "q_value")
    known = (p_values > 0) & (q_values > 0) & (q_values <= q_max)
    if not known.any():
        return 0.0
    return float((p_values[known] / q_values[known]).max() * q_max)


def support(
    evidence: Evidence,
    kept: Booleans,
    *,
    open_edges: Booleans,
    config: DetectConfig,
    limit: float,
) -> Support:
    """What stands when only the document pairs `kept` and the edges `open_edges` count.

    An edge that lost pairs is tested again with its remaining count against its whole expectation,
    which is the strict side.
    """
    passing = open_edges & _passing(evidence, kept, config=config, limit=limit)
    edges = evidence.edges.filter(pa.array(passing))
    left, right = edges.column("left").to_pylist(), edges.column("right").to_pylist()
    families: dict[str, set[str]] = {}
    objects: set[str] = set()
    for a, b, kind, shared in zip(
        left,
        right,
        edges.column("trace_kind").to_pylist(),
        edges.column("objects").to_pylist(),
        strict=True,
    ):
        family = family_of(kind)
        families.setdefault(family, set()).update((a, b))
        if family not in MARKS:
            objects.update(shared or ())
    return Support(
        edges=passing,
        families={name: frozenset(touched) for name, touched in sorted(families.items())},
        actors=frozenset(left) | frozenset(right),
        objects=frozenset(objects),
        star=_is_star(left, right),
    )


def dominant(evidence: Evidence, standing: Support) -> str | None:
    """The member that holds more than `MAX_MEMBER_SHARE` of the evidence, if there is one."""
    edges = evidence.edges.filter(pa.array(standing.edges))
    weight: dict[str, float] = {}
    observed = _floats(edges, "observed")
    for name in ("left", "right"):
        for account, count in zip(edges.column(name).to_pylist(), observed, strict=True):
            weight[account] = weight.get(account, 0.0) + float(count)
    total = float(observed.sum())
    heaviest = max(sorted(weight), key=lambda account: weight[account], default=None)
    if heaviest is None or weight[heaviest] <= MAX_MEMBER_SHARE * total:
        return None
    return heaviest


def symmetry(evidence: Evidence) -> Floats:
    """For each edge the fewer of the two accounts' documents over the more, 0 to 1.

    1 where an edge rests on no documents: a shared mark has no direction.
    """
    edges = evidence.edges.num_rows
    ratio = np.ones(edges)
    bare = standing_marks(evidence)
    counts = []
    for side in (evidence.pair_left, evidence.pair_right):
        distinct = np.unique(np.column_stack([evidence.pair_edge, side]), axis=0)
        counts.append(np.bincount(distinct[:, 0], minlength=edges).astype(float))
    fewer, more = np.minimum(*counts), np.maximum(*counts)
    np.divide(fewer, more, out=ratio, where=(more > 0) & ~bare)
    return ratio


def _passing(evidence: Evidence, kept: Booleans, *, config: DetectConfig, limit: float) -> Booleans:
    edges = evidence.edges
    bare = standing_marks(evidence)
    total = evidence.pairs_per_edge
    left = np.bincount(evidence.pair_edge[kept], minlength=edges.num_rows)
    share = np.where((total > 0) & ~bare, left / np.maximum(total, 1), 1.0)
    observed = _floats(edges, "observed")
    remaining = np.floor(observed * share + _ROUNDING)
    whole = remaining >= observed
    tail = _tail(edges, observed, remaining)
    borne = np.array([method == SHARED_MARK for method in edges.column("method").to_pylist()])
    return np.asarray(
        ((_floats(edges, "q_value") <= config.q_max) | borne.astype(bool))
        & ((remaining >= config.min_observed) | bare)
        & (whole | (tail <= limit))
        & (symmetry(evidence) >= config.min_symmetry)
    )


def _tail(edges: pa.Table, observed: Floats, remaining: Floats) -> Floats:
    """The chance of `remaining` co-occurrences, corrected as the method corrected its own p."""
    expected = np.maximum(_floats(edges, "expected"), 1e-12)
    plain = np.maximum(poisson.sf(observed - 1, expected), 1e-300)
    correction = np.maximum(_floats(edges, "p_value") / plain, 1.0)
    return np.asarray(poisson.sf(remaining - 1, expected) * correction, dtype=np.float64)


def standing_marks(evidence: Evidence) -> Booleans:
    """Which edges rest on what the accounts are (sites, names) and not on documents."""
    kinds = evidence.edges.column("trace_kind").to_pylist()
    return np.array([family_of(kind) in MARKS for kind in kinds], dtype=bool)


def _is_star(left: list[str], right: list[str]) -> bool:
    if not left:
        return True
    hubs = {left[0], right[0]}
    for a, b in zip(left, right, strict=True):
        hubs &= {a, b}
    return bool(hubs)


def _floats(edges: pa.Table, name: str) -> Floats:
    column = edges.column(name).cast(pa.float64())
    return np.asarray(column.fill_null(float("nan")).to_numpy(), dtype=np.float64)

"""What a candidate shows, in the names that the table of techniques knows."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa

from baken.detection.case import Examined
from baken.detection.families import Family, family_of
from baken.detection.judgement import Inauthentic, Rung
from baken.detection.rules import Support
from baken.model import AccountKind, TraceKind
from baken.urls import is_shortener


def signals(case: Examined, standing: Support, concealment: Rung) -> dict[str, str]:
    """The signals of `case` that its standing evidence shows, each with its value in words."""
    edges = case.evidence.edges.filter(pa.array(standing.edges))
    kinds = Counter(edges.column("trace_kind").to_pylist())
    found: dict[str, str] = {}
    if kinds[TraceKind.TEXT]:
        found["identical-text"] = f"{kinds[TraceKind.TEXT]} pairs of accounts share identical texts"
    if Family.LINK in standing.families:
        touched = len(standing.families[Family.LINK])
        found["co-shared-links"] = f"{touched} accounts share links in step"
    if Family.HASHTAG in standing.families:
        touched = len(standing.families[Family.HASHTAG])
        found["hashtag-flood"] = f"{touched} accounts share hashtags in step"
    if Family.REPLY in standing.families:
        found["common-target"] = f"{len(standing.families[Family.REPLY])} accounts, one target"
    if Family.RHYTHM in standing.families:
        found["machine-cadence"] = f"{len(standing.families[Family.RHYTHM])} accounts in one rhythm"
    if Family.HANDLE in standing.families:
        found["handle-template"] = f"{len(standing.families[Family.HANDLE])} names of one template"
    found.update(_of_documents(case, standing))
    found.update(_of_sites(case, concealment))
    return found


def _of_documents(case: Examined, standing: Support) -> dict[str, str]:
    found: dict[str, str] = {}
    languages = _languages_of_one_text(case, standing)
    if languages:
        found["several-languages"] = f"the same text in {', '.join(languages)}"
    platforms = sorted({account.partition(":")[0] for account in case.column("account_id")})
    if Family.CONTENT in standing.families and len(platforms) > 1:
        found["cross-platform"] = f"one story on {', '.join(platforms)}"
    short = sum(any(map(is_shortener, links or ())) for links in case.column("links"))
    if short:
        found["shortened-links"] = f"{short} documents with shortened links"
    return found


def _of_sites(case: Examined, concealment: Rung) -> dict[str, str]:
    found: dict[str, str] = {}
    outlets: dict[str, int] = defaultdict(int)
    credited = 0
    for account, kind, credit in zip(
        case.column("account_id"), case.column("account_kind"), case.column("credit"), strict=True
    ):
        if kind == AccountKind.OUTLET:
            outlets[account] += 1
            credited += bool(credit)
    if len(outlets) < 2:
        return found
    if credited * 2 >= sum(outlets.values()):
        found["sites-republish-credited"] = f"{credited} credited copies on {len(outlets)} sites"
    if copied := len(case.uncredited_copies):
        found["sites-republish-uncredited"] = f"{copied} copies without their source"
    if concealment.value != Inauthentic.NO_SIGN:
        found["site-without-editors"] = concealment.reason
    if "resemble" in concealment.reason:
        found["look-alike-domain"] = concealment.reason
    return found


def _languages_of_one_text(case: Examined, standing: Support) -> list[str]:
    """The languages between which standing pairs of documents carry one text."""
    evidence = case.evidence
    spoken = dict(zip(case.doc_ids, case.column("language"), strict=True))
    names = [spoken.get(doc_id) for doc_id in evidence.doc_ids.to_pylist()]
    kinds = evidence.edges.column("trace_kind").to_pylist()
    content = np.array([family_of(kind) == Family.CONTENT for kind in kinds], dtype=bool)
    used = (standing.edges & content)[evidence.pair_edge]
    pairs = set(
        zip(evidence.pair_left[used].tolist(), evidence.pair_right[used].tolist(), strict=True)
    )
    found: set[str] = set()
    for a, b in pairs:
        left, right = names[a], names[b]
        if left and right and left != right and "und" not in (left, right):
            found.update((left, right))
    return sorted(found)

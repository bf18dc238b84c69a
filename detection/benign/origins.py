"""Which evidence goes back to a source of a certain kind: the same text, or a matching one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from baken.detection.case import Examined, host_of
from baken.detection.families import Family, family_of
from baken.detection.judgement import recorded
from baken.model import AccountKind, SourceKind, Tier

# Feeds round times to the minute, so that the original may seem a moment later than its copy.
TOLERANCE_S = 60.0
# A text of 200,000 copies is no release; looking at the first few bounds the work.
_MOST_COPIES = 5_000
# A shorter name stands in texts by accident.
_MIN_NAME_CHARS = 5


def derived(case: Examined, kind: SourceKind) -> set[int]:
    """Positions of evidence that repeats an innocent source of `kind`, or names an official one.

    The source must have no recorded state, or be openly an official of one that the text names.
    """
    return {
        at
        for at, sources in _originals(case, kind).items()
        if any(_open(source, case.texts[at]) for source in sources)
    }


def linking_to_officials(case: Examined) -> set[int]:
    """Positions of outlets' documents that link to an earlier page of an official source."""
    linked = case.outside.rows("canonical_url", case.values("links"))
    sources = case.outside.table.column("source_id")
    found = set()
    for at, links in enumerate(case.column("links")):
        if case.column("account_kind")[at] != AccountKind.OUTLET:
            continue
        for row in (int(row) for link in links or () for row in linked.get(link, ())[:20]):
            source = case.sources.get(sources[row].as_py() or "", {})
            # A page of unknown time may be the earlier one; only a later one is refused.
            later = case.outside.seconds[row] > case.seconds[at]
            official = source.get("kind") == SourceKind.OFFICIAL
            if official and source.get("tier") in {None, Tier.UNCLASSIFIED, Tier.OFFICIAL}:
                found.update(set() if later else {at})
    return found


def published_by(case: Examined, kind: SourceKind, *, innocent: bool) -> set[str]:
    """Texts of the evidence that a source of `kind` published too, with or without a state."""
    found = set()
    for key, sources in _sources_of_texts(case, kind).items():
        if any(recorded(source.get("tier")) is not innocent for source in sources):
            found.add(key)
    return found


def _originals(case: Examined, kind: SourceKind) -> dict[int, list[Mapping[str, Any]]]:
    texts = _sources_of_texts(case, kind)
    found = {at: list(texts[key]) for at, key in enumerate(case.column("text_id")) if key in texts}
    for at, source in _matched(case, kind):
        found.setdefault(at, []).append(source)
    return found


def _sources_of_texts(case: Examined, kind: SourceKind) -> dict[str, list[Mapping[str, Any]]]:
    wanted = {source_id for source_id, source in case.sources.items() if source.get("kind") == kind}
    if not wanted:
        return {}
    column = case.outside.table.column("source_id")
    found: dict[str, list[Mapping[str, Any]]] = {}
    for key, rows in case.outside.rows("text_id", case.values("text_id")).items():
        names = {column[int(row)].as_py() for row in rows[:_MOST_COPIES]} & wanted
        if names:
            found[key] = [case.sources[name] for name in sorted(names)]
    return found


def _matched(case: Examined, kind: SourceKind) -> list[tuple[int, Mapping[str, Any]]]:
    """Evidence that a content edge pairs with an earlier document of a member of `kind`."""
    evidence = case.evidence
    place = {doc_id: at for at, doc_id in enumerate(case.doc_ids)}
    kinds = [family_of(name) for name in evidence.edges.column("trace_kind").to_pylist()]
    content = np.array([name == Family.CONTENT for name in kinds], dtype=bool)
    used = content[evidence.pair_edge]
    places = [place.get(doc_id, -1) for doc_id in evidence.doc_ids.to_pylist()]
    found = set()
    for a, b in zip(evidence.pair_left[used], evidence.pair_right[used], strict=True):
        for origin, copy in ((places[a], places[b]), (places[b], places[a])):
            if origin < 0 or copy < 0 or case.sources_of[origin].get("kind") != kind:
                continue
            if case.seconds[origin] <= case.seconds[copy] + TOLERANCE_S:
                found.add((copy, origin))
                found.add((origin, origin))
    return [(copy, case.sources_of[origin]) for copy, origin in sorted(found)]


def _open(source: Mapping[str, Any], text: str) -> bool:
    if not recorded(source.get("tier")):
        return True
    name = str(source.get("name") or "").casefold()
    host = host_of(source.get("url"))
    named = any(len(word) >= _MIN_NAME_CHARS and word in text for word in (name, host))
    return source.get("tier") == Tier.OFFICIAL and named

"""The way of a narrative over sources and languages: what the first text at each place came from.

A place is an outlet, a channel or an imported file, in one language. A step is shown only where
something says so: a link, words quoted, or a match of the two texts. A match tells which was seen
first here, not which was written after which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken.model import AccountKind, MatchKind, PathKind
from baken.nlp.text import bare_words
from baken.schema import PATHS, conform, from_rows

_STEP_OF = {
    MatchKind.COPYPASTA: PathKind.COPY,
    MatchKind.TRANSLATION: PathKind.TRANSLATION,
    MatchKind.REWORDING: PathKind.SAME_CLAIM,
}
# Fewer words in a row are anybody's.
_MIN_QUOTED_WORDS = 6
_MAX_EVIDENCE_CHARS = 160
# Words quoted are looked for in so many of the places where the narrative was seen before.
_MAX_LOOKED_INTO = 200
_SLIM = ["doc_id", "source_id", "account_id", "account_kind", "canonical_url"]
_FULL = ["doc_id", "text", "links", "repost_of", "reply_to"]
_Row = dict[str, Any]


def narrative_paths(
    *, documents: pa.Table, annotations: pa.Table, members: pa.Table, matches: pa.Table
) -> pa.Table:
    """The table `PATHS`: a step from an earlier document (`left`) to a later one (`right`).

    Each place has at most one step of each kind, from the earliest document that explains it.
    """
    seen = _seen(documents, annotations, members)
    firsts = [row for story in seen.values() for row in story.places.values()]
    chosen = pc.is_in(documents["doc_id"], pa.array([row["doc_id"] for row in firsts], pa.string()))
    full = {row["doc_id"]: row for row in documents.select(_FULL).filter(chosen).to_pylist()}
    quoted = {
        row["doc_id"]: row["quotations"] or []
        for row in annotations.select(["doc_id", "quotations"])
        .filter(pc.is_in(annotations["doc_id"], pa.array(list(full), pa.string())))
        .to_pylist()
    }
    near = _near({row["text_id"] for row in firsts}, matches)
    steps = [
        {"narrative_id": name, **step}
        for name, story in sorted(seen.items())
        for step in _steps(story, full, quoted, near)
    ]
    return conform(from_rows(steps, PATHS), PATHS)


@dataclass(slots=True)
class _Story:
    """The first document of a narrative at each place, with each text and at each address."""

    places: dict[tuple[str, str], _Row] = field(default_factory=dict)
    texts: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, _Row] = field(default_factory=dict)


def _seen(documents: pa.Table, annotations: pa.Table, members: pa.Table) -> dict[str, _Story]:
    """The narratives that were seen at more than one place."""
    published, collected = documents["published_at"], documents["collected_at"]
    # A stated time that lies after the collection is wrong.
    believed = pc.fill_null(pc.less_equal(published, collected), fill_value=False)
    at = pc.if_else(believed, published, collected)
    joined = (
        documents.select(_SLIM)
        .append_column("at", at)
        .join(members.select(["doc_id", "narrative_id"]), "doc_id", join_type="inner")
        .join(annotations.select(["doc_id", "text_id", "language"]), "doc_id", join_type="inner")
        .sort_by([("at", "ascending"), ("doc_id", "ascending")])
    )
    seen: dict[str, _Story] = defaultdict(_Story)
    for batch in joined.to_batches():
        for row in batch.to_pylist():
            story = seen[row["narrative_id"]]
            person = row["account_kind"] == AccountKind.PERSON
            row["place"] = (row["source_id" if person else "account_id"], row["language"] or "")
            if row["place"] not in {one["place"] for one in story.texts[row["text_id"]]}:
                story.texts[row["text_id"]].append(row)
            story.places.setdefault(row["place"], row)
            for address in (row["canonical_url"], row["doc_id"]):
                if address:
                    story.addresses.setdefault(address, row)
    return {name: story for name, story in seen.items() if len(story.places) > 1}


def _near(text_ids: set[str], matches: pa.Table) -> Mapping[str, list[tuple[str, PathKind, float]]]:
    wanted = pa.array(sorted(text_ids), pa.string())
    near: dict[str, list[tuple[str, PathKind, float]]] = defaultdict(list)
    slim = matches.select(["left", "right", "kind", "score"])
    for mine, other in (("left", "right"), ("right", "left")):
        for row in slim.filter(pc.is_in(slim[mine], wanted)).to_pylist():
            near[row[mine]].append((row[other], _STEP_OF[MatchKind(row["kind"])], row["score"]))
    return near


def _steps(
    story: _Story,
    full: Mapping[str, _Row],
    quoted: Mapping[str, list[Mapping[str, int]]],
    near: Mapping[str, list[tuple[str, PathKind, float]]],
) -> Iterator[_Row]:
    words: dict[str, str] = {}
    for row in story.places.values():
        told = full[row["doc_id"]]
        explained: dict[PathKind, tuple[datetime, str, str]] = {}
        for kind, earlier, evidence in (
            *_linked(story, told),
            *_quoted(story, told, quoted.get(row["doc_id"], []), words),
            *_matched(story, row, near),
        ):
            if earlier["at"] < row["at"] and earlier["place"] != row["place"]:
                found = (earlier["at"], earlier["doc_id"], evidence)
                explained[kind] = min(found, explained.get(kind, found))
        origins: set[str] = set()
        for kind in PathKind:
            if kind in explained and explained[kind][1] not in origins:
                _, left, evidence = explained[kind]
                origins.add(left)
                yield {
                    "left": left,
                    "right": row["doc_id"],
                    "kind": kind.value,
                    "evidence": evidence,
                }
        words[row["doc_id"]] = f" {bare_words(told['text'] or '')} "


_Explained = Iterator[tuple[PathKind, _Row, str]]


def _linked(story: _Story, told: _Row) -> _Explained:
    for address in (*(told["links"] or []), told["repost_of"], told["reply_to"]):
        earlier = story.addresses.get(address or "")
        if earlier:
            yield PathKind.LINK, earlier, str(address)[:_MAX_EVIDENCE_CHARS]


def _quoted(
    story: _Story,
    told: _Row,
    spans: list[Mapping[str, int]],
    words: Mapping[str, str],
) -> _Explained:
    text = told["text"] or ""
    for span in spans:
        quotation = text[span["start"] : span["end"]].strip()
        bare = bare_words(quotation)
        if len(bare.split()) < _MIN_QUOTED_WORDS:
            continue
        for earlier in list(story.places.values())[:_MAX_LOOKED_INTO]:
            if f" {bare} " in words.get(earlier["doc_id"], ""):
                yield PathKind.QUOTATION, earlier, quotation[:_MAX_EVIDENCE_CHARS]
                break


def _matched(
    story: _Story, row: _Row, near: Mapping[str, list[tuple[str, PathKind, float]]]
) -> _Explained:
    same = (row["text_id"], PathKind.COPY, 1.0)
    for text_id, kind, score in (same, *near.get(row["text_id"], ())):
        for earlier in story.texts.get(text_id, ()):
            yield kind, earlier, f"{score:.2f}"

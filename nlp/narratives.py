"""Documents become candidate narratives with members, roles and a lineage.

A narrative is a candidate until a person says otherwise; its id never changes and is never reused.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken.config import NlpConfig
from baken.model import MatchKind, Role
from baken.nlp.cluster import Clustering, cluster
from baken.nlp.labels import headline, key_terms, label_of
from baken.nlp.language import UNDETERMINED
from baken.nlp.lineage import events
from baken.nlp.roles import role_of
from baken.protocols import Progress, Vectors, silent
from baken.schema import LINEAGE, MEMBERS, NARRATIVES, conform, from_rows

_NEAREST_PER_LANGUAGE = 3
_Row = dict[str, Any]


def build_narratives(
    *,
    documents: pa.Table,
    annotations: pa.Table,
    texts: pa.Table,
    vectors: Vectors,
    matches: pa.Table,
    previous_narratives: pa.Table,
    previous_members: pa.Table,
    source_kinds: Mapping[str, str],
    config: NlpConfig,
    seed: int,
    reader_languages: Sequence[str] = ("en", "nl"),
    progress: Progress = silent,
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The tables `NARRATIVES`, `MEMBERS` and the new rows of `LINEAGE`.

    `texts` (text_id, text, language) holds each distinct text once, row i of `vectors` is its
    vector. Time is that of the newest document, so a repeated run changes nothing.
    """
    read = _Reading(documents, annotations, source_kinds)
    if not read.rows:
        return (
            NARRATIVES.schema.empty_table(),
            MEMBERS.schema.empty_table(),
            LINEAGE.schema.empty_table(),
        )
    families = _families(texts["text_id"].to_pylist(), matches)
    previous = read.previous_texts(previous_members)
    clustering = cluster(
        texts.append_column("family", pa.array(families, pa.string())),
        vectors,
        config,
        previous=previous,
        founded=read.now.isoformat(),
        taken=frozenset(previous_narratives["narrative_id"].to_pylist()),
        seed=seed,
        progress=progress,
    )
    members = read.members(clustering.assignment)
    narratives = _described(
        members,
        dict(zip(texts["text_id"].to_pylist(), families, strict=True)),
        read.now,
        config,
        reader_languages,
    )
    lineage = _lineage(previous_narratives, narratives, clustering, read.now)
    return (
        conform(from_rows(narratives, NARRATIVES), NARRATIVES),
        conform(
            from_rows(
                [{name: row[name] for name in MEMBERS.schema.names} for row in members], MEMBERS
            ),
            MEMBERS,
        ),
        conform(from_rows(lineage, LINEAGE), LINEAGE),
    )


class _Reading:
    """Documents joined with their annotations."""

    def __init__(
        self, documents: pa.Table, annotations: pa.Table, source_kinds: Mapping[str, str]
    ) -> None:
        wanted = ["doc_id", "source_id", "account_id", "title", "published_at", "collected_at"]
        joined = documents.select(wanted).join(
            annotations.select(["doc_id", "text_id", "own_text", "language"]),
            "doc_id",
            join_type="inner",
        )
        self.rows: list[_Row] = joined.sort_by("doc_id").to_pylist()
        for row in self.rows:
            row["language"] = row["language"] or UNDETERMINED
            row["seen_at"] = _seen_at(row)
            row["source_kind"] = source_kinds.get(row["source_id"])
        if self.rows:
            self.now: datetime = max(row["seen_at"] for row in self.rows)

    def previous_texts(self, previous_members: pa.Table) -> pa.Table:
        """The narrative of each text of the last run."""
        narrative = dict(
            zip(
                previous_members["doc_id"].to_pylist(),
                previous_members["narrative_id"].to_pylist(),
                strict=True,
            )
        )
        found = {
            row["text_id"]: narrative[row["doc_id"]]
            for row in self.rows
            if row["doc_id"] in narrative
        }
        return pa.table(
            {"text_id": list(found), "narrative_id": list(found.values())},
            schema=pa.schema([("text_id", pa.string()), ("narrative_id", pa.string())]),
        )

    def members(self, assignment: pa.Table) -> list[_Row]:
        """The documents within a narrative, each with its similarity and role."""
        inside = assignment.filter(pc.is_valid(assignment["narrative_id"])).to_pylist()
        place = {row["text_id"]: row for row in inside}
        members = []
        for row in self.rows:
            assigned = place.get(row["text_id"])
            if assigned is None:
                continue
            role, reason = role_of(
                row["own_text"] or "",
                row["language"],
                source_kind=row["source_kind"],
                denies_claim=False,
            )
            members.append({**row, **assigned, "role": role.value, "role_reason": reason})
        return members


def _seen_at(row: _Row) -> datetime:
    """When a document appeared: as stated, unless it claims to be newer than its collection."""
    published, collected = row["published_at"], row["collected_at"]
    moment: datetime = collected if published is None else min(published, collected)
    return moment


def _families(text_ids: Sequence[str], matches: pa.Table) -> list[str]:
    """For each text the first text id among its near copies."""
    parent = {name: name for name in text_ids}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    copies = matches.filter(pc.equal(matches["kind"], MatchKind.COPYPASTA.value))
    for left, right in zip(copies["left"].to_pylist(), copies["right"].to_pylist(), strict=True):
        if left in parent and right in parent:
            first, second = sorted((root(left), root(right)))
            parent[second] = first
    return [root(name) for name in text_ids]


def _described(
    members: Sequence[_Row],
    families: Mapping[str, str],
    now: datetime,
    config: NlpConfig,
    reader_languages: Sequence[str],
) -> list[_Row]:
    grouped: dict[str, list[_Row]] = defaultdict(list)
    for row in members:
        grouped[row["narrative_id"]].append(row)
    distinct = {row["text_id"]: row for row in members}.values()
    terms = key_terms(
        [row["own_text"] for row in distinct],
        [row["language"] for row in distinct],
        [row["narrative_id"] for row in distinct],
    )
    return [
        _narrative(
            name,
            rows,
            families=families,
            terms=terms[name],
            now=now,
            config=config,
            reader_languages=reader_languages,
        )
        for name, rows in sorted(grouped.items())
    ]


def _narrative(
    name: str,
    rows: list[_Row],
    *,
    families: Mapping[str, str],
    terms: Mapping[str, list[str]],
    now: datetime,
    config: NlpConfig,
    reader_languages: Sequence[str],
) -> _Row:
    counts = Counter(row["language"] for row in rows)
    languages = sorted(counts, key=lambda language: (-counts[language], language))
    first = min(rows, key=lambda row: (row["seen_at"], row["doc_id"]))
    last_seen = max(row["seen_at"] for row in rows)
    shown = next((code for code in reader_languages if code in counts), languages[0])
    central = _nearest(rows, shown)[0]
    return {
        "narrative_id": name,
        "label": label_of(terms.get(shown, []), headline(central["title"] or central["own_text"])),
        "terms": list(
            dict.fromkeys(term for code in [shown, *languages] for term in terms.get(code, []))
        )[:12],
        "languages": languages,
        "documents": len(rows),
        "distinct_texts": len({families[row["text_id"]] for row in rows}),
        "accounts": len({row["account_id"] for row in rows}),
        "first_seen": first["seen_at"],
        "first_account": first["account_id"],
        "last_seen": last_seen,
        "nearest": [row["doc_id"] for code in languages for row in _nearest(rows, code)],
        "asleep": now - last_seen >= timedelta(days=config.sleep_days),
    }


def _nearest(rows: Sequence[_Row], language: str) -> list[_Row]:
    """Up to three members in `language` with different texts, those that don't rebut first."""
    ordered = sorted(
        (row for row in rows if row["language"] == language),
        key=lambda row: (row["role"] == Role.REBUTS, -row["similarity"], row["doc_id"]),
    )
    distinct = {row["text_id"]: row for row in reversed(ordered)}
    return [row for row in ordered if distinct[row["text_id"]] is row][:_NEAREST_PER_LANGUAGE]


def _lineage(
    previous: pa.Table, narratives: Sequence[_Row], clustering: Clustering, now: datetime
) -> list[dict[str, object]]:
    before = previous.select(["narrative_id", "distinct_texts", "asleep"]).to_pylist()
    return events(
        before={row["narrative_id"]: row["distinct_texts"] for row in before},
        after={row["narrative_id"]: row["distinct_texts"] for row in narratives},
        asleep_before={row["narrative_id"]: row["asleep"] for row in before},
        asleep_after={row["narrative_id"]: row["asleep"] for row in narratives},
        came_from=clustering.came_from,
        went_into=clustering.went_into,
        at=now,
    )

"""Documents become candidate narratives with members, roles and a lineage.

A narrative is a candidate until a person says otherwise; its id never changes and is never reused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken.config import NlpConfig
from baken.model import MatchKind
from baken.nlp.cluster import Clustering, cluster
from baken.nlp.denials import denying
from baken.nlp.language import UNDETERMINED
from baken.nlp.lineage import events
from baken.nlp.match_thresholds import thresholds_for
from baken.nlp.narrative_rows import described
from baken.nlp.roles import role_of
from baken.protocols import Progress, Vectors, silent
from baken.schema import LINEAGE, MEMBERS, NARRATIVES, conform, from_rows

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
    previous_lineage: pa.Table,
    source_kinds: Mapping[str, str],
    config: NlpConfig,
    model_id: str,
    seed: int,
    previous_pool: Collection[str] = (),
    reader_languages: Sequence[str] = ("en", "nl"),
    progress: Progress = silent,
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The tables `NARRATIVES`, `MEMBERS` and the new rows of `LINEAGE`.

    `texts` (text_id, text, language) holds each distinct text once, row i of `vectors` is its
    vector by the model `model_id`. Time is that of the newest document, so a repeated run changes
    nothing. `previous_pool` are the texts that the last run left without a narrative: of them only
    what is near to a new text is looked at. No id of `previous_narratives` or `previous_lineage` is
    given to another narrative. Labels are in the first of `reader_languages` that a narrative has
    texts in.
    """
    read = _Reading(documents, annotations, source_kinds)
    if not read.rows:
        return (
            NARRATIVES.schema.empty_table(),
            MEMBERS.schema.empty_table(),
            LINEAGE.schema.empty_table(),
        )
    families = _families(texts["text_id"].to_pylist(), matches)
    previous = read.previous_texts(previous_members, previous_pool)
    clustering = cluster(
        texts.append_column("family", pa.array(families, pa.string())),
        vectors,
        config,
        previous=previous,
        founded=read.now.isoformat(),
        taken=frozenset(previous_narratives["narrative_id"].to_pylist()).union(
            previous_lineage["narrative_id"].to_pylist()
        ),
        seed=seed,
        progress=progress,
    )
    family_of = dict(zip(texts["text_id"].to_pylist(), families, strict=True))
    members = read.members(clustering.assignment)
    denials = _denials(members, texts, vectors, family_of, thresholds_for(model_id, config).sure)
    for row in members:
        row["role"], row["role_reason"] = role_of(
            row["own_text"] or "",
            row["language"],
            source_kind=row["source_kind"],
            denies_claim=denials.get(row["text_id"], False),
        )
    narratives = described(members, family_of, read.now, config, reader_languages)
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

    def previous_texts(self, previous_members: pa.Table, pool: Collection[str]) -> pa.Table:
        """The narrative of each text of the last run, none for those of its `pool`."""
        narrative = dict(
            zip(
                previous_members["doc_id"].to_pylist(),
                previous_members["narrative_id"].to_pylist(),
                strict=True,
            )
        )
        found: dict[str, str | None] = dict.fromkeys(pool)
        found |= {
            row["text_id"]: narrative[row["doc_id"]]
            for row in self.rows
            if row["doc_id"] in narrative
        }
        return pa.table(
            {"text_id": list(found), "narrative_id": list(found.values())},
            schema=pa.schema([("text_id", pa.string()), ("narrative_id", pa.string())]),
        )

    def members(self, assignment: pa.Table) -> list[_Row]:
        """The documents within a narrative, each with its similarity."""
        inside = assignment.filter(pc.is_valid(assignment["narrative_id"])).to_pylist()
        place = {row["text_id"]: row for row in inside}
        return [{**row, **place[row["text_id"]]} for row in self.rows if row["text_id"] in place]


def _denials(
    members: Sequence[_Row],
    texts: pa.Table,
    vectors: Vectors,
    families: Mapping[str, str],
    sure: float,
) -> dict[str, bool | None]:
    """For each text whether it denies what its narrative asserts; near copies say the same."""
    row_of = {text_id: row for row, text_id in enumerate(texts["text_id"].to_pylist())}
    grouped: dict[str, dict[str, _Row]] = defaultdict(dict)
    for row in sorted(members, key=lambda row: (-row["similarity"], row["text_id"])):
        grouped[row["narrative_id"]].setdefault(families[row["text_id"]], row)
    told: dict[tuple[str, str], bool | None] = {}
    for name, by_family in grouped.items():
        rows = list(by_family.values())
        answers = denying(
            [row["own_text"] or "" for row in rows],
            [row["language"] for row in rows],
            vectors[[row_of[row["text_id"]] for row in rows]],
            sure=sure,
        )
        told.update(zip(((name, family) for family in by_family), answers, strict=True))
    return {row["text_id"]: told[row["narrative_id"], families[row["text_id"]]] for row in members}


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

"""The stage that reads narratives through the cognitive lens, and what people correct of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from baken import schema
from baken.errors import UsageError
from baken.model import Correction
from baken.narratives import narrative
from baken.pipeline.stages import run_stage
from baken.pipeline.texts import vectors_of
from baken.protocols import Embedder, Progress
from baken.store.project import Project, Run
from baken.taxonomies import UNCLEAR, load_taxonomies, taxonomies_digest

_MAX_EXAMPLES = 3
_READ = ["doc_id", "text_id", "language", "own_text", "sentences"]


def describe(project: Project, run: Run, embedder: Embedder, progress: Progress) -> None:
    """Describe the narratives again if they, a taxonomy or a correction has changed."""
    from baken.nlp.lens import describe_narratives

    taxonomies = load_taxonomies(project.config.path(project.config.nlp.lens))
    corrections = project.ledger.corrections()

    def work() -> None:
        tables = project.tables
        if tables.count("narratives") == 0:
            tables.replace(schema.LENS, schema.empty(schema.LENS))
            return
        lens = describe_narratives(
            members=tables.read(schema.MEMBERS),
            annotations=tables.read(schema.ANNOTATIONS, columns=_READ),
            narratives=tables.read(schema.NARRATIVES),
            embedder=embedder,
            config=project.config.nlp,
            taxonomies=taxonomies,
            corrections=corrections,
            stored=lambda names: vectors_of(
                project, pa.table({"text_id": names}), embedder.dimension
            ),
            progress=progress,
        )
        tables.replace(schema.LENS, lens)

    decided = hashlib.sha256(repr(corrections).encode()).hexdigest()[:16]
    extra = f"{embedder.model_id} {taxonomies_digest(taxonomies)} {decided}"
    run_stage(project, run, "lens", work, extra=extra)


def correct(
    project: Project, narrative_id: str, *, taxonomy: str, labels: Sequence[str], role: str
) -> Correction:
    """Append what a person says of a narrative; its documents are examples from the next run on.

    Raises `UsageError` for an unknown narrative, taxonomy or label, and without a role.
    """
    found = narrative(project, narrative_id)
    known = {one.name: one for one in load_taxonomies(project.config.path(project.config.nlp.lens))}
    if taxonomy not in known:
        raise UsageError(f"--taxonomy is one of: {', '.join(known)}")
    allowed = (*known[taxonomy].labels, UNCLEAR)
    wrong = [label for label in labels if label not in allowed]
    if wrong or not labels:
        raise UsageError(f"--label is one of: {', '.join(allowed)}")
    if UNCLEAR in labels and len(set(labels)) > 1:
        raise UsageError(f"--label {UNCLEAR} stands alone")
    if len(set(labels)) > 1 and not known[taxonomy].several:
        raise UsageError(f"{taxonomy} takes one --label")
    if not role.strip():
        raise UsageError("a correction needs the role of the reviewer: --role TEXT")
    correction = Correction(
        narrative_id=narrative_id,
        taxonomy=taxonomy,
        labels=tuple(sorted(set(labels))),
        doc_ids=tuple((found["nearest"] or [])[:_MAX_EXAMPLES]),
        reviewer_role=role,
    )
    project.ledger.correct(correction)
    project.ledger.record(
        "correct",
        narrative_id=narrative_id,
        taxonomy=taxonomy,
        labels=correction.labels,
        role=role,
    )
    return correction

"""Candidates with their posts, register and narratives, handed to an exporter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from baken import cases, schema
from baken.errors import UsageError
from baken.export import ExportContext, export
from baken.pipeline.register import source_register
from baken.store.project import Project


def export_campaigns(
    project: Project,
    kind: str,
    campaign_ids: Sequence[str],
    out: Path,
    *,
    recipient: str,
    purpose: str,
) -> list[Path]:
    """Write the candidates in `campaign_ids` (all when none) to `out`; the export is logged.

    Raises `UsageError` when recipient or purpose is empty or an id is unknown.
    """
    if not recipient.strip() or not purpose.strip():
        raise UsageError("an export names its --recipient and --purpose; both are logged")
    ids = campaign_ids or [row["campaign_id"] for row in cases.campaigns(project)]
    found = [cases.campaign(project, campaign_id) for campaign_id in ids]
    with_posts = [
        {**row, "posts": cases.posts(project, row["document_ids"], limit=len(row["document_ids"]))}
        for row in found
    ]
    narratives = project.tables.read(schema.NARRATIVES).to_pylist()
    context = ExportContext(
        project=project.config.project.name,
        exported_at=datetime.now(UTC),
        recipient=recipient,
        purpose=purpose,
        min_group=project.config.privacy.min_group,
        sources=source_register(project),
        narratives={row["narrative_id"]: row for row in narratives},
    )
    written = export(kind, with_posts, out, context)
    project.ledger.record(
        "export",
        kind=kind,
        campaigns=list(ids),
        recipient=recipient,
        purpose=purpose,
        files=[path.name for path in written],
    )
    return written

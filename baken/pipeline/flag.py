"""Coordination is tested, candidates are flagged, and the results are made searchable."""

from __future__ import annotations

from contextlib import closing

from baken import schema
from baken.pipeline.published import published_rows
from baken.pipeline.register import source_register
from baken.pipeline.stages import run_stage
from baken.protocols import DetectionView, Progress, silent
from baken.store.project import Project, Run
from baken.store.tables import sorted_by_key


def detect(project: Project, run: Run, *, progress: Progress = silent) -> None:
    """Find traces, test edges, form groups, and flag candidate campaigns."""
    run_stage(project, run, "detect", lambda: _detect(project, run, progress))
    run.summary["edges"] = project.tables.count("edges")
    run.summary["candidates"] = project.tables.count("campaigns")


def detection_view(project: Project) -> DetectionView:
    """What detection may look at, in the order of the keys, with the source register."""
    tables = project.tables
    return DetectionView(
        documents=sorted_by_key(tables.read(schema.DOCUMENTS), schema.DOCUMENTS),
        annotations=sorted_by_key(tables.read(schema.ANNOTATIONS), schema.ANNOTATIONS),
        matches=sorted_by_key(tables.read(schema.MATCHES), schema.MATCHES),
        members=sorted_by_key(tables.read(schema.MEMBERS), schema.MEMBERS),
        site_traits=sorted_by_key(tables.read(schema.SITE_TRAITS), schema.SITE_TRAITS),
        sources=source_register(project),
    )


def publish(project: Project, run: Run, *, progress: Progress = silent) -> None:
    """Make documents, narratives and campaigns searchable in the configured index."""
    run_stage(project, run, "publish", lambda: _publish(project, progress))


def _detect(project: Project, run: Run, progress: Progress) -> None:
    from baken.detection.campaigns import flag_campaigns
    from baken.detection.groups import find_groups
    from baken.detection.marks import with_marks
    from baken.detection.network import find_edges
    from baken.detection.traces import make_traces

    tables, config = project.tables, project.config.detect
    view = detection_view(project)
    traces = make_traces(view, config, progress=progress)
    edges = find_edges(traces, config, progress=progress)
    groups = find_groups(edges, traces, config)
    campaigns, findings = flag_campaigns(
        groups=groups,
        edges=edges,
        view=view,
        narratives=sorted_by_key(tables.read(schema.NARRATIVES), schema.NARRATIVES),
        previous=sorted_by_key(tables.read(schema.CAMPAIGNS), schema.CAMPAIGNS),
        config=config,
        coverage=_coverage(project, run),
        progress=progress,
    )
    # The marks that tie sites are known once the candidates are: they are no sample to be tested.
    edges = with_marks(
        edges, campaigns=campaigns, site_traits=view.site_traits, documents=view.documents
    )
    tables.replace(schema.TRACES, traces)
    tables.replace(schema.EDGES, edges)
    tables.replace(schema.GROUPS, groups)
    tables.replace(schema.FINDINGS, findings)
    tables.replace(schema.CAMPAIGNS, campaigns)


def _publish(project: Project, progress: Progress) -> None:
    from baken.store.index import open_index

    with closing(open_index(project.config)) as index:
        for name, key, rows in published_rows(project):
            index.publish(name, rows, key)
            progress(f"publish {name}", rows.num_rows, rows.num_rows)


def _coverage(project: Project, run: Run) -> str:
    for summary in (run.summary, *(earlier["summary"] for earlier in project.ledger.runs())):
        if "sources_up" in summary:
            return f"{summary['sources_up']} sources up, {summary['sources_down']} down"
    return "imported data only; no source was crawled"

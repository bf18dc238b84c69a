"""Documents are understood: language, entities, vectors, matches, narratives."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from baken import schema
from baken.pipeline.lens import describe
from baken.pipeline.register import source_register
from baken.pipeline.stages import basis_of, run_stage
from baken.pipeline.texts import distinct_texts, vectors_of
from baken.protocols import Embedder, Progress, silent
from baken.store.project import Project, Run
from baken.store.tables import sorted_by_key


def analyse(project: Project, run: Run, *, progress: Progress = silent) -> None:
    """Annotate, embed, match and cluster whatever is new or has changed."""
    from baken.nlp.annotate import annotator_id
    from baken.nlp.embed import make_embedder

    annotator = annotator_id(project.config.nlp)
    run_stage(
        project,
        run,
        "annotate",
        lambda: _annotate(project, run, annotator, progress),
        extra=annotator,
    )
    embedder = make_embedder(project.config.nlp)
    model = embedder.model_id
    run_stage(project, run, "embed", lambda: _embed(project, run, embedder, progress), extra=model)
    run_stage(project, run, "match", lambda: _match(project, embedder, progress))
    run_stage(
        project,
        run,
        "narratives",
        lambda: _narrate(project, embedder, progress),
        extra=project.config.dashboard.reader_language,
    )
    describe(project, run, embedder, progress)
    run.summary["matches"] = project.tables.count("matches")
    run.summary["narratives"] = project.tables.count("narratives")


def _annotate(project: Project, run: Run, annotator: str, progress: Progress) -> None:
    from baken.nlp.annotate import annotate

    tables, spec = project.tables, schema.ANNOTATIONS
    if project.ledger.stage_fingerprint("annotator") != annotator:
        # Annotations of two configurations would compare unlike texts, so a change starts anew.
        tables.replace(spec, schema.empty(spec))
        project.ledger.stage_finished("annotator", annotator)
    done = tables.keys(spec)
    total = tables.count("documents") - len(done)
    finished = 0
    for batch in tables.batches(schema.DOCUMENTS, batch_rows=20_000):
        table = pa.Table.from_batches([batch])
        known = pc.is_in(table["doc_id"], pa.array(sorted(done), pa.string()))
        fresh = table.filter(pc.invert(known))
        if fresh.num_rows:
            tables.add_new(spec, annotate(fresh, project.config.nlp), done)
            finished += fresh.num_rows
            progress("annotate", finished, total)
    run.summary["annotated"] = finished


def _embed(project: Project, run: Run, embedder: Embedder, progress: Progress) -> None:
    from baken.nlp.embed import embed_texts

    spec = schema.embeddings_spec(embedder.dimension)
    if project.ledger.stage_fingerprint("model") != embedder.model_id:
        # Vectors of two models cannot be compared, so a change of model starts anew.
        project.tables.replace(spec, schema.empty(spec))
        project.ledger.stage_finished("model", embedder.model_id)
    known = project.tables.keys(spec)
    before = len(known)
    texts = distinct_texts(project)
    for batch in embed_texts(
        texts["text_id"].to_pylist(),
        texts["text"].to_pylist(),
        texts["language"].to_pylist(),
        embedder,
        known=set(known),
        batch_size=project.config.nlp.batch_size,
        progress=progress,
    ):
        project.tables.add_new(spec, batch, known)
    run.summary["embedded"] = len(known) - before


def _match(project: Project, embedder: Embedder, progress: Progress) -> None:
    from baken.nlp.match import match_texts

    texts = distinct_texts(project)
    matches = match_texts(
        texts,
        vectors_of(project, texts, embedder.dimension),
        project.config.nlp,
        model_id=embedder.model_id,
        progress=progress,
    )
    project.tables.replace(schema.MATCHES, matches)


def _narrate(project: Project, embedder: Embedder, progress: Progress) -> None:
    from baken.nlp.narratives import build_narratives
    from baken.nlp.paths import narrative_paths

    tables = project.tables
    texts = distinct_texts(project)
    documents = sorted_by_key(tables.read(schema.DOCUMENTS), schema.DOCUMENTS)
    annotations = sorted_by_key(tables.read(schema.ANNOTATIONS), schema.ANNOTATIONS)
    matches = sorted_by_key(tables.read(schema.MATCHES), schema.MATCHES)
    reader = project.config.dashboard.reader_language
    basis = basis_of(project, "narratives", embedder.model_id)
    pool = tables.read(schema.POOL)
    narratives, members, lineage = build_narratives(
        documents=documents,
        annotations=annotations,
        texts=texts,
        vectors=vectors_of(project, texts, embedder.dimension),
        matches=matches,
        previous_narratives=tables.read(schema.NARRATIVES),
        previous_members=tables.read(schema.MEMBERS),
        previous_lineage=tables.read(schema.LINEAGE),
        previous_pool=pool.filter(pc.equal(pool["basis"], basis))["text_id"].to_pylist(),
        source_kinds={
            source_id: str(entry["kind"]) for source_id, entry in source_register(project).items()
        },
        config=project.config.nlp,
        model_id=embedder.model_id,
        seed=project.config.project.seed,
        reader_languages=(reader, "en", "nl"),
        progress=progress,
    )
    paths = narrative_paths(
        documents=documents, annotations=annotations, members=members, matches=matches
    )
    events = pa.concat_tables([tables.read(schema.LINEAGE), lineage]).to_pylist()
    distinct = {tuple(row[column] for column in schema.LINEAGE.key): row for row in events}
    tables.replace(schema.LINEAGE, schema.from_rows(list(distinct.values()), schema.LINEAGE))
    tables.replace(schema.NARRATIVES, narratives)
    tables.replace(schema.PATHS, paths)
    tables.replace(schema.MEMBERS, members)
    # Last, so that a run that is killed before leaves too small a pool, which only costs time.
    tables.replace(schema.POOL, _pool(texts, annotations, members, basis))


def _pool(texts: pa.Table, annotations: pa.Table, members: pa.Table, basis: str) -> pa.Table:
    """The texts without a narrative (schema `POOL`)."""
    inside = annotations.filter(pc.is_in(annotations["doc_id"], members["doc_id"]))
    left = texts.filter(pc.invert(pc.is_in(texts["text_id"], inside["text_id"])))
    pooled = left.select(["text_id"])
    return pooled.append_column("basis", pa.array([basis] * len(pooled), pa.string()))

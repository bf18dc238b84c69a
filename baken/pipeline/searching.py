"""Search by words and by meaning: the query is embedded like the documents were."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from baken.protocols import SearchHit
from baken.store.project import Project


def search(project: Project, query: str, filters: Mapping[str, str], limit: int) -> list[SearchHit]:
    """The documents nearest to `query`, by words and meaning fused."""
    from baken.nlp.embed import make_embedder
    from baken.nlp.language import LanguageIdentifier
    from baken.store.index import open_index

    embedder = make_embedder(project.config.nlp)
    vector = None
    if project.tables.vector_dimension() == embedder.dimension:
        languages, _ = LanguageIdentifier().identify([query])
        vector = embedder.encode([query], languages)[0].tolist()
    with closing(open_index(project.config)) as index:
        return index.search(query, vector=vector, filters=filters, limit=limit)

"""The index of a project: one line of the configuration chooses where results are searched."""

from __future__ import annotations

import os

from baken.config import Config
from baken.protocols import Index

API_KEY_VARIABLE = "BAKEN_ELASTICSEARCH_API_KEY"


def open_index(config: Config) -> Index:
    """The index that `index.kind` names; a server is first spoken to when the index is used."""
    if config.index.kind == "elasticsearch":
        from baken.store.elastic import ElasticIndex

        return ElasticIndex(
            config.index.url,
            prefix=config.index.prefix,
            api_key=os.environ.get(API_KEY_VARIABLE) or None,
            timeout_s=config.index.timeout_s,
        )
    from baken.store.embedded import EmbeddedIndex

    return EmbeddedIndex(config.data / "index")

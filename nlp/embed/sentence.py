"""Any sentence-transformers model, by name or folder, behind the project's protocol."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from baken.errors import MissingExtra, ModelError
from baken.nlp.embed.orthography import readable
from baken.protocols import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Beyond what any such model reads; long tails would only be tokenized.
_MAX_CHARS = 20_000


class SentenceEmbedder:
    """A sentence-transformers model by name; on a GPU where there is one."""

    def __init__(
        self, name: str, *, batch_size: int = 32, prefix: str = "", revision: str | None = None
    ) -> None:
        self._model = load_model(name)
        self._batch_size = min(batch_size, 64)
        self._prefix = prefix
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.model_id = f"{name}@{revision or _revision(self._model)}"

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`; `languages` are not looked at."""
        del languages
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        vectors = self._model.encode(
            [self._prefix + readable(text, _MAX_CHARS) for text in texts],
            batch_size=self._batch_size,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)


def load_model(name: str) -> SentenceTransformer:
    """The model `name` in float32; raises `MissingExtra` or `ModelError` in one line."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra(
            f"the embedder {name!r} needs sentence-transformers: pip install sentence-transformers"
        ) from error
    # Progress bars of the hub's client would spoil a log.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        return SentenceTransformer(name, model_kwargs={"dtype": "float32"})
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"the embedder {name!r} is neither one of baken's own nor a sentence-transformers "
            "model on this machine or to be had from here: fetch it once with a network, give the "
            'path of its folder, or set [nlp] embedder = "baken"'
        ) from error


def _revision(model: Any) -> str:
    for module in model.modules():
        config = getattr(module, "config", None)
        commit = getattr(config, "_commit_hash", None)
        if commit:
            return str(commit)[:12]
    return "local"

"""The embedders by their names in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from baken.config import NlpConfig
from baken.errors import ModelError
from baken.protocols import Embedder

# So much of a name like that of a bundled embedder is a slip of the pen, and none to be looked for.
_ALIKE = 0.8


def make_embedder(config: NlpConfig) -> Embedder:
    """The embedder that `config.embedder` names; any other name is a sentence-transformers model.

    Raises `ModelError` where a bundled model is missing or is not the pinned one, and where a
    named model is neither on this machine nor to be had.
    """
    make = EMBEDDERS.get(config.embedder)
    if make is not None:
        return make()
    alike = get_close_matches(config.embedder, EMBEDDERS, 1, _ALIKE)
    if alike and not Path(config.embedder).exists():
        raise ModelError(f"there is no embedder {config.embedder!r}: is {alike[0]!r} meant?")
    from baken.nlp.embed.sentence import SentenceEmbedder

    return SentenceEmbedder(config.embedder, batch_size=config.batch_size)


def _baken() -> Embedder:
    from baken.nlp.embed.bundled import BundledEmbedder

    return BundledEmbedder()


def _quick() -> Embedder:
    from baken.nlp.embed.bundled import QuickEmbedder

    return QuickEmbedder()


def _hashing() -> Embedder:
    from baken.nlp.embed.hashing import HashingEmbedder

    return HashingEmbedder()


def _use() -> Embedder:
    from baken.nlp.embed.use import UseEmbedder

    return UseEmbedder()


def _static() -> Embedder:
    from baken.nlp.embed.static import StaticEmbedder

    return StaticEmbedder()


def _e5() -> Embedder:
    from baken.nlp.embed.e5 import E5Embedder

    return E5Embedder()


def _quick_e5() -> Embedder:
    from baken.nlp.embed.quick_e5 import QuickE5Embedder

    return QuickE5Embedder()


EMBEDDERS: dict[str, Callable[[], Embedder]] = {
    "baken": _baken,
    "baken-quick": _quick,
    "hashing": _hashing,
    "static": _static,
    "e5": _e5,
    "e5-int8": _quick_e5,
    "use": _use,
}

"""Sentence embeddings: one protocol, several models, chosen by name in the configuration."""

from baken.nlp.embed.batches import embed_texts
from baken.nlp.embed.choose import EMBEDDERS, make_embedder

__all__ = ["EMBEDDERS", "embed_texts", "make_embedder"]

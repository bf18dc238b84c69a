"""The cognitive lens: target, move, emotional appeal and techniques of a narrative."""

from baken.nlp.lens.classify import Lens
from baken.nlp.lens.describe import describe_narratives
from baken.nlp.lens.taxonomy import UNCLEAR, Taxonomy, load_taxonomies, taxonomies_digest

__all__ = [
    "UNCLEAR",
    "Lens",
    "Taxonomy",
    "describe_narratives",
    "load_taxonomies",
    "taxonomies_digest",
]

"""The cognitive lens: target, move, emotional appeal and techniques of a narrative."""

from baken.nlp.lens.classify import Lens
from baken.nlp.lens.describe import describe_narratives

__all__ = ["Lens", "describe_narratives"]

"""Baken: see foreign information operations while they run, with a tested statement of surprise."""

__version__ = "0.1.0"

"""A fictitious world with planted campaigns and tempting innocents, to show and to measure baken.

`build_world` makes the sample world, `serve` and `export` give it to the pipeline as a web and as
files, `score` compares what was flagged with what was planted, and `simulate` writes larger worlds.
"""

from baken.detection.simulate.building import build_world
from baken.detection.simulate.exporting import export
from baken.detection.simulate.larger import simulate
from baken.detection.simulate.scoring import score
from baken.detection.simulate.web import serve

__all__ = ["build_world", "export", "score", "serve", "simulate"]

"""The innocent explanations: every one is tested on every candidate, and its reason is kept."""

from __future__ import annotations

from typing import Final

from baken.detection.benign.examination import Detector, Examination, examine
from baken.detection.benign.statistics import STATISTICS

ALL: Final[tuple[Detector, ...]] = (*STATISTICS,)

__all__ = ["ALL", "Detector", "Examination", "examine"]

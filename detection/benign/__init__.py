"""The innocent explanations: every one is tested on every candidate, and its reason is kept."""

from __future__ import annotations

from typing import Final

from baken.detection.benign.civic import CIVIC
from baken.detection.benign.events import EVENTS
from baken.detection.benign.examination import Detector, Examination, examine
from baken.detection.benign.machines import MACHINES
from baken.detection.benign.ownership import OWNERSHIP
from baken.detection.benign.provenance import PROVENANCE
from baken.detection.benign.statistics import STATISTICS

ALL: Final[tuple[Detector, ...]] = (
    *PROVENANCE,
    *OWNERSHIP,
    *EVENTS,
    *CIVIC,
    *MACHINES,
    *STATISTICS,
)

__all__ = ["ALL", "Detector", "Examination", "examine"]

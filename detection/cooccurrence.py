"""The classic rule: objects that two accounts share within a window, at least so many times."""

from __future__ import annotations

import pyarrow as pa

from baken.config import DetectConfig
from baken.protocols import Progress, silent
from baken.schema import EDGES, empty


def cooccurrence_edges(
    traces: pa.Table, config: DetectConfig, progress: Progress = silent
) -> pa.Table:
    """The edges (schema `EDGES`) of the classic definition."""
    del traces, config, progress
    return empty(EDGES)

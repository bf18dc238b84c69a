"""Traces: who shared which object when, one small plug-in for each kind of object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import DetectConfig
from baken.detection.traces.actions import MediaSignal, ReplySignal, RepostSignal
from baken.detection.traces.common import own_view
from baken.detection.traces.links import DomainSignal, UrlSignal
from baken.detection.traces.rhythm import RhythmSignal
from baken.detection.traces.sites import HandleSignal, InfrastructureSignal
from baken.detection.traces.tags import HashtagSequenceSignal, HashtagSignal
from baken.detection.traces.texts import SimilarTextSignal, TextSignal
from baken.errors import UnknownPlugin
from baken.protocols import DetectionView, Progress, Signal, silent
from baken.schema import TRACES, conform, empty

_BUILT_IN: tuple[Signal, ...] = (
    UrlSignal(),
    DomainSignal(),
    TextSignal(),
    SimilarTextSignal(),
    HashtagSignal(),
    HashtagSequenceSignal(),
    RepostSignal(),
    ReplySignal(),
    MediaSignal(),
    RhythmSignal(),
    HandleSignal(),
    InfrastructureSignal(),
)
SIGNALS: dict[str, Signal] = {signal.trace_kind.value: signal for signal in _BUILT_IN}


def signals(config: DetectConfig) -> Iterator[Signal]:
    """The signals that `config.traces` names; raises `UnknownPlugin` for a name without one."""
    for name in config.traces:
        if name not in SIGNALS:
            known = ", ".join(sorted(SIGNALS))
            raise UnknownPlugin(f"detect.traces: no signal {name!r}; there are {known}")
        yield SIGNALS[name]


def make_traces(view: DetectionView, config: DetectConfig, progress: Progress = silent) -> pa.Table:
    """All traces (schema `TRACES`) of the configured kinds, sorted by key.

    Documents that rebut a narrative leave no trace.
    """
    counted = own_view(view)
    chosen = list(signals(config))
    tables = []
    for done, signal in enumerate(chosen):
        progress("traces", done, len(chosen))
        tables.append(_sorted(conform(signal.traces(counted), TRACES)))
    progress("traces", len(chosen), len(chosen))
    if not tables:
        return empty(TRACES)
    tables.sort(key=_kind)
    return pa.concat_tables(tables)


def _kind(table: pa.Table) -> str:
    return str(table["trace_kind"][0]) if len(table) else ""


def _sorted(table: pa.Table) -> pa.Table:
    """Traces of one kind by account, object and document; they come in order of documents."""
    codes = []
    for name in ("object_id", "account_id"):
        encoded = table[name].combine_chunks().dictionary_encode()
        order = pc.sort_indices(encoded.dictionary).to_numpy()
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        codes.append(rank[encoded.indices.to_numpy(zero_copy_only=False)])
    return table.take(pa.array(np.lexsort(codes)))

"""Traces of time alone: posting in the same minutes, whatever is said."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.traces.common import MADE_OF, from_documents
from baken.model import TimePrecision, TraceKind
from baken.protocols import DetectionView


class RhythmSignal:
    """Two accounts keep posting in the same minutes.

    One clock or one queue behind both is the suspicion; scheduling tools, full hours and our own
    crawl times are the innocent cases. Minute zero of an hour and times equal to the time of
    collection are therefore left out.
    """

    trace_kind = TraceKind.RHYTHM

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each exactly dated document; the object is the minute."""
        documents = view.documents.select([*MADE_OF, "collected_at"])
        at = documents["published_at"]
        exact = pc.is_in(
            documents["published_precision"],
            value_set=pa.array([TimePrecision.SECOND.value, TimePrecision.MINUTE.value]),
        )
        ours = pc.fill_null(pc.equal(at, documents["collected_at"]), False)
        odd = pc.and_not(pc.not_equal(pc.minute(at), 0), ours)
        documents = documents.filter(pc.fill_null(pc.and_(exact, odd), False))
        minute = pc.floor_temporal(documents["published_at"], unit="minute")
        encoded = minute.combine_chunks().dictionary_encode()
        names = pc.strftime(encoded.dictionary, format="%Y-%m-%dT%H:%MZ")
        minutes = pc.take(pc.cast(names, pa.string()), encoded.indices)
        return from_documents(self.trace_kind, documents, minutes)

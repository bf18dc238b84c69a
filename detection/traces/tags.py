"""Traces of hashtags, singly and as the sequence in which one post lists them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.traces.common import MADE_OF, exploded, from_documents, once_each
from baken.model import TraceKind
from baken.protocols import DetectionView

# Two tags in one order are common; three are a choice that somebody made (Pacheco et al. 2021
# ask for five in a day, which short posts seldom hold).
_MIN_SEQUENCE = 3


class HashtagSignal:
    """Two accounts use the same hashtag.

    Weak alone: fans, strikers and viewers of one programme do so all day. The test asks for more
    of it than the popularity of each tag in that hour explains.
    """

    trace_kind = TraceKind.HASHTAG

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each tag of a document; the object is the tag, case folded."""
        rows, tags = exploded(view.documents, "hashtags")
        return once_each(from_documents(self.trace_kind, rows, pc.utf8_lower(tags)))


class HashtagSequenceSignal:
    """Two accounts list the same three or more hashtags in the same order.

    The order of tags is a habit of the hand that types it, or of the template that it is pasted
    from. Suggested tags of an app or a competition are the innocent cases.
    """

    trace_kind = TraceKind.HASHTAG_SEQUENCE

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each document with three tags or more; the object is their sequence."""
        long = pc.greater_equal(pc.list_value_length(view.documents["hashtags"]), _MIN_SEQUENCE)
        documents = view.documents.select([*MADE_OF, "hashtags"])
        documents = documents.filter(pc.fill_null(long, False))
        joined = pc.utf8_lower(pc.binary_join(documents["hashtags"], " #"))
        return from_documents(self.trace_kind, documents, joined)

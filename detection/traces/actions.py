"""Traces of what a platform records as an action: reposting, replying, showing a file."""

from __future__ import annotations

import pyarrow as pa

from baken.detection.traces.common import exploded, from_documents, once_each
from baken.model import TraceKind
from baken.protocols import DetectionView


class RepostSignal:
    """Two accounts pass on the same post of a third.

    Everybody reposts what is popular; only pairs that repost the same things together, more often
    than their activity and the popularity of those posts explain, become an edge.
    """

    trace_kind = TraceKind.REPOST

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each repost; the object is the original post."""
        return from_documents(self.trace_kind, view.documents, view.documents["repost_of"])


class ReplySignal:
    """Two accounts answer the same post, as in swarming a person or a thread.

    A spontaneous pile-on looks the same for one post; repetition over several targets does not.
    """

    trace_kind = TraceKind.REPLY

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each reply; the object is the post that is answered."""
        return from_documents(self.trace_kind, view.documents, view.documents["reply_to"])


class MediaSignal:
    """Two accounts show the same picture or film, byte for byte.

    Platforms re-encode what passes through them, so equal bytes point to one common file. Agency
    photographs and memes are the innocent cases.
    """

    trace_kind = TraceKind.MEDIA

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each file; the object is its SHA-256."""
        rows, hashes = exploded(view.documents, "media_sha256")
        return once_each(from_documents(self.trace_kind, rows, hashes))

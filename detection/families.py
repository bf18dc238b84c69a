"""Which kinds of trace are independent evidence of each other, and which are one thing twice."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from baken.model import TraceKind


class Family(StrEnum):
    """A family of trace kinds; two kinds of one family never count as two kinds of evidence."""

    CONTENT = "content"
    LINK = "link"
    HASHTAG = "hashtag"
    REPOST = "repost"
    REPLY = "reply"
    MEDIA = "media"
    RHYTHM = "rhythm"
    HANDLE = "handle"
    INFRASTRUCTURE = "infrastructure"


# A shared URL is always a shared domain, and an identical text is always a similar one: counting
# both would let a single fact enter the queue as two.
FAMILY_OF: Final = {
    TraceKind.URL: Family.LINK,
    TraceKind.DOMAIN: Family.LINK,
    TraceKind.TEXT: Family.CONTENT,
    TraceKind.SIMILAR_TEXT: Family.CONTENT,
    TraceKind.HASHTAG: Family.HASHTAG,
    TraceKind.HASHTAG_SEQUENCE: Family.HASHTAG,
    TraceKind.REPOST: Family.REPOST,
    TraceKind.REPLY: Family.REPLY,
    TraceKind.MEDIA: Family.MEDIA,
    TraceKind.RHYTHM: Family.RHYTHM,
    TraceKind.HANDLE: Family.HANDLE,
    TraceKind.INFRASTRUCTURE: Family.INFRASTRUCTURE,
}

# What an account copies from others, and when: a public event or a common source explains these,
# never a shared analytics id or a common template of handles.
MARKS: Final = frozenset({Family.INFRASTRUCTURE, Family.HANDLE})
BEHAVIOUR: Final = frozenset(Family) - MARKS
ALL_FAMILIES: Final = frozenset(Family)


def family_of(trace_kind: str) -> str:
    """The family of a trace kind; a kind that a plug-in added is a family of its own."""
    try:
        return FAMILY_OF[TraceKind(trace_kind)]
    except ValueError:
        return trace_kind

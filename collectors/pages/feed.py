"""RSS and Atom feeds as entries; whatever is no feed is refused with a reason."""

from __future__ import annotations

from calendar import timegm
from dataclasses import dataclass
from typing import Any

from baken.collectors.times import MICROSECONDS, BadTime, Clock, Instant
from baken.model import TimePrecision

MAX_ENTRIES = 1_000


class NotAFeed(ValueError):
    """The bytes are no feed; the message says what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of a feed: where it is, and what the feed says about it."""

    url: str
    title: str | None
    published: Instant | None


def feed_entries(body: bytes, *, url: str, clock: Clock) -> list[FeedEntry]:
    """The entries of the feed `body` found at `url`, at most 1,000; raises `NotAFeed`."""
    import feedparser

    head = body[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise NotAFeed("it is empty")
    if head.startswith((b"<!doctype html", b"<html")):
        raise NotAFeed("it is an HTML page")
    if not head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        raise NotAFeed("it is not XML")
    if b"<!ENTITY" in body:
        raise NotAFeed("it declares XML entities, which are refused")
    try:
        parsed = feedparser.parse(
            body, response_headers={"content-location": url}, sanitize_html=False
        )
    except (ValueError, TypeError, AttributeError, RecursionError, AssertionError) as error:
        raise NotAFeed(f"it cannot be parsed ({type(error).__name__})") from error
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed("it is XML, but neither RSS nor Atom")
    if parsed.get("bozo") and not parsed.entries:
        raise NotAFeed("its XML is broken and holds no entry")
    entries = (_entry(entry, clock) for entry in parsed.entries[:MAX_ENTRIES])
    return [entry for entry in entries if entry is not None]


def _entry(entry: Any, clock: Clock) -> FeedEntry | None:
    url = entry.get("link") or entry.get("id") or ""
    if not url.startswith(("http://", "https://")):
        return None
    return FeedEntry(
        url=url,
        title=(entry.get("title") or "").strip()[:500] or None,
        published=_published(entry, clock),
    )


def _published(entry: Any, clock: Clock) -> Instant | None:
    # feedparser falls back to `updated` for a missing `published`; an update is no publication.
    if "published" not in entry:
        return None
    try:
        return clock.read(entry["published"])
    except BadTime:
        pass
    parsed = entry.get("published_parsed")
    if not parsed:
        return None
    try:
        instant = timegm(parsed) * MICROSECONDS
        clock.check(instant)
    except (BadTime, ValueError, OverflowError):
        return None
    return instant, TimePrecision.SECOND

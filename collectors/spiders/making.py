"""Pages as documents: what stands in which column, and what is left out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from baken.collectors.pages.article import Article
from baken.collectors.pages.channel import ChannelPost
from baken.collectors.persons import without_contacts
from baken.collectors.spiders.visit import Visit
from baken.collectors.times import Instant
from baken.ids import content_sha256, document_id
from baken.model import Document, TimeOrigin, TimePrecision
from baken.urls import canonical_url, hashtags_in

# Longer texts are books and exports; they go to quarantine, as they do in an import.
MAX_TEXT_CHARS = 100_000
TDM_RESERVED = "tdm-reserved"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINEST_FIRST = (TimePrecision.SECOND, TimePrecision.MINUTE, TimePrecision.DAY)

Stated = tuple[Instant | None, TimeOrigin]


def best_time(*stated: Stated) -> Stated:
    """The most exact of the stated times; of equally exact ones the first."""
    known = [(time, origin) for time, origin in stated if time is not None]
    if not known:
        return None, TimeOrigin.NONE
    return min(known, key=lambda entry: _FINEST_FIRST.index(entry[0][1]))


def article_document(
    visit: Visit,
    article: Article,
    *,
    order_id: str,
    url: str,
    listed: Stated,
    listed_title: str | None,
    snapshot_id: str | None,
    reserved: bool,
) -> Document | None:
    """The document of an article page; of a reserved page only title and address.

    `None` where there is no text that may be kept.
    """
    title = article.title or listed_title
    text = without_contacts(title or "" if reserved else article.text)
    if not text.strip():
        return None
    time, origin = best_time((article.published, TimeOrigin.PAGE), listed)
    return Document(
        doc_id=document_id(visit.source.source_id, article.canonical),
        source_id=visit.source.source_id,
        account_id=visit.account_id,
        account_kind=visit.account_kind,
        order_id=order_id,
        text=text,
        collected_at=datetime.now(UTC),
        url=url,
        canonical_url=article.canonical,
        title=title,
        published_at=_moment(time),
        published_precision=time[1] if time else TimePrecision.UNKNOWN,
        published_from=origin,
        hashtags=() if reserved else hashtags_in(text),
        links=() if reserved else article.links,
        credit=article.credit[:200] if article.credit else None,
        language_hint=article.language or visit.source.language,
        content_sha256=content_sha256(title, text),
        snapshot_id=snapshot_id,
        restriction=TDM_RESERVED if reserved else None,
    )


def post_document(
    visit: Visit, post: ChannelPost, *, order_id: str, snapshot_id: str | None, reserved: bool
) -> Document | None:
    """The document of a channel's post; posts have no title, so a reserved one is not kept."""
    text = "" if reserved else without_contacts(post.text)
    if not text.strip():
        return None
    return Document(
        doc_id=document_id(visit.source.source_id, post.post_id),
        source_id=visit.source.source_id,
        account_id=visit.account_id,
        account_kind=visit.account_kind,
        order_id=order_id,
        text=text,
        collected_at=datetime.now(UTC),
        url=post.url,
        canonical_url=canonical_url(post.url),
        published_at=_moment(post.published),
        published_precision=post.published[1] if post.published else TimePrecision.UNKNOWN,
        published_from=TimeOrigin.PAGE if post.published else TimeOrigin.NONE,
        repost_of=post.forwarded,
        hashtags=hashtags_in(text),
        links=post.links,
        language_hint=visit.source.language,
        content_sha256=content_sha256(None, text),
        snapshot_id=snapshot_id,
    )


def _moment(time: Instant | None) -> datetime | None:
    return _EPOCH + timedelta(microseconds=time[0]) if time else None

"""The spider: feeds, sitemaps, article pages and channel pages of the registered sources."""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from baken.collectors.job import Job
from baken.collectors.pages import html, tdm
from baken.collectors.pages.article import article
from baken.collectors.pages.channel import ChannelPage, channel_page
from baken.collectors.pages.feed import NotAFeed, feed_entries
from baken.collectors.pages.sitemap import NotASitemap, sitemap
from baken.collectors.pages.traits import connection_traits, favicon_trait, site_traits
from baken.collectors.spiders.failures import is_permanent, reason_of
from baken.collectors.spiders.hosts import STOPPED
from baken.collectors.spiders.making import (
    MAX_TEXT_CHARS,
    TDM_RESERVED,
    Stated,
    article_document,
    post_document,
)
from baken.collectors.spiders.reservations import PAGE, RULES
from baken.collectors.spiders.resolver import refused_names
from baken.collectors.spiders.robots import FORBIDDEN
from baken.collectors.spiders.sink import Sink
from baken.collectors.spiders.visit import Visit
from baken.collectors.state import CrawlState
from baken.collectors.times import Clock
from baken.errors import BakenError
from baken.model import SourceKind, TimeOrigin
from baken.urls import canonical_url

log = logging.getLogger(__name__)

MAX_SITEMAP_DEPTH = 3
_UNLISTED: Stated = (None, TimeOrigin.NONE)
_FEED_LINKS = (
    "//link[@rel='alternate' and (contains(@type, 'rss') or contains(@type, 'atom'))]/@href"
)

Callback = Callable[..., Iterator[scrapy.Request]]


def _contained(callback: Callback) -> Callback:
    """A page that breaks its reader goes to quarantine and does not end the crawl."""

    @functools.wraps(callback)
    def read(self: SourceSpider, response: Response, visit: Visit, **more: Any) -> Any:
        visit.answered()
        try:
            yield from callback(self, response, visit, **more)
        except BakenError as error:
            # A full disk, not a bad page: nothing more can be kept, so nothing more is asked.
            self.fault = error
            raise scrapy.exceptions.CloseSpider("fault") from error
        except Exception as error:
            log.debug("page could not be read", exc_info=True)
            name = type(error).__name__
            self.sink.quarantine(visit, response.url, f"the page could not be read ({name})")

    return read


class SourceSpider(scrapy.Spider):
    """Visits every source of a job; what it finds goes into the sink."""

    name = "baken"

    def __init__(self, job: Job, sink: Sink, state: CrawlState, known: set[str]) -> None:
        super().__init__()
        self.job = job
        self.sink = sink
        self.state = state
        self.known = known
        self.clock = Clock(datetime.now(UTC))
        self.visits = [Visit.of(source) for source in job.sources]
        self.fault: BakenError | None = None
        self._asked: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of every source."""
        for visit in self.visits:
            for request in self._first(visit):
                yield request

    def _first(self, visit: Visit) -> Iterator[scrapy.Request]:
        source = visit.source
        if source.kind is SourceKind.CHANNEL:
            yield self._listing(source.url, self.read_channel, visit, root=source.url)
            return
        yield self._request(source.url, self.read_front, visit)
        icon = urljoin(source.url, "/favicon.ico")
        yield self._request(icon, self.read_icon, visit, optional=True)
        for url in source.feeds:
            yield self._listing(url, self.read_feed, visit)
        for url in source.sitemaps:
            yield self._listing(url, self.read_sitemap, visit, depth=0)

    @_contained
    def read_front(self, response: Response, visit: Visit) -> Iterator[scrapy.Request]:
        """The front page: technical traits, and feeds where the register names none."""
        tree = html.parse(_text(response)) if self._fine(response, visit) else None
        if tree is None:
            return
        self._traits(response, visit, tree, publisher=None)
        source = visit.source
        if source.feeds or source.sitemaps:
            return
        page = channel_page(tree, url=response.url, clock=self.clock)
        if page.posts:
            yield from self._posts(response, visit, tree, page, root=source.url)
            return
        for place in tree.xpath(_FEED_LINKS)[:5]:
            url = urljoin(response.url, str(place).strip())
            if visit.covers(url):
                yield self._listing(url, self.read_feed, visit)

    @_contained
    def read_icon(self, response: Response, visit: Visit) -> Iterator[scrapy.Request]:
        """The icon of the site, as a trait."""
        trait = favicon_trait(response.body) if response.status == 200 else None
        if trait is not None:
            visit.traits[trait] += 1
        yield from ()

    @_contained
    def read_feed(self, response: Response, visit: Visit) -> Iterator[scrapy.Request]:
        """A feed: every entry that is not known becomes a request."""
        if not self._fine(response, visit):
            return
        try:
            entries = feed_entries(response.body, url=response.url, clock=self.clock)
        except NotAFeed as error:
            self._unusable(response, visit, f"not a feed: {error}")
            return
        self._remember(response, visit)
        for entry in entries:
            listed = (entry.published, TimeOrigin.FEED) if entry.published else _UNLISTED
            yield from self._page(entry.url, visit, listed=listed, title=entry.title)

    @_contained
    def read_sitemap(
        self, response: Response, visit: Visit, depth: int
    ) -> Iterator[scrapy.Request]:
        """A sitemap or an index of them."""
        if not self._fine(response, visit):
            return
        try:
            found = sitemap(
                response.body, clock=self.clock, max_bytes=10 * self.job.config.max_page_bytes
            )
        except NotASitemap as error:
            self._unusable(response, visit, f"not a sitemap: {error}")
            return
        self._remember(response, visit)
        for url in found.children:
            if depth < MAX_SITEMAP_DEPTH and visit.covers(url) and url not in self._asked:
                self._asked.add(url)
                yield self._listing(url, self.read_sitemap, visit, depth=depth + 1)
        for url, published in found.pages:
            listed = (published, TimeOrigin.SITEMAP) if published else _UNLISTED
            yield from self._page(url, visit, listed=listed, title=None)

    @_contained
    def read_article(
        self, response: Response, visit: Visit, listed: Stated, title: str | None
    ) -> Iterator[scrapy.Request]:
        """An article page."""
        yield from ()
        if not self._fine(response, visit):
            return
        if not visit.covers(response.url):
            self.sink.quarantine(visit, response.url, "the page leads to another site")
            return
        tree = html.parse(_text(response))
        if tree is None:
            reason = f"the page is empty, not HTML, or has over {html.MAX_ELEMENTS} elements"
            self.sink.quarantine(visit, response.url, reason)
            return
        visit.pages += 1
        found = article(tree, url=response.url, clock=self.clock)
        if found.canonical in self.known:
            visit.known += 1
            return
        if len(found.text) > MAX_TEXT_CHARS:
            reason = f"the text is too long ({len(found.text)} characters)"
            self.sink.quarantine(visit, response.url, reason)
            return
        reserved = self._reservation(response, tree)
        document = article_document(
            visit,
            found,
            order_id=self.job.order_id,
            url=response.url,
            listed=listed,
            listed_title=title,
            snapshot_id=self._evidence(response, visit, reserved),
            reserved=reserved is not None,
        )
        if document is None:
            self.sink.quarantine(visit, response.url, "no article text was found on the page")
            return
        self.known.add(found.canonical)
        self.sink.document(visit, document)
        self._traits(response, visit, tree, publisher=found.publisher)

    @_contained
    def read_channel(self, response: Response, visit: Visit, root: str) -> Iterator[scrapy.Request]:
        """A page of a channel, and the way to the older ones."""
        tree = html.parse(_text(response)) if self._fine(response, visit) else None
        if tree is None:
            return
        page = channel_page(tree, url=response.url, clock=self.clock)
        if not page.posts and response.url == root:
            self._unusable(response, visit, "no posts were found: not a channel page")
            return
        yield from self._posts(response, visit, tree, page, root=root)

    def _posts(
        self, response: Response, visit: Visit, tree: Any, page: ChannelPage, *, root: str
    ) -> Iterator[scrapy.Request]:
        visit.pages += 1
        self._remember(response, visit)
        reserved = self._reservation(response, tree)
        snapshot = self._evidence(response, visit, reserved)
        for post in page.posts:
            canonical = canonical_url(post.url)
            if canonical is None or canonical in self.known:
                visit.known += 1
                continue
            document = post_document(
                visit,
                post,
                order_id=self.job.order_id,
                snapshot_id=snapshot,
                reserved=reserved is not None,
            )
            if document is None or len(document.text) > MAX_TEXT_CHARS:
                reason = "the post has no text that may be kept, or too much"
                self.sink.quarantine(visit, post.url, reason)
                continue
            self.known.add(canonical)
            self.sink.document(visit, document)
        numbers = [int(post.post_id) for post in page.posts if post.post_id.isdecimal()]
        visit.channels[root] = max([visit.channels.get(root, 0), *numbers])
        reached = bool(numbers) and min(numbers) <= self.state.channels.get(root, 0)
        if page.older and not reached and page.older not in self._asked and self._room(visit):
            self._asked.add(page.older)
            if visit.covers(page.older):
                yield self._request(
                    page.older, self.read_channel, visit, meta={PAGE: True}, root=root
                )

    def failed(self, failure: Failure) -> None:
        """A request without an answer."""
        request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.cb_kwargs["visit"]
        error: BaseException = failure.value or RuntimeError("no reason")
        reason = reason_of(error)
        if (urlsplit(request.url).hostname or "") in refused_names:
            reason = "the name leads to a private address, which is refused"
            error = scrapy.exceptions.IgnoreRequest(reason)
        if reason.startswith(STOPPED) or request.meta.get("baken_optional"):
            return
        if reason == FORBIDDEN:
            visit.forbidden += 1
        permanent, page = is_permanent(error), request.meta.get(PAGE, False)
        if permanent or page:
            self.sink.quarantine(visit, request.url, reason)
        if permanent != page:
            visit.issue(f"{request.url}: {reason}")
        if not permanent:
            visit.failed(reason)

    def _fine(self, response: Response, visit: Visit) -> bool:
        status = response.status
        if status == 304:
            self._remember(response, visit)
            return False
        if 200 <= status < 300:
            return True
        listing = not response.meta.get(PAGE)
        if status == 429:
            visit.stop("the site asks for fewer requests (status 429)")
        elif status >= 500:
            visit.complete = False
        if status < 500 or not listing:
            self.sink.quarantine(visit, response.url, f"status {status}")
        if listing:
            visit.issue(f"{response.url}: status {status}")
        return False

    def _unusable(self, response: Response, visit: Visit, reason: str) -> None:
        self.sink.quarantine(visit, response.url, reason)
        visit.issue(f"{response.url}: {reason}")

    def _page(
        self, url: str, visit: Visit, *, listed: Stated, title: str | None
    ) -> Iterator[scrapy.Request]:
        canonical = canonical_url(url)
        if canonical is None:
            self.sink.quarantine(visit, url, "not an http or https address")
        elif canonical in self.known:
            visit.known += 1
        elif not visit.covers(url):
            visit.offsite += 1
        elif canonical not in self._asked and self._room(visit):
            self._asked.add(canonical)
            yield self._request(
                url, self.read_article, visit, meta={PAGE: True}, listed=listed, title=title
            )

    def _room(self, visit: Visit) -> bool:
        if visit.requests + 1 > self.job.config.max_pages_per_source:
            visit.complete = False
            visit.issue("more pages than collect.max_pages_per_source; the next crawl goes on")
            return False
        return True

    def _listing(self, url: str, callback: Callback, visit: Visit, **more: Any) -> scrapy.Request:
        stored = self.state.validators.get(url, {})
        headers = {
            name: stored[key]
            for name, key in (("If-None-Match", "etag"), ("If-Modified-Since", "last_modified"))
            if key in stored
        }
        meta = {PAGE: callback == self.read_channel, "baken_listing": url}
        return self._request(url, callback, visit, headers=headers, meta=meta, **more)

    def _request(
        self,
        url: str,
        callback: Callback,
        visit: Visit,
        *,
        headers: dict[str, str] | None = None,
        meta: dict[str, Any] | None = None,
        optional: bool = False,
        **more: Any,
    ) -> scrapy.Request:
        return scrapy.Request(
            url,
            callback=callback,
            errback=self.failed,
            headers=headers,
            # Lists before pages, so that a limit of pages is spent on what the source lists first.
            priority=0 if (meta or {}).get(PAGE) else 10,
            meta={**(meta or {}), "baken_optional": optional},
            cb_kwargs={"visit": visit, **more},
            dont_filter=True,
        )

    def _remember(self, response: Response, visit: Visit) -> None:
        url = response.meta.get("baken_listing")
        if url is None:
            return
        stated = {
            key: value.decode("latin-1")
            for key, name in (("etag", "ETag"), ("last_modified", "Last-Modified"))
            if (value := response.headers.get(name))
        }
        visit.validators[url] = stated or self.state.validators.get(url, {})

    def _reservation(self, response: Response, tree: Any) -> str | None:
        value = response.headers.get(tdm.HEADER)
        headers = {tdm.HEADER: value.decode("latin-1")} if value is not None else {}
        rules = response.meta.get(RULES, ())
        return tdm.reservation(response.url, headers=headers, tree=tree, rules=rules)

    def _evidence(self, response: Response, visit: Visit, reserved: str | None) -> str | None:
        if reserved is None:
            return self.sink.keep(response, decision="robots: allowed; tdm: not reserved")
        visit.reserved += 1
        self.sink.decline(response, decision=f"robots: allowed; {TDM_RESERVED} by {reserved}")
        return None

    def _traits(
        self, response: Response, visit: Visit, tree: Any, *, publisher: str | None
    ) -> None:
        visit.traits.update(site_traits(tree, _text(response), publisher=publisher))
        visit.traits.update(connection_traits(response.ip_address, response.certificate))


def _text(response: Response) -> str:
    kind = response.headers.get("Content-Type", b"") or b""
    return html.decode(response.body, kind.decode("latin-1"))

"""Serves the sample world on the loopback address, one virtual host for each site."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from baken.detection.simulate import feeds, pages
from baken.detection.simulate.cast import Channel, Outlet
from baken.detection.simulate.world import DEFAULT_PORT, Article, ChannelPost, World
from baken.errors import BakenError

ADDRESS = "127.0.0.1"
_RELATED = 3
_SITEMAP_PARTS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to one request: status, type, body, when it changed, more headers."""

    status: int
    content_type: str
    body: bytes
    changed: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def etag(self) -> str:
        """A tag that changes with the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@contextmanager
def serve(world: World, *, port: int = DEFAULT_PORT) -> Iterator[str]:
    """Serve `world` while in the context; gives its address, `http://127.0.0.1:PORT`.

    Port 0 takes any free port. Raises `BakenError` when the port is taken.
    """
    try:
        server = _Server((ADDRESS, port), _Handler)
    except OSError as error:
        raise BakenError(
            f"port {port} on {ADDRESS} cannot be used ({error.strerror}): "
            "choose another with --port"
        ) from error
    server.site = Site(world, server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://{ADDRESS}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Site:
    """Finds the answer for a host and a path; pages are made when they are asked for."""

    def __init__(self, world: World, port: int) -> None:
        self._world = world
        self._port = port
        self._outlets = {one.host: one for one in world.outlets}
        self._articles: dict[str, list[Article]] = {host: [] for host in self._outlets}
        for article in world.articles:
            self._articles[article.host].append(article)
        self._by_path = {(one.host, one.path): one for one in world.articles}
        self._channels = {(one.host, one.path): one for one in world.channels}

    def answer(self, host: str, target: str) -> Answer:
        """The answer to `GET target` at `host`."""
        parts = urlsplit(target)
        source = self._outlets.get(host)
        if source is not None:
            found = self._outlet(source, parts.path)
            if source.tdm_reserved:
                return _with_header(found, "tdm-reservation", "1")
            return found
        return self._channel(host, parts.path, parts.query)

    def _outlet(self, source: Outlet, path: str) -> Answer:
        articles = self._articles[source.host]
        article = self._by_path.get((source.host, path))
        if article is not None:
            related = [one for one in articles if one is not article][-_RELATED:]
            text = pages.article_page(source, article, related, self._world, self._port)
            return _html(text, article.published_at)
        fixed = self._fixed(source, articles).get(path)
        return fixed() if fixed is not None else _missing()

    def _fixed(self, source: Outlet, articles: list[Article]) -> dict[str, Callable[[], Answer]]:
        world, port = self._world, self._port
        newest = articles[: -feeds.FEED_ITEMS - 1 : -1]
        changed = articles[-1].published_at if articles else None
        make_feed = feeds.rss if source.feed == "rss" else feeds.atom
        kind = "application/rss+xml" if source.feed == "rss" else "application/atom+xml"
        fixed: dict[str, Callable[[], Answer]] = {
            "/": lambda: _html(pages.front_page(source, newest, world, port), changed),
            "/robots.txt": lambda: _text(feeds.robots(source, port), "text/plain", changed),
            pages.HIDDEN_PATH: lambda: _html(pages.hidden_page(source), changed),
            pages.feed_path(source): lambda: _text(
                make_feed(source, newest, world, port), kind, changed
            ),
        }
        if source.sitemap_index:
            when = changed or datetime(2026, 10, 1, tzinfo=UTC)
            fixed["/sitemap.xml"] = lambda: _xml(
                feeds.sitemap_index(source, _SITEMAP_PARTS, when, port), changed
            )
            for part in range(_SITEMAP_PARTS):
                text = feeds.sitemap(articles[part::_SITEMAP_PARTS], world, port)
                fixed[f"/sitemap-{part + 1}.xml"] = partial(_xml, text, changed)
        else:
            fixed["/sitemap.xml"] = lambda: _xml(feeds.sitemap(articles, world, port), changed)
        return fixed

    def _channel(self, host: str, path: str, query: str) -> Answer:
        if path == "/robots.txt" and any(host == one.host for one in self._world.channels):
            return _text("User-agent: *\nAllow: /s/\n", "text/plain", None)
        channel = self._channels.get((host, path))
        if channel is not None:
            return self._channel_page(channel, query)
        folder, _, number = path.rpartition("/")
        single = self._channels.get((host, folder))
        if single is None:
            return _missing()
        posts = [one for one in self._posts(single) if str(one.number) == number]
        if not posts:
            return _missing()
        text = pages.channel_page(single, posts, None, self._world, self._port)
        return _html(text, posts[0].published_at)

    def _channel_page(self, channel: Channel, query: str) -> Answer:
        before = parse_qs(query).get("before", [""])[0]
        limit = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        posts = [one for one in self._posts(channel) if limit is None or one.number < limit]
        shown = posts[-pages.POSTS_PER_PAGE :]
        older = shown[0].number if len(posts) > len(shown) else None
        text = pages.channel_page(channel, shown, older, self._world, self._port)
        return _html(text, shown[-1].published_at if shown else None)

    def _posts(self, channel: Channel) -> list[ChannelPost]:
        return [one for one in self._world.channel_posts if one.channel is channel]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    site: Site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleWorld"
    sys_version = ""
    timeout = 30
    # Headers and body leave in one packet; otherwise each answer waits for a delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """The crawler keeps the log."""

    def _answer(self, *, with_body: bool) -> None:
        host = self.headers.get("Host", "").partition(":")[0].casefold()
        answer = self.server.site.answer(host, self.path)
        fresh = answer.status == 200 and self._is_known(answer)
        self.send_response(304 if fresh else answer.status)
        self.send_header("ETag", answer.etag)
        if answer.changed is not None:
            self.send_header("Last-Modified", format_datetime(answer.changed, usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value)
        if not fresh:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _is_known(self, answer: Answer) -> bool:
        tag = self.headers.get("If-None-Match")
        if tag is not None:
            return answer.etag in {part.strip().removeprefix("W/") for part in tag.split(",")}
        since = self.headers.get("If-Modified-Since")
        if since is None or answer.changed is None:
            return False
        try:
            return answer.changed.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False


def _html(text: str, changed: datetime | None) -> Answer:
    return _text(text, "text/html", changed)


def _xml(text: str, changed: datetime | None) -> Answer:
    return _text(text, "application/xml", changed)


def _text(text: str, kind: str, changed: datetime | None) -> Answer:
    return Answer(200, f"{kind}; charset=utf-8", text.encode(), changed)


def _missing() -> Answer:
    return Answer(404, "text/plain; charset=utf-8", b"not found\n")


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    headers = (*answer.headers, (name, value))
    return Answer(answer.status, answer.content_type, answer.body, answer.changed, headers)

"""A small web on the loopback address, written by hand, with well-behaved and hostile hosts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from baken.collectors.crawl import CrawlResult, crawl
from baken.config import CollectConfig
from baken.model import Order, Source, SourceKind
from baken.protocols import Progress, silent

Answer = tuple[int, dict[str, str], bytes]
Route = Answer | Callable[[BaseHTTPRequestHandler], Answer | None]


@dataclass
class Web:
    """Routes by (host, path); every request is noted with its headers."""

    port: int = 0
    routes: dict[tuple[str, str], Route] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def add(
        self,
        host: str,
        path: str,
        body: str | bytes = b"",
        *,
        kind: str = "text/html; charset=utf-8",
        status: int = 200,
        **headers: str,
    ) -> None:
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.routes[host, path] = (status, {"Content-Type": kind, **named}, raw)

    def source(self, host: str, **values: Any) -> Source:
        """A source of the register at `host`."""
        given = {
            "source_id": f"web:{host}",
            "name": host,
            "kind": SourceKind.OUTLET,
            "url": self.url(host),
            "basis": "test",
            "purpose": "test",
            "review_by": date(2999, 1, 1),
            **values,
        }
        return Source(**given)

    def paths(self, host: str) -> list[str]:
        return [path for asked, path, _ in self.requests if asked == host]


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            web.requests.append((host, self.path, dict(self.headers)))
            route = web.routes.get((host, self.path), (404, {}, b"not here"))
            answer = route(self) if callable(route) else route
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture
def web() -> Iterator[Web]:
    """An empty web, served on the loopback address while the test runs."""
    web = Web()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    server.daemon_threads = True
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.server_close()


@pytest.fixture
def order() -> Order:
    """An order that covers every day on which a test may run."""
    return Order(
        order_id="order-test",
        purpose="test",
        legal_basis="none needed",
        scope="fictitious",
        begin=date(2020, 1, 1),
        end=date(2999, 1, 1),
        approver="test",
        created_at=datetime(2020, 1, 1, tzinfo=UTC),
    )


@dataclass
class Crawler:
    """Crawls into one folder, crawl after crawl."""

    folder: Path
    order: Order
    config: CollectConfig

    def __call__(
        self,
        *sources: Source,
        known: set[str] | None = None,
        progress: Progress = silent,
        **config: Any,
    ) -> CrawlResult:
        return crawl(
            sources,
            order=self.order,
            config=self.config.model_copy(update=config),
            spool=self.folder / "spool",
            state=self.folder / "feeds.json",
            evidence=self.folder / "evidence",
            known_urls=known or set(),
            progress=progress,
        )


@pytest.fixture
def crawler(tmp_path: Path, order: Order) -> Crawler:
    """A crawler that finds every `.example` host on the loopback address."""
    config = CollectConfig(
        contact="test@baken.example",
        delay_s=0,
        concurrent_per_host=4,
        timeout_s=3,
        max_page_bytes=200_000,
        hosts={"*.example": "127.0.0.1"},
    )
    return Crawler(tmp_path, order, config)

"""robots.txt, after RFC 9309, with no way to switch it off.

A server error or an unreachable host forbids everything, a missing file nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from baken.collectors.hosts import HostTable
from baken.collectors.settings import ROBOTS_NAME
from baken.collectors.spiders.failures import UNREACHABLE, reason_of
from baken.collectors.spiders.once import OncePerHost

FORBIDDEN = "robots.txt forbids it"
EXEMPT = "baken_robots_file"
_MAX_BYTES = 512_000
_MAX_DELAY_S = 60.0


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the robots.txt of one host says; without rules nothing may be fetched there."""

    parsed: Any | None
    problem: str = ""


class StrictRobots:
    """Scrapy downloader middleware: asks robots.txt before anything else of a host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules = OncePerHost(self._ask)
        self._table = HostTable(crawler.settings.getdict("BAKEN_HOSTS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let `request` pass, or raise `IgnoreRequest`."""
        if request.meta.get(EXEMPT):
            return
        parts = urlsplit(request.url)
        rules = await self._rules.get(f"{parts.scheme}://{parts.netloc}")
        if rules.parsed is None:
            raise IgnoreRequest(f"{UNREACHABLE}: {rules.problem}")
        if not rules.parsed.can_fetch(request.url, ROBOTS_NAME):
            raise IgnoreRequest(FORBIDDEN)
        self._slow_down(parts.hostname or "", rules.parsed.crawl_delay(ROBOTS_NAME))

    async def _ask(self, host: str) -> _Rules:
        request = Request(
            f"{host}/robots.txt",
            callback=NO_CALLBACK,
            priority=1_000,
            dont_filter=True,
            meta={EXEMPT: True, "download_maxsize": _MAX_BYTES},
        )
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Exception as error:  # noqa: BLE001  whatever it is, the host forbids everything now
            return _Rules(None, reason_of(error))
        if response.status >= 500 or response.status == 429:
            return _Rules(None, f"status {response.status}")
        body = response.body if 200 <= response.status < 300 else b""
        try:
            return _Rules(Protego.parse(body.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            return _Rules(None, "it cannot be parsed")

    def _slow_down(self, host: str, delay_s: float | None) -> None:
        """Honour Crawl-delay on other people's servers."""
        engine = self._crawler.engine
        if not delay_s or engine is None or self._table.find(host) is not None:
            return
        slot = engine.downloader.slots.get(host)
        if slot is not None:
            slot.delay = max(slot.delay, min(delay_s, _MAX_DELAY_S))

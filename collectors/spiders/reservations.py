"""Fetches the text-and-data-mining rules of a host before its first page."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from baken.collectors.pages import tdm
from baken.collectors.spiders.once import OncePerHost

RULES = "baken_tdm_rules"
PAGE = "baken_page"
_MAX_BYTES = 512_000


class Reservations:
    """Scrapy downloader middleware: puts the rules of the host into `meta` of page requests."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules = OncePerHost(self._ask)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let `request` pass with the rules that hold for it."""
        if request.meta.get(PAGE):
            parts = urlsplit(request.url)
            request.meta[RULES] = await self._rules.get(f"{parts.scheme}://{parts.netloc}")

    async def _ask(self, host: str) -> tdm.Rules:
        request = Request(
            host + tdm.FILE_PATH,
            callback=NO_CALLBACK,
            priority=900,
            dont_filter=True,
            meta={"download_maxsize": _MAX_BYTES},
        )
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Exception:  # noqa: BLE001  no file that can be had reserves nothing
            return ()
        return tdm.rules(response.body) if response.status == 200 else ()

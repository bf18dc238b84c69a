"""Refuses requests of sources that were stopped, and counts those that are made."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

STOPPED = "stopped: "


class HostGuard:
    """Scrapy downloader middleware: the last word before a request leaves."""

    def process_request(self, request: Request) -> None:
        """Let `request` pass unless its source has been stopped."""
        visit = request.cb_kwargs.get("visit")
        if visit is None:
            return
        if visit.stopped is not None:
            raise IgnoreRequest(f"{STOPPED}{visit.stopped}")
        visit.requests += 1

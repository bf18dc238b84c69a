"""Crawling as one call: Scrapy runs in a process of its own and leaves what it found in a spool.

Twisted's reactor cannot be started twice, and a page that brings Scrapy down must not take the
caller with it. Kill either process at any moment: what was spooled is there, the rest is asked
for again.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from baken.collectors.hosts import HostTable
from baken.collectors.job import Job, write_known
from baken.collectors.spool import clear_spool, read_spool
from baken.config import CollectConfig
from baken.errors import CollectError, ConfigError, OrderError, StoreError
from baken.model import Order, Source
from baken.protocols import Progress, silent

__all__ = ["CrawlResult", "clear_spool", "crawl", "read_spool"]

log = logging.getLogger(__name__)

_MODULE = "baken.collectors.spiders.process"
# What Scrapy may take to finish the requests in flight after `max_run_s`, beside a timeout.
_GRACE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlResult:
    """What a crawl did; the documents are in the spool.

    `issues` are (source_id, message) for a person; `statistics` are counts by source_id: requests,
    pages, documents, quarantined, known, offsite, forbidden, reserved, up and complete.
    """

    issues: tuple[tuple[str, str], ...] = ()
    statistics: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """Article and channel pages that were read."""
        return self._sum("pages")

    @property
    def documents(self) -> int:
        """Documents that were spooled."""
        return self._sum("documents")

    @property
    def sources_up(self) -> int:
        """Sources that answered."""
        return self._sum("up")

    @property
    def sources_down(self) -> int:
        """Sources that did not."""
        return len(self.statistics) - self.sources_up

    def _sum(self, name: str) -> int:
        return sum(int(counts[name]) for counts in self.statistics.values())


def crawl(
    sources: Sequence[Source],
    *,
    order: Order,
    config: CollectConfig,
    spool: Path,
    state: Path,
    evidence: Path,
    known_urls: Collection[str] = (),
    progress: Progress = silent,
) -> CrawlResult:
    """Crawl `sources` under `order`; documents, site traits and unusable records go to `spool`.

    Pages whose canonical address is in `known_urls` are not fetched again. `state` is a file that
    is only advanced for sources that were read to the end; `evidence` a folder, used where
    `config.evidence` says so. Raises `OrderError`, `ConfigError`, `StoreError` (a full disk) and
    `CollectError` where the crawl as a whole fails; a source that fails is an issue.
    """
    now = datetime.now(UTC)
    if not order.begin <= now.date() <= order.end:
        raise OrderError(f"the order {order.order_id} does not cover {now.date()}")
    _check_contact(sources, config)
    if not sources:
        return CrawlResult()
    job = Job(
        name=now.strftime("%Y%m%dT%H%M%S%f"),
        order_id=order.order_id,
        sources=tuple(sorted(sources, key=lambda source: source.source_id)),
        config=config,
        spool=spool,
        state=state,
        evidence=evidence if config.evidence else None,
        known_file=spool / "known.txt",
    )
    try:
        write_known(job.known_file, known_urls)
    except OSError as error:
        raise StoreError(f"the spool cannot be written: {error}") from error
    try:
        return _run(job, progress)
    finally:
        job.known_file.unlink(missing_ok=True)


def _check_contact(sources: Sequence[Source], config: CollectConfig) -> None:
    table = HostTable(config.hosts)
    if config.contact.strip():
        return
    for source in sources:
        if table.find(urlsplit(source.url).hostname or "") is None:
            raise ConfigError(
                "collect.contact is empty: give an address or page where a site can reach you"
            )


def _run(job: Job, progress: Progress) -> CrawlResult:
    limit_s = job.config.max_run_s + job.config.timeout_s + _GRACE_S
    process = subprocess.Popen(  # noqa: S603  our own module, no shell
        [sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    watchdog = threading.Timer(limit_s, process.kill)
    watchdog.start()
    last: dict[str, Any] = {}
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(job.dump() + "\n")
        process.stdin.flush()
        for line in process.stdout:
            event = json.loads(line)
            if "progress" in event:
                progress("collect", event["progress"], None)
            else:
                last = event
    except (BrokenPipeError, json.JSONDecodeError) as error:
        log.debug("crawl process: %s", error)
    finally:
        watchdog.cancel()
        if process.poll() is None and not last:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
    return _outcome(last, code)


def _outcome(last: Mapping[str, Any], code: int) -> CrawlResult:
    if "error" in last:
        kinds = {"StoreError": StoreError, "ConfigError": ConfigError}
        raise kinds.get(last["kind"], CollectError)(last["error"])
    if "result" not in last:
        raise CollectError(
            f"the crawl ended unexpectedly (exit {code}); what it had found is kept, run it again"
        )
    found = last["result"]
    return CrawlResult(
        issues=tuple((origin, message) for origin, message in found["issues"]),
        statistics=found["statistics"],
    )

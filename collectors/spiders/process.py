"""The process that runs Scrapy: `python -m baken.collectors.spiders.process`.

It reads its job as one line from standard input and writes events as JSON lines to standard
output. When standard input closes, the caller has died, and the crawl ends too.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

from baken.collectors.job import Job, read_known
from baken.collectors.settings import scrapy_settings
from baken.errors import BakenError

_PROGRESS_EVERY_S = 0.5
_SYNC_EVERY_S = 2.0
_DIED = 70


def main() -> int:
    """Run the crawl that standard input describes."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.ERROR)
    logging.basicConfig(handlers=[handler])
    job = Job.parse(sys.stdin.readline())
    threading.Thread(target=_die_with_caller, daemon=True).start()
    try:
        _tell({"result": _crawl(job)})
    except BakenError as error:
        _tell({"error": str(error), "kind": type(error).__name__})
        return 1
    return 0


def _crawl(job: Job) -> dict[str, Any]:
    from scrapy.crawler import CrawlerProcess

    from baken.collectors.spiders.sink import Sink
    from baken.collectors.spiders.source_spider import SourceSpider
    from baken.collectors.state import CrawlState

    state = CrawlState.load(job.state)
    sink = Sink(job)
    settings = {**scrapy_settings(job.config), "BAKEN_HOSTS": job.config.hosts}
    process = CrawlerProcess(settings)
    # Scrapy tells every refused connection with a traceback; the result tells them as issues.
    # It sets levels of its own, so this comes after it.
    for name in ("scrapy", "twisted", "trafilatura", "htmldate", "charset_normalizer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    crawler = process.create_crawler(SourceSpider)
    watch = _Watch(sink)
    process.crawl(crawler, job=job, sink=sink, state=state, known=read_known(job.known_file))
    watch.start(crawler)
    process.start(stop_after_crawl=True, install_signal_handlers=True)
    spider = crawler.spider
    assert isinstance(spider, SourceSpider)
    fault = spider.fault or watch.error
    if fault is not None:
        raise fault
    for visit in spider.visits:
        for kind, value in visit.site_traits():
            sink.trait(visit, kind, value, visit.source.url)
    sink.close()
    finished = crawler.stats.get_value("finish_reason") == "finished" if crawler.stats else False
    _advance(state, spider, job.state, finished=finished)
    return _result(spider, finished=finished)


class _Watch:
    """Syncs the sink and tells the progress while the reactor runs; ends it on a full disk."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink
        self.error: BakenError | None = None

    def start(self, crawler: Any) -> None:
        """Begin when the reactor runs."""
        from twisted.internet import reactor
        from twisted.internet.task import LoopingCall

        def sync() -> None:
            try:
                self._sink.sync()
            except BakenError as error:
                self.error = self.error or error
                crawler.engine.close_spider(crawler.spider, "disk")
                raise

        def progress() -> None:
            spider = crawler.spider
            if spider is not None:
                done = sum(visit.pages + visit.quarantined for visit in spider.visits)
                _tell({"progress": done})

        for call, every in ((sync, _SYNC_EVERY_S), (progress, _PROGRESS_EVERY_S)):
            loop = LoopingCall(call)
            reactor.callWhenRunning(loop.start, every)


def _advance(state: Any, spider: Any, path: Path, *, finished: bool) -> None:
    """Move the state forward for the sources whose every document is on the disk."""
    for visit in spider.visits:
        if finished and visit.complete:
            state.validators.update({url: kept for url, kept in visit.validators.items() if kept})
            state.channels.update(visit.channels)
    state.save(path)


def _result(spider: Any, *, finished: bool) -> dict[str, Any]:
    issues = []
    for visit in spider.visits:
        origin = visit.source.source_id
        if not visit.up and visit.last_failure:
            issues.append([origin, f"down: {visit.last_failure}"])
            continue
        issues += [[origin, message] for message in visit.issues]
        if visit.offsite:
            issues.append([origin, f"{visit.offsite} listed pages lie on other sites: not fetched"])
    if not finished:
        issues.append(["crawl", "ended before everything was fetched; the next crawl goes on"])
    return {
        "issues": issues,
        "statistics": {visit.source.source_id: visit.statistics() for visit in spider.visits},
    }


def _tell(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _die_with_caller() -> None:
    # The bare descriptor: a thread that waits inside a buffered reader breaks the ordinary end.
    while os.read(0, 4_096):
        pass
    os._exit(_DIED)


if __name__ == "__main__":
    sys.exit(main())

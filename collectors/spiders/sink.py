"""Where a crawl leaves what it found: evidence first, then the spool, batch by batch."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy.http import Response

from baken.collectors.evidence import Evidence, Fetch
from baken.collectors.job import Job
from baken.collectors.settings import user_agent
from baken.collectors.spiders.visit import Visit
from baken.collectors.spool import SpoolWriter
from baken.model import Document, Quarantined, SiteTrait

_SYNC_AT = 200


class Sink:
    """Writes documents, traits and unusable records of one crawl.

    Evidence is on the disk before a document that refers to it, and a document before the state
    that says it need not be fetched again.
    """

    def __init__(self, job: Job) -> None:
        self._spool = SpoolWriter(job.spool, job.name)
        self._evidence = (
            Evidence(job.evidence, collector=user_agent(job.config)) if job.evidence else None
        )

    def keep(self, response: Response, *, decision: str) -> str | None:
        """Keep the page as evidence; its id, or `None` where no evidence is kept."""
        if self._evidence is None:
            return None
        return self._evidence.add(_fetch(response), decision=decision)

    def decline(self, response: Response, *, decision: str) -> None:
        """Log that the content of the page is not kept, and why."""
        if self._evidence is not None:
            self._evidence.decline(_fetch(response), decision=decision)

    def document(self, visit: Visit, document: Document) -> None:
        """Spool a document."""
        visit.documents += 1
        self._add(document)

    def trait(self, visit: Visit, kind: str, value: str, url: str) -> None:
        """Spool a trait of the source's site."""
        self._add(
            SiteTrait(
                account_id=visit.account_id,
                trait_kind=kind,
                value=value,
                url=url,
                seen_at=datetime.now(UTC),
            )
        )

    def quarantine(self, visit: Visit, url: str, reason: str) -> None:
        """Spool what could not be used."""
        visit.quarantined += 1
        self._add(Quarantined(origin=visit.source.source_id, position=url[:2_000], reason=reason))

    def sync(self) -> None:
        """Bring everything so far to the disk."""
        if self._evidence is not None:
            self._evidence.sync()
        self._spool.sync()

    def close(self) -> None:
        """Bring everything to the disk, and mark the spool as done."""
        self.sync()
        self._spool.close()

    def _add(self, record: Document | SiteTrait | Quarantined) -> None:
        self._spool.add(record)
        if self._spool.pending >= _SYNC_AT:
            self.sync()


def _fetch(response: Response) -> Fetch:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    ]
    asked = response.request.meta.get("redirect_urls") if response.request else None
    return Fetch(
        url=asked[0] if asked else response.url,
        final_url=response.url,
        fetched_at=datetime.now(UTC),
        status=response.status,
        headers=headers,
        body=response.body,
    )

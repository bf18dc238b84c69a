"""The visit to one source during one crawl: what was asked, found, and left undone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from baken.collectors import register
from baken.collectors.pages.traits import Trait
from baken.model import AccountKind, Source
from baken.urls import registrable_domain

# So many requests in a row without an answer mean that the host is down.
FAILURES_TO_STOP = 3


@dataclass(slots=True)
class Visit:
    """Counts and findings for one source.

    `complete` turns false when something of it must be asked again by the next crawl; then no
    validator of this source is kept, so that its feeds are read anew.
    """

    source: Source
    account_id: str
    account_kind: AccountKind
    domains: frozenset[str]
    requests: int = 0
    pages: int = 0
    documents: int = 0
    quarantined: int = 0
    known: int = 0
    offsite: int = 0
    forbidden: int = 0
    reserved: int = 0
    up: bool = False
    complete: bool = True
    stopped: str | None = None
    last_failure: str | None = None
    failures: int = 0
    traits: Counter[Trait] = field(default_factory=Counter)
    issues: list[str] = field(default_factory=list)
    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Source) -> Visit:
        """A fresh visit; pages may be fetched under the domains that the register names."""
        urls = (source.url, *source.feeds, *source.sitemaps)
        domains = {registrable_domain(urlsplit(url).hostname or "") for url in urls}
        return cls(
            source=source,
            account_id=register.account_id(source),
            account_kind=register.account_kind(source),
            domains=frozenset(domain for domain in domains if domain),
        )

    def covers(self, url: str) -> bool:
        """Whether `url` lies on a site of this source."""
        try:
            return registrable_domain(urlsplit(url).hostname or "") in self.domains
        except ValueError:
            return False

    def answered(self) -> None:
        """The host answered."""
        self.up = True
        self.failures = 0

    def failed(self, reason: str) -> None:
        """A request got no answer; after some in a row the visit ends."""
        self.complete = False
        self.failures += 1
        self.last_failure = reason
        if self.failures >= FAILURES_TO_STOP:
            self.stop(reason)

    def stop(self, reason: str) -> None:
        """Ask nothing more of this source in this crawl."""
        self.complete = False
        if self.stopped is None:
            self.stopped = reason
            self.issue(f"not crawled further: {reason}")

    def issue(self, message: str) -> None:
        """Note what a person should know, once."""
        if message not in self.issues:
            self.issues.append(message)

    def site_traits(self) -> list[Trait]:
        """Every trait that was seen; of the skeletons only that of most pages."""
        skeletons = [trait for trait in self.traits if trait[0] == "skeleton"]
        others = [trait for trait in self.traits if trait[0] != "skeleton"]
        skeletons.sort(key=lambda trait: (-self.traits[trait], trait))
        return sorted(others) + skeletons[:1]

    def statistics(self) -> dict[str, int | bool]:
        """The counts of this visit."""
        return {
            "up": self.up,
            "complete": self.complete,
            "requests": self.requests,
            "pages": self.pages,
            "documents": self.documents,
            "quarantined": self.quarantined,
            "known": self.known,
            "offsite": self.offsite,
            "forbidden": self.forbidden,
            "reserved": self.reserved,
        }

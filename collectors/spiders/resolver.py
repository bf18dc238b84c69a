"""The name resolver of the crawler: the host table first, then public addresses only.

Twisted asks it for every connection, literal addresses and redirects included, and connects to
exactly the address that it gives, so that no second look-up can lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer

from baken.collectors.hosts import HostTable, is_public

# Names that led to private addresses only; the process runs one crawl and then ends.
refused_names: set[str] = set()


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes on public addresses; notes names that only have others."""

    def __init__(self, receiver: Any, name: str) -> None:
        self._receiver = receiver
        self._name = name
        self._passed = False
        self._refused = False

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if is_public(getattr(address, "host", "")):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._refused = True

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._refused and not self._passed:
            refused_names.add(self._name)
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names for Scrapy (setting `TWISTED_DNS_RESOLVER`)."""

    def __init__(self, crawler: Crawler, reactor: Any) -> None:
        self._reactor = reactor
        self._table = HostTable(crawler.settings.getdict("BAKEN_HOSTS"))
        self._original = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Made by Scrapy."""
        return cls(crawler, reactor)

    def install_on_reactor(self) -> None:
        """Take over every look-up."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Answer from the table, or pass the question on and let only public answers through."""
        place = self._table.find(hostName)
        if place is None:
            guard = _PublicOnly(resolutionReceiver, hostName)
            return self._original.resolveHostName(
                guard, hostName, portNumber, addressTypes, transportSemantics
            )
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        address, port = place
        kind = IPv6Address if ":" in address else IPv4Address
        resolutionReceiver.addressResolved(kind("TCP", address, port or portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution

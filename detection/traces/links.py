"""Traces of links: the page that is shared, and the site that it belongs to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.traces.common import exploded, from_documents, once_each
from baken.model import TraceKind
from baken.protocols import DetectionView

_MAX_URL_CHARS = 2_048
# Sites where millions publish: the name says nothing about who stands behind a page.
_SHARED_HOSTS = frozenset(
    {
        "blogspot.com",
        "facebook.com",
        "google.com",
        "instagram.com",
        "linkedin.com",
        "livejournal.com",
        "ok.ru",
        "reddit.com",
        "t.co",
        "t.me",
        "telegram.me",
        "tiktok.com",
        "twitter.com",
        "vk.com",
        "wikipedia.org",
        "wordpress.com",
        "x.com",
        "youtu.be",
        "youtube.com",
    }
)


class UrlSignal:
    """Two accounts link to the same page.

    Tracking parameters have been removed, so that differently decorated links to one page are one
    object. News that everybody shares is expected and counts for little.
    """

    trace_kind = TraceKind.URL

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each link; the object is the canonical URL."""
        rows, links = exploded(view.documents, "links")
        return once_each(from_documents(self.trace_kind, rows, _per_value(links, _page)))


class DomainSignal:
    """Two accounts link to the same site, whichever its pages.

    The registrable domain counts (`example.co.uk`, not its subdomains). Platforms and shorteners
    are left out: their name says nothing about who stands behind a page.
    """

    trace_kind = TraceKind.DOMAIN

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each site that a document links to; the object is its domain."""
        rows, links = exploded(view.documents, "links")
        return once_each(from_documents(self.trace_kind, rows, _per_value(links, registrable)))


def registrable(url: str) -> str | None:
    """The registrable domain of `url` by the public suffix list, `None` for platforms and junk."""
    host = _host(url)
    if host is None:
        return None
    found = _extract()(host)
    # A name under no public suffix: the last two labels, as the list's own default rule has it.
    unlisted = not (found.suffix or found.ipv4 or found.ipv6)
    domain = ".".join(host.split(".")[-2:]) if unlisted else found.top_domain_under_public_suffix
    return None if "." not in domain or domain in _SHARED_HOSTS else domain


def _page(url: str) -> str | None:
    return None if _host(url) is None else url


def _host(url: str) -> str | None:
    if len(url) > _MAX_URL_CHARS:
        return None
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").strip(".") or None if parts.scheme else None
    except ValueError:
        return None


@functools.cache
def _extract() -> Any:
    import tldextract

    # The list inside the package, never a download: the result must not depend on the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _per_value(values: pa.Array, change: Callable[[str], str | None]) -> pa.Array:
    encoded = values.dictionary_encode()
    changed = [None if value is None else change(value) for value in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(changed, pa.string()), encoded.indices)

"""Sitemaps and sitemap indexes, plain or with gzip, within bounds."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import lxml.etree

from baken.collectors.times import BadTime, Clock, Instant

MAX_PAGES = 50_000
MAX_CHILDREN = 200


class NotASitemap(ValueError):
    """The bytes are no sitemap; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """The pages of a sitemap, with the time that news sitemaps give, and its children."""

    pages: tuple[tuple[str, Instant | None], ...] = ()
    children: tuple[str, ...] = ()


def sitemap(body: bytes, *, clock: Clock, max_bytes: int) -> Sitemap:
    """The sitemap in `body`; raises `NotASitemap`, also where it unpacks to over `max_bytes`."""
    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(body, max_bytes)
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=True, load_dtd=False
    )
    try:
        root = lxml.etree.fromstring(body, parser=parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotASitemap("it is not XML") from error
    name = lxml.etree.QName(root).localname if root is not None else ""
    if name == "sitemapindex":
        places = root.xpath("./*[local-name()='sitemap']/*[local-name()='loc']/text()")
        return Sitemap(children=tuple(place.strip() for place in places[:MAX_CHILDREN]))
    if name != "urlset":
        raise NotASitemap("it is XML, but no sitemap" if name else "it is not XML")
    pages = []
    for entry in root.xpath("./*[local-name()='url']")[:MAX_PAGES]:
        place = entry.findtext("{*}loc")
        if place and place.strip():
            pages.append(
                (place.strip(), _published(entry.findtext("{*}news/{*}publication_date"), clock))
            )
    return Sitemap(pages=tuple(pages))


def _published(value: str | None, clock: Clock) -> Instant | None:
    try:
        return clock.read(value.strip()) if value else None
    except BadTime:
        return None


def _unpacked(body: bytes, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise NotASitemap("its gzip is broken") from error
    if len(unpacked) > max_bytes:
        raise NotASitemap(f"it unpacks to more than {max_bytes} bytes")
    return unpacked

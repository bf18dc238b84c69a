"""Feeds, sitemaps and robots.txt of the sample world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from baken.detection.simulate.cast import Outlet
from baken.detection.simulate.pages import HIDDEN_PATH
from baken.detection.simulate.world import Article, World

FEED_ITEMS = 20
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def rss(source: Outlet, newest: Sequence[Article], world: World, port: int) -> str:
    """An RSS 2.0 feed of `newest`."""
    items = "\n".join(
        f"<item><title>{escape(one.title)}</title>"
        f"<link>{escape(world.with_port(one.address, port))}</link>"
        f'<guid isPermaLink="true">{escape(world.with_port(one.address, port))}</guid>'
        f"<pubDate>{format_datetime(one.published_at)}</pubDate>"
        f"<description>{escape(one.paragraphs[0])}</description></item>"
        for one in newest
    )
    return (
        f'{_XML}<rss version="2.0"><channel><title>{escape(source.name)}</title>'
        f"<link>http://{source.host}:{port}/</link><description>{escape(source.name)}</description>"
        f"<language>{source.language}</language>\n{items}\n</channel></rss>\n"
    )


def atom(source: Outlet, newest: Sequence[Article], world: World, port: int) -> str:
    """An Atom feed of `newest`."""
    entries = "\n".join(
        f"<entry><title>{escape(one.title)}</title>"
        f'<link rel="alternate" href="{escape(world.with_port(one.address, port))}"/>'
        f"<id>{escape(world.with_port(one.address, port))}</id>"
        f"<published>{one.published_at.isoformat()}</published>"
        f"<updated>{one.published_at.isoformat()}</updated>"
        f"<summary>{escape(one.paragraphs[0])}</summary></entry>"
        for one in newest
    )
    updated = newest[0].published_at.isoformat() if newest else "2026-10-01T00:00:00+00:00"
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(source.name)}</title>'
        f"<id>http://{source.host}:{port}/</id><updated>{updated}</updated>\n{entries}\n</feed>\n"
    )


def sitemap(articles: Sequence[Article], world: World, port: int) -> str:
    """A sitemap of `articles`."""
    urls = "\n".join(
        f"<url><loc>{escape(world.with_port(one.address, port))}</loc>"
        f"<lastmod>{one.published_at.isoformat()}</lastmod></url>"
        for one in articles
    )
    return f"{_XML}<urlset {_SITEMAP_NS}>\n{urls}\n</urlset>\n"


def sitemap_index(source: Outlet, parts: int, changed: datetime, port: int) -> str:
    """An index of `parts` sitemaps, named `/sitemap-1.xml` and so on."""
    entries = "\n".join(
        f"<sitemap><loc>http://{source.host}:{port}/sitemap-{part}.xml</loc>"
        f"<lastmod>{changed.isoformat()}</lastmod></sitemap>"
        for part in range(1, parts + 1)
    )
    return f"{_XML}<sitemapindex {_SITEMAP_NS}>\n{entries}\n</sitemapindex>\n"


def robots(source: Outlet, port: int) -> str:
    """The rules of `source`: one section is closed to robots, and one site asks for patience."""
    delay = f"Crawl-delay: {source.crawl_delay_s:g}\n" if source.crawl_delay_s else ""
    return (
        f"User-agent: *\nDisallow: {HIDDEN_PATH}\n{delay}\n"
        f"Sitemap: http://{source.host}:{port}/sitemap.xml\n"
    )

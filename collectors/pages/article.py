"""An article page as values: title, text, time, canonical address, credit, links.

A pure function of the bytes. The author's name is never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from baken.collectors.pages import html
from baken.collectors.pages.structured import Structured, structured
from baken.collectors.times import BadTime, Clock, Instant
from baken.model import TimePrecision
from baken.urls import canonical_url, registrable_domain

MAX_LINKS = 100
_SHORTEST_TEXT = 40
_TITLE_SEPARATOR = re.compile(r"\s+[|–—·»-]\s+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DATES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "dc.date.issued",
    "dc.date",
    "dcterms.date",
    "pubdate",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
)
_CREDITS = ("news_source", "dc.source", "dcterms.source", "agency", "source", "article:source")
_AROUND = "ancestor::nav or ancestor::aside or ancestor::footer or ancestor::form"
_CREDIT_CLASSES = (
    "credit",
    "agency",
    "article-source",
    "source-credit",
    "wire",
    "copyright-agency",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What an article page says; `text` is empty where no article was found.

    `canonical` is the page's own statement when it names a page of the same site, else the address
    where it was found.
    """

    canonical: str
    title: str | None
    text: str
    published: Instant | None
    credit: str | None
    language: str | None
    links: tuple[str, ...]
    publisher: str | None


def article(tree: Any, *, url: str, clock: Clock) -> Article:
    """The article on the page `tree` that was found at `url`."""
    stated = structured(tree)
    canonical, original = _canonical(tree, url)
    return Article(
        canonical=canonical,
        title=_title(tree, stated),
        text=_body(tree, stated),
        published=_published(tree, stated, clock),
        credit=stated.credit or html.meta(tree, *_CREDITS) or _credit_line(tree) or original,
        language=_language(tree),
        links=_links(tree, url),
        publisher=stated.publisher or html.meta(tree, "og:site_name", "publisher"),
    )


def same_site(left: str, right: str) -> bool:
    """Whether two addresses lie under one registered domain."""
    hosts = [urlsplit(url).hostname or "" for url in (left, right)]
    return registrable_domain(hosts[0]) == registrable_domain(hosts[1])


def _canonical(tree: Any, url: str) -> tuple[str, str | None]:
    here = canonical_url(url) or url
    stated = html.first(tree, f"//link[{html.attribute_equals('rel', 'canonical')}][1]/@href")
    there = canonical_url(_joined(url, stated) or "") if stated else None
    if there is None:
        return here, None
    if not same_site(here, there):
        # The page says that it is another site's: a syndicated copy.
        return here, registrable_domain(urlsplit(there).hostname or "")
    # A canonical link to the front page is a common mistake of templates.
    return (there if urlsplit(there).path != "/" else here), None


def _joined(base: str, reference: str) -> str | None:
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        return None


def _title(tree: Any, stated: Structured) -> str | None:
    named = html.first(tree, "//head/title")
    title = stated.headline or html.meta(tree, "og:title", "twitter:title", "dc.title", "headline")
    title = title or html.first(_main(tree), ".//h1[ancestor::article or ancestor::main]")
    if title is None:
        heading = html.first(tree, "//h1")
        # Some templates set the name of the site as heading; then <title> ends with it.
        is_site = bool(named and heading and named.endswith(heading) and named != heading)
        title = heading if heading and not is_site else named and _first_part(named)
    return title[:500] if title else None


def _first_part(title: str) -> str:
    return _TITLE_SEPARATOR.split(title)[0] or title


def _published(tree: Any, stated: Structured, clock: Clock) -> Instant | None:
    candidates = [
        stated.published,
        html.meta(tree, *_DATES),
        _datetime(tree.xpath("(//*[@itemprop='datePublished'][@datetime])[1]")),
        _datetime(_main(tree).xpath("(.//time[@datetime])[1]")),
    ]
    best: Instant | None = None
    for candidate in candidates:
        found = _read(candidate, clock)
        # The first statement wins, unless a later one of the same day is more exact.
        if found and (best is None or (best[1] is TimePrecision.DAY and _same_day(best, found))):
            best = found
    return best or _from_words(tree, clock)


def _main(tree: Any) -> Any:
    """The first article, else the main part, else the whole page.

    Paths with two steps through all descendants take quadratic time on hostile pages, so every
    search begins here and makes one.
    """
    for path in ("(//article)[1]", "(//main)[1]"):
        found = tree.xpath(path)
        if found:
            return found[0]
    return tree


def _datetime(elements: list[Any]) -> str | None:
    return elements[0].get("datetime") if elements else None


def _read(value: str | None, clock: Clock) -> Instant | None:
    try:
        return clock.read(value)
    except BadTime:
        return None


def _same_day(left: Instant, right: Instant) -> bool:
    day_us = 86_400_000_000
    return left[0] // day_us == right[0] // day_us and right[1] is not TimePrecision.DAY


def _from_words(tree: Any, clock: Clock) -> Instant | None:
    """A date in the words of the page, by htmldate; never more exact than a day."""
    import htmldate

    try:
        found = htmldate.find_date(tree, original_date=True, extensive_search=False)
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return _read(found, clock)


def _body(tree: Any, stated: Structured) -> str:
    import trafilatura

    try:
        found = trafilatura.bare_extraction(
            tree, fast=True, include_comments=False, include_tables=False, with_metadata=False
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        found = None
    text = (found.text or "").strip() if found is not None else ""
    return text if len(text) >= _SHORTEST_TEXT else _plain_body(tree) or (stated.body or "")


def _plain_body(tree: Any) -> str:
    element = _main(tree)
    paragraphs = element.xpath(".//p")[:2_000] or [element]
    lines = (html.blocks(paragraph)[:20_000] for paragraph in paragraphs)
    text = "\n".join(line for line in lines if line)
    return text if len(text) >= _SHORTEST_TEXT else ""


def _credit_line(tree: Any) -> str | None:
    wanted = " or ".join(
        f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
        for name in _CREDIT_CLASSES
    )
    main = _main(tree)
    found = html.first(main, f".//*[{wanted}]") if main is not tree else None
    return found if found and len(found) <= 80 else None


def _language(tree: Any) -> str | None:
    match = _LANGUAGE.match((html.first(tree, "/html/@lang") or "").casefold())
    return match.group() if match else None


def _links(tree: Any, url: str) -> tuple[str, ...]:
    """Where the article points to outside its own site, in canonical form.

    Without an element for the article or main part, only links inside paragraphs are taken.
    """
    main = _main(tree)
    inside = "" if main is not tree else "[ancestor::p]"
    found: dict[str, None] = {}
    for anchor in main.xpath(f".//a[@href]{inside}[not({_AROUND})]")[:2_000]:
        link = canonical_url(_joined(url, anchor.get("href")) or "")
        if link and not same_site(link, url):
            found[link] = None
    return tuple(found)[:MAX_LINKS]

"""A page of a public channel as posts.

The convention: `<article class="post" data-post-id="N">` with `<time datetime>`,
`<div class="text">`, `<a class="forwarded" href>` for what was passed on and, where there is one,
`<a class="permalink" href>`; older posts behind `<a rel="next" href>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from baken.collectors.pages import html
from baken.collectors.times import BadTime, Clock, Instant
from baken.urls import canonical_url, links_in

MAX_POSTS = 500
_POST_ID = re.compile(r"\w{1,64}\Z")
_IN_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPost:
    """One post; `forwarded` is the canonical address of the post that it passes on."""

    post_id: str
    url: str
    text: str
    published: Instant | None
    forwarded: str | None
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPage:
    """The posts of one page, in its order, and where the older ones are."""

    posts: tuple[ChannelPost, ...]
    older: str | None


def channel_page(tree: Any, *, url: str, clock: Clock) -> ChannelPage:
    """The posts on the page `tree` that was found at `url`; none where it is no channel page."""
    elements = tree.xpath(f"//article[{_IN_CLASS.format('post')}][@data-post-id]")[:MAX_POSTS]
    posts = [post for element in elements if (post := _post(element, url, clock)) is not None]
    older = html.first(tree, f"(//a[{html.attribute_equals('rel', 'next')}])[1]/@href")
    return ChannelPage(posts=tuple(posts), older=_joined(url, older) if older and posts else None)


def _post(element: Any, url: str, clock: Clock) -> ChannelPost | None:
    post_id = str(element.get("data-post-id")).strip()
    if not _POST_ID.match(post_id):
        return None
    bodies = element.xpath(f".//*[{_IN_CLASS.format('text')}]")[:1]
    text = html.blocks(bodies[0]) if bodies else ""
    forwarded = html.first(element, f".//a[{_IN_CLASS.format('forwarded')}]/@href")
    own = html.first(element, f".//a[{_IN_CLASS.format('permalink')}]/@href")
    references = bodies[0].xpath(".//a/@href")[:200] if bodies else []
    links = dict.fromkeys(canonical_url(_joined(url, str(link)) or "") for link in references)
    links.update(dict.fromkeys(links_in(text)))
    return ChannelPost(
        post_id=post_id,
        url=(_joined(url, own) if own else None) or _derived(url, post_id),
        text=text,
        published=_published(html.first(element, ".//time/@datetime"), clock),
        forwarded=_forwarded(url, forwarded),
        links=tuple(link for link in links if link),
    )


def _published(value: str | None, clock: Clock) -> Instant | None:
    try:
        return clock.read(value)
    except BadTime:
        return None


def _forwarded(url: str, reference: str | None) -> str | None:
    # A bare fragment only says that something was passed on, not what.
    if not reference or reference.startswith("#"):
        return None
    return canonical_url(_joined(url, reference) or "")


def _derived(url: str, post_id: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{post_id}", "", ""))


def _joined(base: str, reference: str) -> str | None:
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        return None

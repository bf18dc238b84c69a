"""What a page says about itself in JSON-LD: kind, title, dates, publisher, source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MAX_SCRIPTS = 20
_MAX_CHARS = 500_000
_MAX_NODES = 500
_ARTICLES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """The values of the first article among the JSON-LD of a page; unknown where not stated."""

    headline: str | None = None
    published: str | None = None
    publisher: str | None = None
    credit: str | None = None
    body: str | None = None


def structured(tree: Any) -> Structured:
    """Read the JSON-LD of the page `tree`; what is broken is passed over."""
    nodes = list(_nodes(tree))
    article = next((node for node in nodes if _is_article(node)), {})
    publisher = _name(article.get("publisher")) or next(
        (_name(node) for node in nodes if _kind(node).endswith("Organization")), None
    )
    names = [
        _name(article.get(key))
        for key in ("sourceOrganization", "creditText", "provider", "copyrightHolder", "isBasedOn")
    ]
    names.append(_organisation(article.get("author")))
    credit = next((name for name in names if name and name != publisher), None)
    return Structured(
        headline=_string(article.get("headline")) or _string(article.get("name")),
        published=_string(article.get("datePublished")) or _string(article.get("dateCreated")),
        publisher=publisher,
        credit=credit,
        body=_string(article.get("articleBody")),
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    count = 0
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:_MAX_SCRIPTS]:
        raw = script.text or ""
        if len(raw) > _MAX_CHARS:
            continue
        try:
            waiting = [json.loads(raw, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and count < _MAX_NODES:
            node = waiting.pop()
            count += 1
            if isinstance(node, list):
                waiting.extend(reversed(node[:_MAX_NODES]))
            elif isinstance(node, dict):
                yield node
                waiting.append(node.get("@graph"))
                waiting.append(node.get("mainEntity"))


def _kind(node: dict[str, Any]) -> str:
    kind = node.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else ""
    return kind if isinstance(kind, str) else ""


def _is_article(node: dict[str, Any]) -> bool:
    return _kind(node).endswith(_ARTICLES)


def _string(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    text = value.strip() if isinstance(value, str) else ""
    return text or None


def _organisation(author: Any) -> str | None:
    """The name of an agency that signs as author; the name of a person is never read."""
    if isinstance(author, list):
        author = author[0] if author else None
    if isinstance(author, dict) and _kind(author).endswith("Organization"):
        return _name(author)
    return None


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    text = _string(value)
    return text[:200] if text else None

"""Technical marks by which two sites may be seen to have one maker.

Ids are only taken where they stand alone (word boundaries) in the forms their makers use, so that
a random piece of a script is not mistaken for one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from baken.collectors.hosts import is_public
from baken.collectors.pages import html

Trait = tuple[str, str]

_SCAN_CHARS = 1_000_000
_MAX_PER_KIND = 10
_IDS = (
    ("analytics", re.compile(r"\bUA-\d{4,10}-\d{1,4}\b")),
    ("analytics", re.compile(r"(?<=[\"'=/ ])G-(?=[A-Z0-9]{0,11}\d)[A-Z0-9]{8,12}\b")),
    ("analytics", re.compile(r"\bGTM-[A-Z0-9]{5,9}\b")),
    ("analytics", re.compile(r"\bmc\.yandex\.(?:ru|com)/watch/(\d{5,10})\b")),
    ("analytics", re.compile(r"\bym\((\d{5,10}),")),
    ("analytics", re.compile(r"\bfbq\(\s*[\"']init[\"']\s*,\s*[\"'](\d{10,17})[\"']")),
    ("analytics", re.compile(r"\bhjid\s*[:=]\s*(\d{5,9})\b")),
    ("analytics", re.compile(r"[\"']token[\"']\s*:\s*[\"']([0-9a-f]{32})[\"']")),
    ("ads", re.compile(r"\b(?:ca-)?(pub-\d{14,17})\b")),
    ("ads", re.compile(r"\bAW-\d{8,12}\b")),
)
_NAMES = ("", "", "", "yandex-", "yandex-", "facebook-", "hotjar-", "cloudflare-", "", "")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?\s*,?\s*([^|\n•·.]{3,80})", re.I
)
_STRUCTURE = frozenset(
    ["header", "nav", "footer", "aside", "main", "div", "section", "ul", "form", "body"]
)
_NUMBER = re.compile(r"\d+")
# Fewer parts than this are what any plain page has.
_FEWEST_PARTS = 8
_MAX_DEPTH = 6


def site_traits(tree: Any, text: str, *, publisher: str | None) -> list[Trait]:
    """The traits (kind, value) of one page: ids, skeleton and owner; each once, sorted."""
    found = set(_ids(text[:_SCAN_CHARS]))
    skeleton = page_skeleton(tree)
    if skeleton:
        found.add(("skeleton", skeleton))
    found.update(("owner", owner) for owner in _owners(tree, publisher))
    return sorted(found)


def connection_traits(address: Any, certificate: Any) -> list[Trait]:
    """The traits of a connection: its public address, and the certificate (of twisted), if any.

    One certificate on two sites ties them; which are too common to tie anybody is for the detection
    to say.
    """
    found = []
    if is_public(str(address or "")):
        found.append(("ip", str(address)))
    if certificate is not None:
        found.append(("certificate", sha256(certificate.dump()).hexdigest()[:32]))
    return found


def favicon_trait(body: bytes) -> Trait | None:
    """The trait of an icon; what is smaller than any picture is none."""
    return ("favicon", sha256(body).hexdigest()[:32]) if len(body) >= 64 else None


def page_skeleton(tree: Any) -> str | None:
    """A hash of the parts of a page and their classes, whatever stands in them.

    Pages of one template made by one program agree; numbers in names and everything inside
    articles are left out.
    """
    parts = {f"generator {_NUMBER.sub('', html.meta(tree, 'generator') or '')}"}
    waiting = [(body, 0) for body in tree.xpath("//body")[:1]]
    seen = 0
    while waiting and seen < 5_000:
        element, depth = waiting.pop()
        seen += 1
        if element.tag in _STRUCTURE:
            names = " ".join(sorted(_NUMBER.sub("", element.get("class") or "").split()[:6]))
            parts.add(f"{depth} {element.tag}#{_NUMBER.sub('', element.get('id') or '')} {names}")
        if depth < _MAX_DEPTH and element.tag != "article":
            waiting.extend((child, depth + 1) for child in element if isinstance(child.tag, str))
    named = [part for part in parts if not part.endswith("# ")]
    if len(parts) < _FEWEST_PARTS or not named:
        return None
    return sha256("\n".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()[:32]


def _ids(text: str) -> Iterator[Trait]:
    for (kind, pattern), name in zip(_IDS, _NAMES, strict=True):
        for match in itertools.islice(pattern.finditer(text), _MAX_PER_KIND):
            yield kind, name + match.group(match.lastindex or 0)


def _owners(tree: Any, publisher: str | None) -> Iterator[str]:
    footer = html.first(tree, "//footer") or ""
    notice = _COPYRIGHT.search(footer[-2_000:])
    stated = (
        publisher,
        html.meta(tree, "copyright", "dcterms.rightsholder", "dc.rights"),
        notice.group(1) if notice else None,
    )
    for owner in stated:
        name = re.sub(r"[\W\d_]+", " ", owner or "").strip().casefold()
        if 3 <= len(name) <= 80:
            yield name

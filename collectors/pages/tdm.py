"""Text-and-data-mining reservations (TDMRep): the header, the file at the site, the meta element.

A reservation forbids to keep the full text; the title and the address may be kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from baken.collectors.pages import html

FILE_PATH = "/.well-known/tdmrep.json"
HEADER = "tdm-reservation"
_MAX_RULES = 500

Rules = tuple[tuple[str, bool], ...]


def rules(body: bytes) -> Rules:
    """The rules of a `tdmrep.json`: path pattern and whether it is reserved; broken means none."""
    try:
        entries = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ()
    if not isinstance(entries, list):
        return ()
    return tuple(
        (entry["location"][:500], _is_set(entry.get(HEADER)))
        for entry in entries[:_MAX_RULES]
        if isinstance(entry, dict) and isinstance(entry.get("location"), str)
    )


def reservation(
    url: str, *, headers: Mapping[str, str], tree: Any | None, rules: Sequence[tuple[str, bool]]
) -> str | None:
    """What reserves the page at `url`: `header`, `meta` or `file`; `None` where nothing does.

    The header overrides the file, as the protocol says; a meta element counts beside both.
    """
    if tree is not None and _is_set(html.meta(tree, HEADER)):
        return "meta"
    header = headers.get(HEADER)
    if header is not None:
        return "header" if _is_set(header) else None
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    matching = [(location, reserved) for location, reserved in rules if _matches(location, path)]
    # The pattern with the most letters is the most specific one; of equals the one that reserves.
    matching.sort(key=lambda rule: (len(rule[0].replace("*", "")), rule[1]))
    return "file" if matching and matching[-1][1] else None


def _is_set(value: Any) -> bool:
    return str(value).strip() == "1"


def _matches(location: str, path: str) -> bool:
    anchored = location.endswith("$")
    pieces = [re.escape(piece) for piece in re.split(r"\*+", location.removesuffix("$"))]
    # A few wildcards are legitimate; many of them make matching slow on purpose.
    if len(pieces) > 8:
        return False
    return re.match(".*".join(pieces) + ("\\Z" if anchored else ""), path[:2_000]) is not None

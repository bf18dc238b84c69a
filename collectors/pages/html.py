"""Bytes of a page as text and tree, whatever the server said about them."""

from __future__ import annotations

import itertools
import re
from typing import Any

import lxml.etree
import lxml.html

# Past this many elements a page is no article but an attack or an export, and is not read.
MAX_ELEMENTS = 30_000

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4_096
_GUESS_BYTES = 65_536
_BLANKS = re.compile(r"\s+")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of `body`: UTF-8 if it is that, else as declared, else as it looks.

    What is valid UTF-8 is taken as such even where the header says otherwise: other encodings
    hardly ever are valid UTF-8 by chance, while headers are often wrong.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = [
        match.group(1).decode() for match in [_META_CHARSET.search(body[:_HEAD_BYTES])] if match
    ]
    declared += [match.group(1).decode() for match in [_XML_CHARSET.match(body)] if match]
    declared += _HEADER_CHARSET.findall(content_type[:200])
    for encoding in declared:
        try:
            # Not strict: one broken byte in a page of the declared encoding is common.
            text = body.decode(encoding, "replace")
        except LookupError:
            continue
        if text.count("\ufffd") <= len(text) // 200:
            return text
    return _guessed(body)


def parse(text: str) -> Any | None:
    """The tree of an HTML page, or `None` where it has no element, or more than any article has."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_pis=True)
    try:
        raw = text.replace("\x00", "").encode("utf-8", "replace")
        tree = lxml.html.document_fromstring(raw, parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None
    return tree if len(tree) and not _is_huge(tree) else None


def first(tree: Any, path: str) -> str | None:
    """The first text that the XPath `path` finds, in one line; unknown where it finds none."""
    for found in tree.xpath(path)[:5]:
        text = found if isinstance(found, str) else found.text_content()
        line = _BLANKS.sub(" ", text[:5_000]).strip()
        if line:
            return line
    return None


def attribute_equals(name: str, value: str) -> str:
    """The XPath condition that an attribute equals `value` without regard to case."""
    upper, lower = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
    return f"translate(@{name}, '{upper}', '{lower}') = '{value}'"


def meta(tree: Any, *names: str) -> str | None:
    """The content of the first `<meta>` whose name, property or itemprop is one of `names`."""
    for name in names:
        condition = " or ".join(
            attribute_equals(key, name) for key in ("name", "property", "itemprop")
        )
        found = first(tree, f"(//meta[{condition}][@content])[1]/@content")
        if found:
            return found
    return None


def blocks(element: Any) -> str:
    """The text of an element, a new line for each block and break in it."""
    parts: list[str] = []
    for event, node in lxml.etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            if event == "end" and node.tail and node is not element:
                parts.append(node.tail)
            continue
        if event == "start":
            if node.tag in {"p", "div", "br", "li", "blockquote", "h1", "h2", "h3"}:
                parts.append("\n")
            if node.text and node.tag not in {"script", "style"}:
                parts.append(node.text)
        elif node is not element and node.tail:
            parts.append(node.tail)
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _is_huge(tree: Any) -> bool:
    return next(itertools.islice(tree.iter(), MAX_ELEMENTS, None), None) is not None


def _guessed(body: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(body[:_GUESS_BYTES]).best()
    encoding = best.encoding if best is not None else "utf-8"
    return body.decode(encoding, "replace")

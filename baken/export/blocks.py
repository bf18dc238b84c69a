"""A small document of headings, paragraphs, lists and tables, rendered as HTML or Markdown.

Everything that comes in is hostile text: nothing in it becomes markup, a link or a script.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from baken.export.disclosure import cleaned


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `strong` sets it apart."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]]


Block = Heading | Paragraph | Bullets | Grid

# Nothing is loaded and nothing runs, whatever a text may have smuggled in.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-top:3rem;border-bottom:2px solid #333}h2{margin-top:2rem}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.9rem}
th,td{border:1px solid #bbb;padding:.35rem .5rem;text-align:left}
th,td{vertical-align:top;overflow-wrap:anywhere}
th{background:#eee}.strong{border-left:4px solid #333;padding:.5rem 1rem;background:#f6f6f6}
@media print{h1{break-before:page}h1:first-of-type{break-before:auto}}
"""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@=])")


def as_html(title: str, blocks: Sequence[Block]) -> bytes:
    """One self-contained page."""
    body = "\n".join(_html(block) for block in blocks)
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width"><title>{_escaped(title)}</title>
<style>{_STYLE}</style></head><body>
{body}
</body></html>
"""
    return page.encode()


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{_escaped(text)}</h{level}>"
        case Paragraph(text, strong):
            return (
                f'<p class="strong">{_escaped(text)}</p>' if strong else f"<p>{_escaped(text)}</p>"
            )
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{_escaped(item)}</li>' for item in items)}</ul>"
        case Grid(head, rows):
            top = "".join(f"<th>{_escaped(name)}</th>" for name in head)
            lines = (
                "<tr>" + "".join(f"<td>{_escaped(value)}</td>" for value in row) + "</tr>"
                for row in rows
            )
            return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _escaped(value: object) -> str:
    return html.escape("" if value is None else cleaned(value), quote=True)


def as_markdown(blocks: Sequence[Block]) -> bytes:
    """The same document in Markdown; works in any renderer because every mark is escaped."""
    return ("\n\n".join(_markdown(block) for block in blocks) + "\n").encode()


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text, strong):
            return f"> {_plain(text)}" if strong else _plain(text)
        case Bullets(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Grid(head, rows):
            lines = [list(map(_plain, head)), ["---"] * len(head)]
            lines += [[_plain(value) for value in row] for row in rows]
            return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(value: object) -> str:
    text = " ".join(cleaned("" if value is None else value).split())
    return _MARKDOWN.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))

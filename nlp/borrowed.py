"""Words in a document that are not its author's: quotations, agency credits, boilerplate.

What counts as boilerplate and who the agencies are stands in `borrowed.toml`, for anyone to extend.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

Span = tuple[int, int]

# Shorter quoted strings are titles, nicknames and irony: the author's own words.
MIN_QUOTE_WORDS = 5
MAX_QUOTE_CHARS = 2_000

_MARKS = re.compile(r"[\n„“”«»\"‘’‚‹›]")
_CLOSING = {
    "„": '“”"',
    "“": '”"',
    "”": "”",
    "«": "»",
    "»": "«",
    '"': '"”',
    "‘": "’",
    "‚": "‘’",
    "‹": "›",
    "›": "‹",
}
_MAX_BOILERPLATE_LINE = 300
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


def quotations(text: str) -> list[Span]:
    """The spans of quotations of at least `MIN_QUOTE_WORDS` words, marks included, in order.

    An apostrophe inside a word is no mark; a quotation ends in its own line.
    """
    spans: list[Span] = []
    start, closers = -1, ""
    for match in _MARKS.finditer(text):
        mark, at = match.group(), match.start()
        if mark == "\n" or (start >= 0 and at - start > MAX_QUOTE_CHARS):
            start, closers = -1, ""
            if mark == "\n":
                continue
        if mark == "’" and _inside_word(text, at):
            continue
        if start >= 0 and mark in closers:
            if len(text[start:at].split()) >= MIN_QUOTE_WORDS:
                spans.append((start, at + 1))
            start, closers = -1, ""
        elif start < 0 and mark in _CLOSING and _may_open(text, at):
            start, closers = at, _CLOSING[mark]
    return spans


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()


def _may_open(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    return not before.isalnum() and at + 1 < len(text)


@cache
def _lists() -> dict[str, Any]:
    file = resources.files("baken.nlp").joinpath("borrowed.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _boilerplate() -> re.Pattern[str]:
    phrases = {phrase for group in _lists()["boilerplate"].values() for phrase in group}
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, ordered)) + r")(?!\w)", re.I)


def strip_boilerplate(text: str) -> str:
    """`text` without lines or sentences that invite, ask consent or refer to other pieces.

    A text that is nothing else stays as it is.
    """
    if not _boilerplate().search(text):
        return text
    lines = []
    for line in text.split("\n"):
        if not _boilerplate().search(line):
            lines.append(line)
            continue
        if len(line) > _MAX_BOILERPLATE_LINE:
            kept = [part for part in _SENTENCE_END.split(line) if not _boilerplate().search(part)]
            lines.append(" ".join(kept))
    stripped = "\n".join(line for line in lines if line).strip()
    return stripped or text


@cache
def _agencies() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, aliases in _lists()["agencies"].items():
        for alias in (name, *aliases):
            names[alias.casefold()] = name
    return names


@cache
def _credit_patterns() -> tuple[re.Pattern[str], ...]:
    known = sorted(
        {alias for name, more in _lists()["agencies"].items() for alias in (name, *more)},
        key=lambda alias: (-len(alias), alias),
    )
    agency = "|".join(map(re.escape, known))
    source = "|".join(map(re.escape, _lists()["credit_words"]["source"]))
    place = r"[^\W\d_][\w.'’ ,/-]{1,50}?"
    dash = r"\s*[-–—:]"
    return (
        # "AMSTERDAM (ANP) - ", "(Reuters) - ", and any short capitalised agency in that form
        re.compile(
            rf"\A(?:{place}\s*)?\((?P<name>{agency}|[A-ZА-ЯІЇЄ]{{2,6}})(?:/\w{{1,12}})?\){dash}"
        ),
        # "Kyiv. Ukrinform. ", "МОСКВА, 3 июня - РИА Новости. ", "Warszawa /PAP/ "
        re.compile(rf"\A[^.\n]{{2,60}}(?:{dash}|[.,/])\s*/?(?P<name>{agency})(?:/|\.|{dash})"),
        # a line or last sentence "Bron: ANP", "Quelle: dpa"
        re.compile(
            rf"(?:\A|[\n.!?)]\s*)\(?(?:{source})\s*:\s*(?P<name>[^\W\d_][^\n:;()]{{1,38}}?)[.)]*\s*\Z",
            re.I,
        ),
        # the end "(dpa)", "© AFP", "/ANP"
        re.compile(
            rf"\s*(?:\((?:[\w ]{{0,20}}/)?(?P<name>{agency})\)|[©/]\s*(?P<bare>{agency}))"
            r"[.\s]*\Z"
        ),
    )


def wire_credit(text: str) -> str | None:
    """The agency that `text` credits at its beginning or end; `None` without such a credit.

    Known agencies come back under one name ("Deutsche Presse-Agentur" as "dpa"), others as
    they were written.
    """
    match = _credit(text)
    return match[0] if match else None


def strip_credit(text: str) -> str:
    """`text` without its agency credits."""
    for _ in range(3):
        found = _credit(text)
        if not found:
            break
        (start, end), whole = found[1], text
        text = (whole[:start] + whole[end:]).strip()
        if not text:
            return whole
    return text


def _credit(text: str) -> tuple[str, Span] | None:
    dateline, plain, source, ending = _credit_patterns()
    head, offset = text[:200], max(0, len(text) - 200)
    tail = text[offset:]
    refused = _lists()["credit_words"]["refused"]
    for pattern, part, base in (
        (dateline, head, 0),
        (plain, head, 0),
        (source, tail, offset),
        (ending, tail, offset),
    ):
        match = pattern.search(part)
        if match is None:
            continue
        name = next(value for value in match.groupdict().values() if value)
        if name.upper() in refused:
            continue
        start = match.start() + base
        if pattern is source and part[match.start()] in ".!?)":
            start += 1
        return _agencies().get(name.strip().casefold(), name.strip()), (start, match.end() + base)
    return None

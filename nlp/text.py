"""Texts made comparable: normalised, named by their words, and freed of words of others.

Everything here takes hostile input: broken surrogates, control characters and texts of any length
cost linear time, and no more than the first `MAX_CHARS` characters are looked at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from baken.ids import stable_id
from baken.nlp.borrowed import Span, quotations, strip_boilerplate, strip_credit, wire_credit
from baken.nlp.scripts import fold_lookalikes

__all__ = [
    "MAX_CHARS",
    "OwnWords",
    "Span",
    "bare_words",
    "normalise",
    "own_words",
    "quotations",
    "strip_boilerplate",
    "text_id",
    "wire_credit",
]

MAX_CHARS = 100_000
# A remainder shorter than this after quotations are cut says too little to stand for the document.
MIN_OWN_WORDS = 8
MIN_OWN_SHARE = 0.25

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffd\ufeff]")
# Zero-width, direction, variation and tag characters; skin tones go with them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\uffa0\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"[ \t\xa0]*[\r\n\x0b\x0c\x85\u2028\u2029][\s]*")
_BLANKS = re.compile(r"[^\S\n]+")
# The blocks of pictographs; a run of one and the same picture says no more than one.
_EMOJI = (
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    "\U0001f000-\U0001faff]"
)
_REPEATED_EMOJI = re.compile(f"({_EMOJI})(?:[ ]?\\1)+")
_REPEATED_MARK = re.compile(r"([!?.,…*_=~#-])\1{3,}")
_URL = re.compile(r"(?:https?://|www\.)\S{1,2000}|\b(?:t\.co|bit\.ly|t\.me)/\S{1,200}", re.I)
_MENTION = re.compile(r"(?<!\w)@\w{1,64}:?")
_REPOST = re.compile(r"^\s*RT\s+(?=@)")
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a document says in its own words, and what was taken out of it."""

    text: str
    credit: str | None
    flags: tuple[str, ...]


def normalise(text: str) -> str:
    r"""`text` in NFKC without tricks: invisible characters, look-alike letters, endless runs.

    White space within a line becomes one space and line breaks one `\n`; idempotent; at most
    `MAX_CHARS` characters.
    """
    return _normalise(text)[0]


def _normalise(text: str) -> tuple[str, tuple[str, ...]]:
    flags = []
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        flags.append("truncated")
    if not text.isascii():
        text = _SURROGATES.sub("", text)
        text, hidden = _INVISIBLE.subn("", text)
        text = unicodedata.normalize("NFKC", text)[:MAX_CHARS]
        text = _INVISIBLE.sub("", text)
        text, lookalikes = fold_lookalikes(text)
        text = _REPEATED_EMOJI.sub(r"\1", text)
        if hidden:
            flags.append("invisible-characters")
        if lookalikes:
            flags.append("lookalike-letters")
    text = _CONTROLS.sub(" ", text)
    text = _BREAKS.sub("\n", text)
    text = _BLANKS.sub(" ", text)
    text = _REPEATED_MARK.sub(r"\1\1\1", text)
    return text.strip(), tuple(flags)


def bare_words(text: str) -> str:
    """The case-folded words of `text` alone: no links, mentions, marks or pictures."""
    if "@" in text:
        text = _REPOST.sub("", text)
    # Most texts have no link, and to look for one takes longer than all the rest.
    if "/" in text or "www." in text.lower():
        text = _URL.sub(" ", text)
    if "@" in text:
        text = _MENTION.sub(" ", text)
    return _NOT_WORDS.sub(" ", text.casefold()).strip()


def text_id(own_text: str) -> str:
    """The id of every text with these words, whatever its links, mentions, case and marks."""
    normal = normalise(own_text)
    return stable_id("text", bare_words(normal) or normal)


def own_words(text: str, title: str | None = None) -> OwnWords:
    """What a document says in its own words: title first, without quotations, credits, boilerplate.

    Where little but quotation is left, the quotations stay: the choice of them is the message.
    Flags: truncated, invisible-characters, lookalike-letters, boilerplate, quotation,
    mostly-quotation, no-words.
    """
    body, flags = _normalise(text)
    found = list(flags)
    credit = wire_credit(body)
    if credit:
        body = strip_credit(body)
    cleaned = strip_boilerplate(body)
    if cleaned != body:
        found.append("boilerplate")
        body = cleaned
    spans = quotations(body)
    if spans:
        kept = normalise(_without(body, spans))
        own, total = len(kept.split()), len(body.split())
        if own >= MIN_OWN_WORDS and own >= MIN_OWN_SHARE * total:
            found.append("quotation")
            body = kept
        else:
            found.append("mostly-quotation")
    whole = _with_title(body, title)
    if not any(letter.isalpha() for letter in bare_words(whole)):
        found.append("no-words")
    return OwnWords(whole, credit, tuple(found))


def _without(text: str, spans: list[Span]) -> str:
    pieces, position = [], 0
    for start, end in spans:
        pieces.append(text[position:start])
        position = end
    pieces.append(text[position:])
    return " ".join(pieces)


def _with_title(body: str, title: str | None) -> str:
    head = normalise(title) if title else ""
    if not head or bare_words(body).startswith(bare_words(head)):
        return body
    return f"{head}\n{body}".strip()

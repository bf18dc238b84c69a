"""Words of strangers, made harmless for a screen: nothing hidden, nothing clickable, no markup.

Bidirectional overrides, zero-width and control characters are shown as what they are, because an
analyst who cannot see them is the one they are meant for.
"""

from __future__ import annotations

import re
import string
import sys
import unicodedata

MAX_CHARS = 20_000
CELL_CHARS = 160
# Three marks on one letter occur in real writing; more only serve to draw over other lines.
MAX_MARKS = 3

_KEPT = {ord("\n"), ord("\t")}
# Zero-width joiners belong to emoji and to Indic and Persian writing, not to Latin or Cyrillic.
_JOINERS = "\u200c\u200d"


def _shown(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟦U+{code:04X}⟧"


_HIDDEN = {
    code: "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code <= 0xDFFF else _shown(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    and code not in _KEPT
    and chr(code) not in _JOINERS
}
_MISPLACED = re.compile(rf"(?:\A|(?<=[\x00-\u058f]))[{_JOINERS}]+")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
    rf"{{{MAX_MARKS}}})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_WORD_JOINER = "\u2060"
_PARTED = ":./@$"
_ESCAPED = {
    ord(sign): f"{_WORD_JOINER}\\{sign}{_WORD_JOINER}" if sign in _PARTED else f"\\{sign}"
    for sign in string.punctuation
}
_FORMULA = ("=", "+", "-", "@")


def visible(text: object, *, limit: int = MAX_CHARS) -> str:
    """`text` for a place that shows plain text: hidden characters named, at most `limit` long."""
    full = "" if text is None else str(text)
    shown = full[:limit].replace("\r\n", "\n")
    shown = _MISPLACED.sub(lambda found: "".join(_shown(ord(c)) for c in found[0]), shown)
    shown = _MARKS.sub(lambda found: f"{found[1]}⟦+{len(found[0]) - MAX_MARKS}⟧", shown)
    shown = shown.translate(_HIDDEN)
    left_out = len(full) - limit
    return f"{shown}\n… {left_out:,} more characters" if left_out > 0 else shown


def one_line(text: object, *, width: int = CELL_CHARS) -> str:
    """`text` on one line of at most about `width` characters."""
    full = "" if text is None else str(text)
    shown = " ".join(visible(full[: width * 2]).split())
    return shown if len(shown) <= width and len(full) <= width * 2 else f"{shown[: width - 1]}…"


def cell(text: object, *, width: int = CELL_CHARS) -> str:
    """`one_line` for a table, whose download must not start a formula in a spreadsheet."""
    shown = one_line(text, width=width)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def address(url: object, *, width: int = 300) -> str:
    """A URL that can be read and copied but neither clicked nor fetched: `hxxps://site[.]example`."""
    shown = one_line(url, width=width)
    scheme, separator, rest = shown.partition("://")
    if not separator:
        return shown.replace(".", "[.]")
    host, slash, path = rest.partition("/")
    safe_scheme = re.sub("^http", "hxxp", scheme, flags=re.IGNORECASE)
    return f"{safe_scheme}://{host.replace('.', '[.]')}{slash}{path}"


def markdown(text: object, *, width: int = 1_000) -> str:
    """`text` for a heading or label that Streamlit renders as Markdown: every sign is literal.

    Escapes alone do not suffice: addresses, emoji names and formulas are also looked for in the
    text after it was parsed, so that their signs are parted by word joiners.
    """
    return one_line(text, width=width).translate(_ESCAPED)

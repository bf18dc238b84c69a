"""Whether one host name passes itself off as another."""

from __future__ import annotations

import contextlib
import unicodedata
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

# Shorter names lie one letter apart by accident: ad.example and ap.example mean nothing.
MIN_LABEL_CHARS = 6

_DRAWN_ALIKE: Final = str.maketrans(
    {
        "0": "o", "1": "l", "3": "e", "5": "s", "і": "i", "ı": "i", "а": "a", "е": "e",
        "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "ѕ": "s", "ԁ": "d", "ɡ": "g",
        "ո": "n", "ν": "v", "ο": "o", "α": "a",
    }
)  # fmt: skip


def resembles(host: str, brand: str) -> bool:
    """Whether `host` is written so that a reader takes it for `brand`.

    True for another ending of the same name, one letter of difference, letters of other scripts
    that are drawn alike, and the brand's name with a word joined to it by a hyphen.
    """
    left, right = _label(host), _label(brand)
    if host == brand or host.endswith(f".{brand}") or brand.endswith(f".{host}"):
        return False
    if len(right) < MIN_LABEL_CHARS or not left:
        return False
    if left == right or _drawn(left) == _drawn(right):
        return True
    if right in left.split("-") and left != right:
        return True
    return DamerauLevenshtein.distance(_drawn(left), _drawn(right), score_cutoff=1) <= 1


def _label(host: str) -> str:
    """The name before the ending: `news` of `www.news.example`, `news` of `news.co.example`."""
    with contextlib.suppress(UnicodeError):
        host = host.encode("ascii").decode("idna") if host.isascii() else host
    labels = [label for label in host.split(".") if label and label != "www"]
    if len(labels) < 2:
        return labels[0] if labels else ""
    second_level = len(labels) > 2 and len(labels[-2]) <= 3
    return labels[-3] if second_level else labels[-2]


def _drawn(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return kept.translate(_DRAWN_ALIKE).replace("rn", "m").replace("vv", "w")

"""What names a person in a text or address, replaced before anything is stored.

A mention `@handle` becomes `@p` and the first eight digits of the pseudonym of that handle: who
was addressed can no longer be read, yet equal texts stay equal and one text that addresses fifty
people stays different from fifty texts that address one. E-mail addresses and telephone numbers
are cut out whole. Handles inside the addresses of social platforms are treated as mentions.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

SHORT_DIGITS = 8
EMAIL = "[e-mail]"
PHONE = "[phone]"

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?!\w)")
_MENTION = re.compile(
    r"(?<![\w@＠/.+-])[@＠](\w{1,64}(?:[.-]\w{1,64})*)(?:@(?:[\w-]{1,63}\.)+\w{2,24})?"
)
# Numbers that are written as telephone numbers: with an international prefix, or grouped. Plain
# runs of digits stay, for they are counts, dates and post numbers far more often.
_PHONE = re.compile(
    r"(?<![\w+./:=-])(?:"
    r"(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,13}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|\d{3}[.-]\d{3}[.-]\d{4}"
    r"|0\d{1,3}[ -]\d{2,4}[ -]?\d{2,4}(?:[ -]?\d{2,4})?"
    r"|8[ -]?\(\d{3}\)[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}"
    r")(?![\w/:-])"
)
_DIGITS = re.compile(r"\d{3}|\d \d|\d-\d")
_PROFILE = re.compile(
    r"((?:twitter|x|instagram|facebook|threads|vk|tiktok|youtube|medium|bsky|ok)"
    r"\.(?:com|net|app|ru)/(?:@|profile/)?)([\w.-]{1,64})",
    re.IGNORECASE,
)
# First path segments of those platforms that name no account.
_NO_HANDLE = frozenset(
    [
        *("i", "status", "hashtag", "search", "intent", "share", "sharer", "home", "watch", "p"),
        *("reel", "reels", "explore", "groups", "pages", "events", "photo", "video", "wall", "tag"),
        *("shorts", "embed", "playlist", "results", "channel", "profile", "sharer.php", "feed"),
        *("photo.php", "permalink.php", "story.php", "media", "login", "about", "hashtags", "m"),
    ]
)

Pseudonymise = Callable[[str, str], str]


class Scrubber:
    """Takes the names of persons out of texts and addresses of one platform."""

    def __init__(self, pseudonymise: Pseudonymise, platform: str) -> None:
        self._short = functools.lru_cache(maxsize=100_000)(
            lambda handle: short_form(pseudonymise(platform, handle))
        )

    def text(self, text: str) -> str:
        """`text` without handles, e-mail addresses and telephone numbers."""
        text = without_contacts(text)
        if "@" in text or "＠" in text:
            text = _MENTION.sub(self._mention, text)
        if ".com/" in text or ".ru/" in text or ".net/" in text or ".app/" in text:
            text = _PROFILE.sub(self._profile, text)
        return text

    def url(self, url: str) -> str:
        """`url` with the handle of a social platform's account replaced."""
        return _PROFILE.sub(self._profile, url)

    def _mention(self, match: re.Match[str]) -> str:
        return f"@{self._short(match.group(1))}"

    def _profile(self, match: re.Match[str]) -> str:
        before, handle = match.groups()
        if handle.casefold() in _NO_HANDLE:
            return match.group()
        return f"{before}{self._short(handle)}"


def short_form(pseudonym: str) -> str:
    """How a pseudonym is written inside a text: `p` and eight digits."""
    return f"p{pseudonym.rpartition(':')[2][:SHORT_DIGITS]}"


def without_contacts(text: str) -> str:
    """`text` with every e-mail address and telephone number cut out."""
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    if _DIGITS.search(text):
        text = _PHONE.sub(PHONE, text)
    return text

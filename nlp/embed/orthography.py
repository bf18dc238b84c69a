"""What any model can read: bounded text without broken characters."""

from __future__ import annotations


def readable(text: str, max_chars: int) -> str:
    """The first `max_chars` characters of `text`, broken surrogates replaced by question marks."""
    return text[:max_chars].encode("utf-8", "replace").decode("utf-8")

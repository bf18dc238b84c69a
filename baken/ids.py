"""Deterministic, printable identifiers and keyed pseudonyms."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

from baken.errors import ConfigError

KEY_BYTES = 32
# 20 hex digits are 80 bits: at ten million documents the chance of one collision is below 1e-10.
ID_DIGITS = 20


def stable_id(prefix: str, *parts: str) -> str:
    """An id that is the same for the same parts on every machine: `prefix-` and 20 hex digits."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass"))
    return f"{prefix}-{digest.hexdigest()[:ID_DIGITS]}"


def content_sha256(title: str | None, text: str) -> str:
    """The SHA-256 of a document's words in NFC, title first: what its revision is told by."""
    body = unicodedata.normalize("NFC", f"{title or ''}\n{text}")
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def document_id(source_id: str, native_id: str) -> str:
    """The id of the document that `source_id` knows as `native_id` (canonical URL, post id)."""
    return stable_id("doc", source_id, native_id)


class Pseudonymiser:
    """Turns the account of a person into a keyed HMAC-SHA-256, before anything is stored.

    The key lies outside the data; destroying it anonymises every account for good.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ConfigError(f"the pseudonym key has {len(key)} bytes; it needs {KEY_BYTES}")
        self._key = key

    def __call__(self, platform: str, account: str) -> str:
        """The pseudonym (`person:` and 20 hex digits) of `account` on `platform`."""
        name = f"{platform.casefold()}\x1f{account.strip().casefold()}"
        digest = hmac.new(self._key, name.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"person:{digest.hexdigest()[:ID_DIGITS]}"

    @classmethod
    def from_file(cls, path: Path, *, create: bool = False) -> Pseudonymiser:
        """Read the key from `path`; with `create`, make one there when none exists (mode 600)."""
        if create and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise ConfigError(
                f"no pseudonym key at {path}: run `baken init`, or put the project's key back"
            ) from error

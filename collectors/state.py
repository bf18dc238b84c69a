"""What the next crawl may skip: the validators of feeds, and how far each channel was read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from baken.errors import StoreError
from baken.files import write_whole


@dataclass(slots=True)
class CrawlState:
    """Validators (`ETag`, `Last-Modified`) by address, and the newest post read by channel.

    It only moves forward for sources whose every document is safely spooled; a lost or broken file
    costs requests, never documents.
    """

    validators: dict[str, dict[str, str]] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> CrawlState:
        """The state in the file at `path`; empty where there is none that can be read."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            validators = {str(url): dict(pair) for url, pair in values["validators"].items()}
            channels = {str(url): int(post) for url, post in values["channels"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()
        return cls(validators, channels)

    def save(self, path: Path) -> None:
        """Replace the file at `path` in one step."""
        values = {"validators": self.validators, "channels": self.channels}
        try:
            write_whole(path, json.dumps(values, sort_keys=True, indent=1).encode())
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error}") from error

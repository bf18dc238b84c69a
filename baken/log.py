"""Logging for people (plain lines) and machines (JSON lines), to stderr, without secrets."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

run_id_now: ContextVar[str] = ContextVar("run_id_now", default="-")

_SECRET_NAME = re.compile(r"key|token|secret|password", re.IGNORECASE)
# Shorter values would blank out ordinary words.
_SHORTEST_SECRET = 6
_NOISY = ("httpx", "httpcore", "urllib3", "elastic_transport", "py.warnings", "lance", "numba")


class _Harmless(logging.Filter):
    """Takes secrets, and what could drive a terminal, out of every message."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets = [
            value
            for name, value in os.environ.items()
            if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
        ]

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        for secret in self._secrets:
            message = message.replace(secret, "***")
        # Messages quote servers and files, and those come from an adversary.
        shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in message)
        record.msg, record.args = shown, None
        return True


class _Json(logging.Formatter):
    """One JSON object for each line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "run_id": run_id_now.get(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(*, verbose: bool = False, as_json: bool = False) -> None:
    """Send baken's log to stderr; `verbose` adds what only a developer needs."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
    handler.setFormatter(_Json() if as_json else plain)
    handler.addFilter(_Harmless())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("baken").setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)

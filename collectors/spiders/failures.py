"""Why a request got no answer, in words for a person."""

from __future__ import annotations

from scrapy import exceptions

UNREACHABLE = "robots.txt cannot be had"

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.DownloadConnectionRefusedError, "the host refuses connections"),
    (exceptions.CannotResolveHostError, "the host name cannot be resolved"),
    (exceptions.DownloadTimeoutError, "no complete answer within collect.timeout_s"),
    (exceptions.DownloadCancelledError, "larger than collect.max_page_bytes"),
    (exceptions.ResponseDataLossError, "the answer broke off"),
    (exceptions.DownloadFailedError, "the connection failed"),
    (exceptions.UnsupportedURLSchemeError, "not an http or https address"),
)
# What the same request will get again tomorrow; everything else is tried anew.
_PERMANENT = (
    exceptions.DownloadCancelledError,
    exceptions.IgnoreRequest,
    exceptions.UnsupportedURLSchemeError,
)


def reason_of(error: BaseException) -> str:
    """One phrase for what went wrong."""
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, exceptions.IgnoreRequest):
        told = str(error) or "refused"
        return "it unpacks to more than collect.max_page_bytes" if "MAXSIZE" in told else told
    return f"{type(error).__name__}"


def is_permanent(error: BaseException) -> bool:
    """Whether asking again is of no use."""
    return isinstance(error, _PERMANENT) and not str(error).startswith(UNREACHABLE)

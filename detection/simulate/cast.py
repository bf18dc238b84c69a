"""Who is in the sample world: outlets, public channels and accounts, all fictitious."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from baken.detection.simulate.material import material

PLATFORM = "plaza.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A fictitious site; `articles` is how many stories of its own it publishes."""

    host: str
    name: str
    language: str
    country: str
    articles: int
    feed: str = "rss"
    kind: str = "outlet"
    owner: str | None = None
    tier: str = "unclassified"
    tier_reason: str | None = None
    analytics: str | None = None
    skeleton: str | None = None
    masthead: bool = True
    sitemap_index: bool = False
    tdm_reserved: bool = False
    crawl_delay_s: float = 0.0
    planted: bool = False

    @property
    def account_id(self) -> str:
        """The account under which its documents are filed."""
        return f"web:{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A fictitious public channel; `reads` are the outlets whose stories it passes on."""

    handle: str
    name: str
    host: str
    language: str
    country: str
    reads: tuple[str, ...]
    posts: int

    @property
    def account_id(self) -> str:
        """The account under which its posts are filed."""
        return f"channel:{self.handle}"

    @property
    def path(self) -> str:
        """Where its public page is, on its host."""
        return f"/s/{self.handle}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A fictitious person or bot on the platform; the name appears in the export only."""

    name: str
    language: str
    planted: bool = False
    bot: bool = False


@cache
def outlets() -> tuple[Outlet, ...]:
    """Every outlet, agency, fact-checker and official site."""
    return tuple(_make(Outlet, row) for row in material("cast")["outlet"])


@cache
def channels() -> tuple[Channel, ...]:
    """Every public channel."""
    return tuple(_make(Channel, row) for row in material("cast")["channel"])


@cache
def accounts() -> tuple[Account, ...]:
    """The forty accounts: persons, the planted network among them, and bots that say so."""
    cast = material("cast")
    return tuple(
        Account(name=name, language=language, planted=planted, bot=bot)
        for group, planted, bot in (
            ("accounts", False, False),
            ("planted_accounts", True, False),
            ("bots", False, True),
        )
        for language, names in cast[group].items()
        for name in names
    )


def outlet(host: str) -> Outlet:
    """The outlet at `host`."""
    return next(entry for entry in outlets() if entry.host == host)


def _make(kind: type[Any], row: dict[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    unknown = sorted(set(row) - known)
    if unknown:
        raise ValueError(f"cast.toml: unknown key {unknown[0]!r}")
    return kind(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    )

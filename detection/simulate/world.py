"""The sample world: everything that is published in thirty days, and what of it was planted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from baken.detection.simulate.cast import Account, Channel, Outlet

DAYS = 30
END = date(2026, 10, 30)
DEFAULT_PORT = 8642


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page of an outlet. Links to hosts of the world are written without a port."""

    host: str
    path: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    topic: str
    byline: str | None = None
    credit: str | None = None
    links: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Its address without a port: what the truth and the links of others name."""
        return f"http://{self.host}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPost:
    """One post on a channel's public page; numbers grow with time."""

    channel: Channel
    number: int
    text: str
    published_at: datetime
    links: tuple[str, ...] = ()
    forwarded_from: str | None = None

    @property
    def address(self) -> str:
        """Its permanent address without a port."""
        return f"http://{self.channel.host}{self.channel.path}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of an account, as it stands in the export."""

    post_id: str
    account: Account
    text: str
    published_at: datetime
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    reply_to: str | None = None
    repost_of: str | None = None


@dataclass(frozen=True, slots=True)
class Planted:
    """A campaign or an innocent: its name, its accounts and the documents that belong to it."""

    name: str
    kind: str
    accounts: frozenset[str]
    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class World:
    """All documents, in order of time, and the truth about them."""

    seed: int
    end: date
    outlets: tuple[Outlet, ...]
    channels: tuple[Channel, ...]
    accounts: tuple[Account, ...]
    articles: tuple[Article, ...]
    channel_posts: tuple[ChannelPost, ...]
    posts: tuple[Post, ...]
    campaigns: tuple[Planted, ...]
    innocents: tuple[Planted, ...]

    @property
    def documents(self) -> int:
        """How many documents there are in all."""
        return len(self.articles) + len(self.channel_posts) + len(self.posts)

    def with_port(self, address: str, port: int) -> str:
        """`address`, with `port` if its host is one that the world serves."""
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("/")
        served = {source.host for source in self.outlets}
        served |= {channel.host for channel in self.channels}
        if host not in served:
            return address
        return f"{scheme}://{host}:{port}{slash}{path}"


@dataclass(slots=True)
class Draftbook:
    """A world in the making: makers add documents, and say which of them were planted."""

    seed: int
    end: date
    articles: list[Article] = field(default_factory=list)
    channel_posts: list[ChannelPost] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    campaigns: list[Planted] = field(default_factory=list)
    innocents: list[Planted] = field(default_factory=list)

    @property
    def begin(self) -> datetime:
        """Midnight UTC of the first day."""
        last = datetime.combine(self.end, datetime.min.time(), UTC)
        return last - timedelta(days=DAYS - 1)

    def campaign(self, name: str, kind: str, documents: Iterable[Article | Post]) -> None:
        """Enter a planted campaign in the truth."""
        self.campaigns.append(_planted(name, kind, documents))

    def innocent(
        self, name: str, kind: str, documents: Iterable[Article | ChannelPost | Post]
    ) -> None:
        """Enter documents that are tempting and innocent; `kind` is the benign class."""
        self.innocents.append(_planted(name, kind, documents))


def _planted(name: str, kind: str, documents: Iterable[Article | ChannelPost | Post]) -> Planted:
    listed = list(documents)
    return Planted(
        name,
        kind,
        frozenset(account_of(document) for document in listed),
        frozenset(key_of(document) for document in listed),
    )


def account_of(document: Article | ChannelPost | Post) -> str:
    """Who published `document`: `web:HOST`, `channel:HANDLE` or the plain name of an account."""
    if isinstance(document, Article):
        return f"web:{document.host}"
    if isinstance(document, ChannelPost):
        return document.channel.account_id
    return document.account.name


def key_of(document: Article | ChannelPost | Post) -> str:
    """What the truth calls `document`: its address without a port, or its post id."""
    return document.post_id if isinstance(document, Post) else document.address

"""What everybody publishes anyway: stories of outlets, posts of channels and of accounts."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from baken.detection.simulate.cast import Account, Channel, Outlet, outlet
from baken.detection.simulate.clock import after, newsroom_time, waking_time
from baken.detection.simulate.prose import Draft, Voice
from baken.detection.simulate.world import DAYS, Article, ChannelPost, Draftbook, Post

POSTS_PER_ACCOUNT = (16, 24)
_LATIN = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхыэіїєґ", "abvgdeziyklmnoprstufhyeiieg", strict=True)),
        **{"ё": "e", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"},
        **{"ъ": "", "ь": "", "ł": "l", "ą": "a", "ę": "e", "ó": "o", "ś": "s", "ż": "z", "ź": "z"},
        **{"ć": "c", "ń": "n", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e"},
        **{
            "ê": "e",
            "à": "a",
            "â": "a",
            "ç": "c",
            "î": "i",
            "ô": "o",
            "û": "u",
            "ë": "e",
            "ï": "i",
        },
        **{"œ": "oe", "ù": "u"},
    }
)


def slug(title: str) -> str:
    """The last part of an address that `title` gives, in plain Latin letters."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.casefold().translate(_LATIN)).strip("-")
    return plain[:60].rstrip("-")


def publish(
    book: Draftbook,
    source: Outlet,
    draft: Draft,
    at: datetime,
    *,
    language: str | None = None,
    byline: str | None = None,
    credit: str | None = None,
    links: tuple[str, ...] = (),
) -> Article:
    """Put `draft` on the site of `source`; each address is used once."""
    number = 1000 + sum(known.host == source.host for known in book.articles)
    article = Article(
        host=source.host,
        path=f"/{draft.topic}/{at:%Y/%m}/{number}-{slug(draft.title)}",
        language=language or source.language,
        title=draft.title,
        paragraphs=draft.paragraphs,
        published_at=at,
        topic=draft.topic,
        byline=byline,
        credit=credit,
        links=links,
    )
    book.articles.append(article)
    return article


def write_stories(
    book: Draftbook, source: Outlet, voices: Mapping[str, Voice], rng: random.Random
) -> None:
    """The stories of one outlet, over the whole month."""
    voice = voices[source.language]
    for _ in range(source.articles):
        at = newsroom_time(book.begin, DAYS, rng)
        byline = voice.name() if source.masthead and rng.random() < 0.8 else None
        draft = voice.article(voice.topic(), details=rng.randint(3, 5))
        publish(book, source, draft, at, byline=byline)


def write_channel(
    book: Draftbook, channel: Channel, voices: Mapping[str, Voice], rng: random.Random
) -> None:
    """The posts of one channel: its own remarks, and what it passes on of the outlets it reads."""
    voice = voices[channel.language]
    settled = book.begin + timedelta(days=DAYS - 1)
    read = [
        article
        for article in book.articles
        if article.host in channel.reads and article.published_at < settled
    ]
    rng.shuffle(read)
    drafts: list[tuple[datetime, str, tuple[str, ...], str | None]] = []
    for _ in range(channel.posts):
        if read and rng.random() < 0.5:
            article = read.pop()
            at = after(article.published_at, rng, least_s=300, most_s=20_000)
            text = f"{article.title}\n\n{voice.remark()}"
            name = outlet(article.host).name if rng.random() < 0.3 else None
            drafts.append((at, text, (article.address,), name))
        else:
            drafts.append((newsroom_time(book.begin, DAYS, rng), _bulletin(voice), (), None))
    add_channel_posts(book, channel, drafts)


def add_channel_posts(
    book: Draftbook,
    channel: Channel,
    drafts: list[tuple[datetime, str, tuple[str, ...], str | None]],
) -> None:
    """Number the posts of a channel by time; call once for each channel."""
    for number, (at, text, links, forwarded) in enumerate(
        sorted(drafts, key=lambda draft: draft[:2]), start=101
    ):
        book.channel_posts.append(
            ChannelPost(
                channel=channel,
                number=number,
                text=text,
                published_at=at,
                links=links,
                forwarded_from=forwarded,
            )
        )


def _bulletin(voice: Voice) -> str:
    draft = voice.article(voice.topic(), details=2)
    return f"{draft.title}\n\n{draft.lead} {draft.paragraphs[1]}"


def write_posts(
    book: Draftbook, account: Account, voices: Mapping[str, Voice], rng: random.Random
) -> None:
    """What one account posts by itself: remarks, links to what it read, answers, reposts."""
    voice = voices[account.language]
    settled = book.begin + timedelta(days=DAYS - 2)
    read = [
        article
        for article in book.articles
        if article.language == account.language
        and article.published_at < settled
        and not outlet(article.host).planted
    ]
    others = [
        heard
        for heard in book.posts
        if heard.account.language == account.language and heard.published_at < settled
    ]
    for _ in range(rng.randint(*POSTS_PER_ACCOUNT)):
        kind = rng.random()
        if kind < 0.3 and read:
            article = rng.choice(read)
            at = after(article.published_at, rng, least_s=600, most_s=90_000)
            post(book, account, voice.remark(), at, links=(article.address,))
        elif kind < 0.4 and others:
            heard = rng.choice(others)
            at = after(heard.published_at, rng, least_s=300, most_s=40_000)
            post(book, account, voice.remark(), at, reply_to=heard.post_id)
        elif kind < 0.45 and others:
            heard = rng.choice(others)
            at = after(heard.published_at, rng, least_s=300, most_s=40_000)
            post(book, account, heard.text, at, links=heard.links, repost_of=heard.post_id)
        else:
            post(book, account, voice.remark(), waking_time(book.begin, DAYS, rng))


def post(
    book: Draftbook,
    account: Account,
    text: str,
    at: datetime,
    *,
    links: tuple[str, ...] = (),
    hashtags: tuple[str, ...] = (),
    reply_to: str | None = None,
    repost_of: str | None = None,
) -> Post:
    """Add one post of `account`; ids count up in the order of writing."""
    made = Post(
        post_id=f"p{100_000 + len(book.posts)}",
        account=account,
        text=text,
        published_at=at,
        links=links,
        hashtags=hashtags,
        reply_to=reply_to,
        repost_of=repost_of,
    )
    book.posts.append(made)
    return made

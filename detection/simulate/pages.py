"""The pages of the sample world as HTML: as different from each other as real sites are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from html import escape

from baken.detection.simulate.cast import Channel, Outlet
from baken.detection.simulate.material import material
from baken.detection.simulate.world import Article, ChannelPost, World

POSTS_PER_PAGE = 20
HIDDEN_PATH = "/intern/"
_GENERATORS = ("PersWerk 4.2", "Redaktor 11", "Lettre CMS 2.8", "NewsPress 6.1", "Setzkasten 3")
_STENCIL_GENERATOR = "QuickLocal 1.0.3"


def article_page(
    source: Outlet, article: Article, related: Sequence[Article], world: World, port: int
) -> str:
    """The page of one story, with everything around it that a reader must skip."""
    chrome = material("chrome")[article.language]
    own = world.with_port(article.address, port)
    notice = f"<p>{escape(chrome['cookie'])}</p>"
    blocks = {
        "cookie": f'<div class="{_class(source, "cookies")}">{notice}</div>',
        "nav": _nav(source, chrome),
        "story": _story(source, article, chrome, world, port),
        "related": _related(source, related, chrome, world, port),
        "footer": _footer(source, chrome),
    }
    order = _layout(source)
    head = _head(source, article.title, article.language) + (
        f'<link rel="canonical" href="{escape(own)}">'
        f'<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{_iso(article)}">'
        f'<script type="application/ld+json">{_json_ld(source, article, own)}</script>'
    )
    body = "\n".join(blocks[name] for name in order)
    return _document(article.language, head, body)


def front_page(source: Outlet, newest: Sequence[Article], world: World, port: int) -> str:
    """The front page: the newest stories, and a section that robots must leave alone."""
    chrome = material("chrome")[source.language]
    items = "".join(
        f'<li><a href="{escape(world.with_port(one.address, port))}">{escape(one.title)}</a></li>'
        for one in newest
    )
    feed = feed_path(source)
    kind = "application/rss+xml" if source.feed == "rss" else "application/atom+xml"
    head = _head(source, source.name, source.language) + (
        f'<link rel="alternate" type="{kind}" href="{feed}">'
    )
    body = (
        f"{_nav(source, chrome)}<main><h1>{escape(source.name)}</h1><ul>{items}</ul>"
        f'<p><a href="{HIDDEN_PATH}">Intern</a></p></main>{_footer(source, chrome)}'
    )
    return _document(source.language, head, body)


def channel_page(
    channel: Channel, posts: Sequence[ChannelPost], older: int | None, world: World, port: int
) -> str:
    """The public preview of a channel: some posts, oldest first, and a link to older ones."""
    more = f'<a rel="next" href="?before={older}">…</a>' if older is not None else ""
    shown = "\n".join(_channel_post(one, world, port) for one in posts)
    head = (
        f'<meta charset="utf-8"><title>{escape(channel.name)}</title>'
        '<meta name="generator" content="PleinKanaal 2">'
    )
    body = (
        f"<header><h1>{escape(channel.name)}</h1><p>@{escape(channel.handle)}</p></header>"
        f'<main class="channel">{more}\n{shown}\n</main>'
    )
    return _document(channel.language, head, body)


def hidden_page(source: Outlet) -> str:
    """A page that robots.txt forbids; its text must never be stored."""
    head = _head(source, "Intern", source.language)
    return _document(source.language, head, "<main><p>robots-must-not-read-this</p></main>")


def feed_path(source: Outlet) -> str:
    """Where the feed of `source` is."""
    return "/feed.xml" if source.feed == "rss" else "/atom.xml"


def variety(host: str, purpose: str, choices: int) -> int:
    """A number below `choices` that is always the same for one host and purpose."""
    digest = hashlib.sha256(f"{purpose}/{host}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % choices


def _channel_post(one: ChannelPost, world: World, port: int) -> str:
    text = escape(one.text).replace("\n", "<br>")
    links = "".join(
        f' <a href="{escape(world.with_port(link, port))}">{escape(link)}</a>' for link in one.links
    )
    forwarded = (
        f'<a class="forwarded" href="#">{escape(one.forwarded_from)}</a>'
        if one.forwarded_from
        else ""
    )
    return (
        f'<article class="post" data-post-id="{one.number}" id="post-{one.number}">'
        f'{forwarded}<div class="text">{text}{links}</div>'
        f'<footer><a class="permalink" href="{one.channel.path}/{one.number}">'
        f'<time datetime="{one.published_at.isoformat()}">{one.published_at:%d.%m %H:%M}</time>'
        f"</a></footer></article>"
    )


def _document(language: str, head: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>{head}</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(source: Outlet, title: str, language: str) -> str:
    stencil = source.skeleton == "stencil"
    generator = (
        _STENCIL_GENERATOR
        if stencil
        else _GENERATORS[variety(_look(source), "generator", len(_GENERATORS))]
    )
    mark = analytics_id(source)
    script = (
        f"<script>window.tally=window.tally||[];tally.push('config','{mark}');</script>"
        if mark
        else ""
    )
    return (
        f'<meta charset="utf-8"><title>{escape(title)} | {escape(source.name)}</title>'
        f'<meta name="generator" content="{generator}">'
        f'<meta property="og:locale" content="{language}">{script}'
    )


def analytics_id(source: Outlet) -> str | None:
    """The fictitious analytics id on the pages of `source`; an authority has none."""
    if source.analytics or source.kind == "official":
        return source.analytics
    if source.skeleton == "stencil":
        return None
    return f"G-{hashlib.sha256(source.host.encode()).hexdigest()[:10].upper()}"


def _look(source: Outlet) -> str:
    """What the look of a page follows from: papers of one house have one look."""
    return source.skeleton or source.host


def _class(source: Outlet, name: str) -> str:
    if source.skeleton == "stencil":
        return f"ql-{name}"
    style = variety(_look(source), "class", 4)
    stem = _look(source).partition(".")[0][:4]
    return (f"{stem}-{name}", f"{name}__{stem}", f"c-{name}", f"{stem}{name.title()}")[style]


def _layout(source: Outlet) -> tuple[str, ...]:
    if source.skeleton == "stencil":
        return ("nav", "story", "related", "footer", "cookie")
    return (
        ("cookie", "nav", "story", "related", "footer"),
        ("nav", "cookie", "story", "footer", "related"),
        ("nav", "related", "story", "cookie", "footer"),
        ("nav", "story", "footer", "related", "cookie"),
    )[variety(_look(source), "layout", 4)]


def _nav(source: Outlet, chrome: dict[str, str]) -> str:
    items = "".join(
        f'<li><a href="/#{at}">{escape(name)}</a></li>' for at, name in enumerate(chrome["nav"])
    )
    return (
        f'<header class="{_class(source, "top")}"><a href="/">{escape(source.name)}</a>'
        f"<nav><ul>{items}</ul></nav></header>"
    )


def _story(
    source: Outlet, article: Article, chrome: dict[str, str], world: World, port: int
) -> str:
    byline = ""
    if article.byline:
        text = chrome["by"].format(name=article.byline)
        byline = f'<p class="{_class(source, "byline")}">{escape(text)}</p>'
    paragraphs = "\n".join(f"<p>{escape(part)}</p>" for part in article.paragraphs)
    links = "".join(
        f'<p><a href="{escape(world.with_port(link, port))}">{escape(link)}</a></p>'
        for link in article.links
    )
    time = f'<time datetime="{_iso(article)}">{article.published_at:%d-%m-%Y %H:%M}</time>'
    heading = f"<h1>{escape(article.title)}</h1>"
    inside = (
        f'<div class="{_class(source, "body")}">{paragraphs}{links}</div>'
        if variety(_look(source), "wrap", 2) or source.skeleton == "stencil"
        else f"{paragraphs}{links}"
    )
    tag = (
        "article" if source.skeleton == "stencil" or variety(_look(source), "tag", 3) else "section"
    )
    return (
        f'<main><{tag} class="{_class(source, "story")}">{heading}{byline}{time}\n'
        f"{inside}</{tag}></main>"
    )


def _related(
    source: Outlet,
    related: Sequence[Article],
    chrome: dict[str, str],
    world: World,
    port: int,
) -> str:
    items = "".join(
        f'<li><a href="{escape(world.with_port(one.address, port))}">{escape(one.title)}</a></li>'
        for one in related
    )
    return (
        f'<aside class="{_class(source, "related")}"><h2>{escape(chrome["related"])}</h2>'
        f"<ul>{items}</ul></aside>"
    )


def _footer(source: Outlet, chrome: dict[str, str]) -> str:
    imprint = ""
    if source.masthead:
        names = material(source.language)["names"]
        editor = names[variety(source.host, "editor", len(names))]
        imprint = f"<p>{escape(chrome['imprint'].format(owner=source.owner, editor=editor))}</p>"
    return (
        f'<footer class="{_class(source, "footer")}"><p>{escape(chrome["newsletter"])}</p>'
        f"{imprint}<p>© 2026 {escape(source.name)}. {escape(chrome['rights'])}</p></footer>"
    )


def _json_ld(source: Outlet, article: Article, own: str) -> str:
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": _iso(article),
        "inLanguage": article.language,
        "mainEntityOfPage": own,
        "publisher": {"@type": "NewsMediaOrganization", "name": source.name},
    }
    if article.byline:
        data["author"] = {"@type": "Person", "name": article.byline}
    if article.credit:
        data["creditText"] = article.credit
        data["author"] = {"@type": "Organization", "name": article.credit}
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def _iso(article: Article) -> str:
    return article.published_at.isoformat()

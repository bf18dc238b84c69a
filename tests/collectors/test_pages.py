"""Pages as values: pure functions of bytes."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.collectors.hosts import HostTable, is_public
from baken.collectors.pages import html, tdm
from baken.collectors.pages.article import Article, article
from baken.collectors.pages.channel import channel_page
from baken.collectors.pages.feed import NotAFeed, feed_entries
from baken.collectors.pages.sitemap import NotASitemap, sitemap
from baken.collectors.pages.traits import connection_traits, page_skeleton, site_traits
from baken.collectors.times import Clock
from baken.errors import ConfigError

CLOCK = Clock(datetime(2026, 3, 1, tzinfo=UTC))
URL = "https://www.krant.example/nieuws/brug"
LONG = "De brug over de rivier is maandag weer open voor al het verkeer, meldt de gemeente. " * 4


def read(raw: str | bytes, url: str = URL) -> Article:
    tree = html.parse(html.decode(raw.encode() if isinstance(raw, str) else raw))
    assert tree is not None
    return article(tree, url=url, clock=CLOCK)


def test_an_article_with_structured_data() -> None:
    data = {
        "@graph": [
            {"@type": "Organization", "name": "De Krant"},
            {
                "@type": ["NewsArticle"],
                "headline": "Brug open",
                "datePublished": "2026-02-03T04:05:06+01:00",
                "author": {"@type": "Person", "name": "Jan Jansen"},
                "publisher": {"name": "De Krant"},
                "creditText": "ANP",
            },
        ]
    }
    found = read(
        f"<html lang='nl-NL'><head><title>x</title><link rel='canonical' href='/brug?utm_source=a'>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head><body><article>"
        f"<p>{LONG}</p><p>Zie <a href='https://m.elders.example/a'>elders</a> en "
        f"<a href='/b'>hier</a>.</p></article></body></html>"
    )
    assert (found.title, found.credit, found.language) == ("Brug open", "ANP", "nl")
    assert found.canonical == "https://krant.example/brug"
    assert found.published is not None
    assert found.published[1] == "second"
    assert found.links == ("https://elders.example/a",)
    assert "De brug over" in found.text
    assert "Jan Jansen" not in repr(found)


def test_a_syndicated_copy_names_its_origin() -> None:
    found = read(
        f"<head><link rel='canonical' href='https://bron.example/a'></head><article><p>{LONG}</p>"
    )
    assert found.canonical == "https://krant.example/nieuws/brug"
    assert found.credit == "bron.example"


def test_the_site_name_is_no_title() -> None:
    body = f"<h1>De Krant</h1><p>{LONG}</p>"
    assert read(f"<head><title>Brug open | De Krant</title></head>{body}").title == "Brug open"
    assert read(f"<head><title>x</title></head><article>{body}</article>").title == "De Krant"


def test_the_most_exact_time_of_the_day_wins() -> None:
    meta = "<meta property='article:published_time' content='2026-02-03'>"
    found = read(f"<head>{meta}</head><article><time datetime='2026-02-03T09:30'></time><p>{LONG}")
    assert found.published is not None
    assert found.published[1] == "minute"
    found = read(f"<head>{meta}</head><article><time datetime='2026-02-07T09:30'></time><p>{LONG}")
    assert found.published is not None
    assert found.published[1] == "day"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
@pytest.mark.parametrize("header", ["", "text/html; charset=iso-8859-1"])
def test_encodings(encoding: str, header: str) -> None:
    text = "<meta charset='" + encoding + "'><p>Мост через реку снова открыт для движения</p>" * 3
    assert "Мост через реку" in html.decode(text.encode(encoding), header)


def test_a_wrong_header_and_no_meta() -> None:
    raw = ("<p>Мост через реку снова открыт для движения, сообщает город.</p>" * 5).encode("cp1251")
    assert "Мост через реку" in html.decode(raw, "text/html; charset=utf-8")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet="<>/ap=\"'!-[]&;\0 é", max_size=200)))
def test_whatever_comes_is_read_without_an_error(raw: bytes | str) -> None:
    tree = html.parse(html.decode(raw if isinstance(raw, bytes) else raw.encode()))
    if tree is not None:
        article(tree, url=URL, clock=CLOCK)
        channel_page(tree, url=URL, clock=CLOCK)
        site_traits(tree, str(raw), publisher=None)


@pytest.mark.parametrize(
    "raw",
    [
        "<div>" * 100_000 + "x",
        "<p>" + "<b><i>" * 50_000,
        "<p>a</p>" * 200_000,
        "<p>a</p>" * 14_000,
        "<article><h1></h1><time datetime='x'></time></article>" * 9_500,
        "<article>" + "<main><p><a href='https://a.example/x'>b</a></p></main>" * 9_500,
        "<meta name='date' content='x'><link rel='canonical' href='y'>" * 14_000,
        "<script type='application/ld+json'>{}</script><footer>x</footer>" * 14_000,
        "<article class='post' data-post-id='1'><div class='text'><a rel='next'>" * 9_500,
        "<a href='https://a.example/x'>" * 50_000,
        "<" * 1_000_000,
        "<!--" * 300_000,
        "<table><tr><td>" * 50_000,
        "<p>" + "a " * 1_000_000,
        "&" * 1_000_000,
    ],
)
def test_hostile_pages_take_bounded_time(raw: str) -> None:
    started = time.process_time()
    tree = html.parse(html.decode(raw.encode()))
    if tree is not None:
        article(tree, url=URL, clock=CLOCK)
        channel_page(tree, url=URL, clock=CLOCK)
        site_traits(tree, raw, publisher=None)
    assert time.process_time() - started < 15


def test_feeds() -> None:
    atom = (
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Brug</title>"
        "<link href='https://krant.example/a'/><published>2026-02-03T04:05:06Z</published></entry>"
        "<entry><title>zonder adres</title></entry><entry><link href='https://krant.example/b'/>"
        "<published>9999-01-01T00:00:00Z</published></entry></feed>"
    )
    first, second = feed_entries(atom.encode(), url=URL, clock=CLOCK)
    assert (first.url, first.title) == ("https://krant.example/a", "Brug")
    assert first.published is not None
    assert first.published[1] == "second"
    assert second.published is None


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"geen xml", "not XML"),
        (b"<?xml version='1.0'?><a><b/></a>", "neither RSS nor Atom"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><rss/>", "entities"),
    ],
)
def test_what_is_no_feed(raw: bytes, told: str) -> None:
    with pytest.raises(NotAFeed, match=told):
        feed_entries(raw, url=URL, clock=CLOCK)


def test_sitemaps() -> None:
    raw = (
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://n'>"
        b"<url><loc> https://krant.example/a </loc><lastmod>2026-02-03</lastmod></url>"
        b"<url><loc>https://krant.example/b</loc>"
        b"<n:news><n:publication_date>2026-02-03</n:publication_date></n:news></url></urlset>"
    )
    for body in (raw, gzip.compress(raw)):
        found = sitemap(body, clock=CLOCK, max_bytes=10_000)
        assert [url for url, _ in found.pages] == [
            "https://krant.example/a",
            "https://krant.example/b",
        ]
        assert found.pages[0][1] is None
        assert found.pages[1][1] is not None
    for bad in (b"", b"geen", b"<html/>", gzip.compress(b"a" * 20_000), gzip.compress(raw)[:50]):
        with pytest.raises(NotASitemap):
            sitemap(bad, clock=CLOCK, max_bytes=10_000)


def test_reservations() -> None:
    rules = tdm.rules(
        b'[{"location": "/a/*.pdf$", "tdm-reservation": 1}, {"location": "/", "x": 1}]'
    )

    def told(path: str, **headers: str) -> str | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return tdm.reservation(f"https://a.example{path}", headers=named, tree=None, rules=rules)

    assert told("/a/b.pdf") == "file"
    assert told("/a/b.pdfx") is None
    assert told("/a/b.pdf", tdm_reservation="0") is None
    assert told("/b", tdm_reservation="1") == "header"
    assert tdm.rules(b"[") == tdm.rules(b"{}") == tdm.rules(b"\xff") == ()
    slow = tdm.rules(json.dumps([{"location": "*a" * 200, "tdm-reservation": 1}]).encode())
    assert (
        tdm.reservation("https://a.example/" + "a" * 1_900, headers={}, tree=None, rules=slow)
        is None
    )


def test_ids_stand_alone() -> None:
    raw = (
        "gtag('config','G-ABCDE12345') UA-1234567-1 data-ad-client='ca-pub-1234567890123456' "
        "xUA-1234567-2 BIG-ABCDEFGHIJ1 pub-12 <img src='https://mc.yandex.ru/watch/12345678'> "
        "fbq('init', '123456789012345'); G-NOTDIGITS"
    )
    tree = html.parse(raw)
    found = site_traits(tree, raw, publisher="De Krant B.V.")
    assert found == [
        ("ads", "pub-1234567890123456"),
        ("analytics", "G-ABCDE12345"),
        ("analytics", "UA-1234567-1"),
        ("analytics", "facebook-123456789012345"),
        ("analytics", "yandex-12345678"),
        ("owner", "de krant b v"),
    ]


def test_the_skeleton_is_of_the_template_and_not_of_the_text() -> None:
    def page(text: str, kind: str = "kop", number: int = 1) -> Any:
        parts = "".join(
            f"<div class='{kind} deel-{number}' id='{name}'></div>" for name in "abcdefgh"
        )
        return html.parse(
            f"<body><header>{text}</header>{parts}<article><div class='{text}'>{text}"
        )

    assert page_skeleton(page("een")) == page_skeleton(page("twee", number=27))
    assert page_skeleton(page("een")) != page_skeleton(page("een", kind="top"))
    assert page_skeleton(html.parse("<p>kaal</p>")) is None


def test_which_addresses_are_public() -> None:
    for address in (
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
    ):
        assert not is_public(address)
    for address in ("64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "224.0.0.1", "niets", ""):
        assert not is_public(address)
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_the_host_table() -> None:
    table = HostTable({"*.example": "127.0.0.1", "a.b.example": "127.0.0.2:8080", "six": "::1"})
    assert table.find("Krant.Example.") == ("127.0.0.1", None)
    assert table.find("a.b.example") == ("127.0.0.2", 8080)
    assert table.find("six") == ("::1", None)
    assert table.find("example") is None
    assert table.find("krant.example.org") is None
    with pytest.raises(ConfigError, match="no address"):
        HostTable({"a": "b.example"})


@pytest.mark.shared_data
def test_real_pages(shared_data: Path) -> None:
    path = shared_data / "html_extraction" / "trafilatura_dev.parquet"
    pages = pq.read_table(path, columns=["url", "html", "date"]).slice(0, 100).to_pylist()
    found = [read(page["html"], page["url"]) for page in pages]
    assert sum(len(one.text) >= 200 for one in found) >= 95
    assert sum(bool(one.title) for one in found) >= 95
    assert sum(one.published is not None for one in found) >= 80


def test_a_connection_has_a_public_address_and_a_certificate() -> None:
    from twisted.internet.ssl import KeyPair

    one, other = (
        KeyPair.generate().selfSignedCert(number, commonName=b"a.example") for number in (1, 2)
    )
    ((kind, value),) = connection_traits("127.0.0.1", one)
    assert kind == "certificate"
    assert connection_traits("9.9.9.9", one) == [("ip", "9.9.9.9"), ("certificate", value)]
    assert connection_traits(None, other) != connection_traits(None, one)
    assert connection_traits(None, None) == []

"""Real crawls of a real, if small, web."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import resource
import signal
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from baken.collectors import evidence
from baken.collectors.crawl import clear_spool, read_spool
from baken.errors import CollectError, ConfigError, OrderError, StoreError
from baken.model import Order, SourceKind

BODY = "<p>De brug over de rivier is maandag weer open voor verkeer, meldt de gemeente.</p>" * 3


def page(title: str, published: str = "2026-03-01T10:15:00Z", extra: str = "") -> str:
    return (
        f'<html lang="nl"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{published}">{extra}</head>'
        f"<body><header class='top'><nav>menu</nav></header><article><h1>{title}</h1>{BODY}"
        f"<p>{title} is het onderwerp van dit verhaal, dat nog een zin heeft.</p></article>"
        "</body></html>"
    )


def feed(*items: tuple[str, str]) -> str:
    entries = "".join(
        f"<item><title>{title}</title><link>{url}</link>"
        "<pubDate>Sun, 01 Mar 2026 10:15:30 GMT</pubDate></item>"
        for title, url in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{entries}</channel></rss>'


def outlet(web: Any, host: str, count: int = 2, **headers: str) -> Any:
    items = [(f"Bericht {n}", web.url(host, f"/{n}")) for n in range(count)]
    web.add(host, "/feed", feed(*items), kind="application/rss+xml", **headers)
    web.add(host, "/", "<html><body><p>voorpagina</p></body></html>")
    for title, url in items:
        web.add(host, "/" + url.rpartition("/")[2], page(title))
    return web.source(host, feeds=(web.url(host, "/feed"),))


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for batch in read_spool(folder / "spool") for row in batch.documents.to_pylist()]


def test_articles_of_a_feed_become_documents(web: Any, crawler: Any, tmp_path: Path) -> None:
    result = crawler(outlet(web, "krant.example"))
    found = sorted(rows(tmp_path), key=lambda row: row["title"])
    assert result.issues == ()
    assert (result.sources_up, result.sources_down, result.pages) == (1, 0, 2)
    assert [row["title"] for row in found] == ["Bericht 0", "Bericht 1"]
    assert "De brug over de rivier" in found[0]["text"]
    assert found[0]["account_id"] == "web:krant.example"
    assert found[0]["published_precision"] == "second"
    assert found[0]["language_hint"] == "nl"
    assert found[0]["order_id"] == "order-test"
    assert found[0]["snapshot_id"].startswith("sha256:")
    clear_spool(tmp_path / "spool")
    assert rows(tmp_path) == []


def test_a_second_crawl_asks_only_for_what_is_new(web: Any, crawler: Any, tmp_path: Path) -> None:
    krant = outlet(web, "krant.example", ETag='"v1"')
    crawler(krant)
    known = {row["canonical_url"] for row in rows(tmp_path)}
    assert len(known) == 2
    body = web.routes["krant.example", "/feed"]
    web.add("krant.example", "/feed", status=304)
    web.requests.clear()
    result = crawler(krant, known=known)
    sent = next(headers for _, path, headers in web.requests if path == "/feed")
    assert sent["If-None-Match"] == '"v1"'
    assert sent["User-Agent"] == "baken/0.1.0 (+test@baken.example)"
    assert "Cookie" not in sent
    assert result.issues == ()
    assert not {"/0", "/1"} & set(web.paths("krant.example"))
    # The state says 304, but the documents were never stored: nothing in `known`, feed read anew.
    (tmp_path / "feeds.json").unlink()
    web.routes["krant.example", "/feed"] = body
    web.requests.clear()
    crawler(krant, known={web.url("krant.example", "/0")})
    assert "/0" not in web.paths("krant.example")
    assert "/1" in web.paths("krant.example")


def test_the_state_waits_for_pages_that_failed(web: Any, crawler: Any, tmp_path: Path) -> None:
    krant = outlet(web, "krant.example", ETag='"v1"')
    web.add("krant.example", "/1", status=503)
    crawler(krant)
    assert len(rows(tmp_path)) == 1
    web.requests.clear()
    web.add("krant.example", "/1", page("Bericht 1"))
    crawler(krant, known={row["canonical_url"] for row in rows(tmp_path)})
    sent = next(headers for _, path, headers in web.requests if path == "/feed")
    assert "If-None-Match" not in sent
    assert {row["title"] for row in rows(tmp_path)} == {"Bericht 0", "Bericht 1"}


def endless(handler: Any) -> None:
    """A page that never ends, as fast as it is read."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(100_000):
            handler.wfile.write(b"<p>" + b"x" * 8_000)


def trickle(handler: Any) -> None:
    """A page that never ends, one byte at a time."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    with contextlib.suppress(OSError):
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)


def test_hostile_hosts_are_told_and_the_others_go_on(
    web: Any, crawler: Any, tmp_path: Path
) -> None:
    hostile = ("nofeed", "redirect", "bomb", "closed", "deep")
    sources = [outlet(web, f"{name}.example", count=1) for name in hostile]
    sources.append(outlet(web, "krant.example"))
    web.add("nofeed.example", "/feed", "dit is geen XML", kind="application/rss+xml")
    items = [
        (name, web.url("redirect.example", f"/{name}"))
        for name in ("private", "metadata", "decimal", "mapped", "file", "loop", "away", "endless")
    ]
    web.add("redirect.example", "/feed", feed(*items))
    targets = {
        "private": f"http://127.0.0.1:{web.port}/secret",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "decimal": f"http://2130706433:{web.port}/secret",
        "mapped": f"http://[::ffff:127.0.0.1]:{web.port}/secret",
        "file": "file:///etc/hostname",
        "loop": web.url("redirect.example", "/loop"),
        "away": web.url("krant.example", "/0"),
    }
    for name, target in targets.items():
        web.add("redirect.example", f"/{name}", status=302, Location=target)
    web.routes["redirect.example", "/endless"] = endless
    packed = gzip.compress(b"<p>" + b"a" * 50_000_000)
    web.add("bomb.example", "/0", packed, Content_Encoding="gzip")
    web.add("closed.example", "/robots.txt", "User-agent: *\nDisallow: /0\n", kind="text/plain")
    web.add("deep.example", "/0", "<html><body>" + "<div>" * 30_000 + "tekst")
    result = crawler(*sources, timeout_s=4)
    told = dict(result.issues)
    assert {row["source_id"] for row in rows(tmp_path)} == {"web:krant.example"}
    assert len(rows(tmp_path)) == 2
    assert "not a feed: it is not XML" in told["web:nofeed.example"]
    why = {
        (record.origin, record.position.rpartition("/")[2]): record.reason
        for batch in read_spool(tmp_path / "spool")
        for record in batch.quarantined
    }
    for name in ("secret", "meta-data"):
        assert not any(path.endswith(name) for _, path, _ in web.requests)
    refused = [reason for (host, _), reason in why.items() if host == "web:redirect.example"]
    assert refused.count("the name leads to a private address, which is refused") >= 2
    assert why["web:redirect.example", "loop"] == "max redirections reached"
    assert why["web:redirect.example", "0"] == "the page leads to another site"
    assert why["web:redirect.example", "endless"] == "larger than collect.max_page_bytes"
    assert why["web:bomb.example", "0"] == "it unpacks to more than collect.max_page_bytes"
    assert why["web:closed.example", "0"] == "robots.txt forbids it"
    assert "/0" not in web.paths("closed.example")
    assert ("web:deep.example", "0") in why


def test_a_slow_page_and_a_host_that_is_down(web: Any, crawler: Any, tmp_path: Path) -> None:
    slow = outlet(web, "slow.example", count=1)
    web.routes["slow.example", "/0"] = trickle
    failing = outlet(web, "failing.example")
    web.add("failing.example", "/robots.txt", status=500)
    down = web.source("down.example", url="http://down.example:9/")
    started = time.monotonic()
    result = crawler(slow, failing, down, outlet(web, "krant.example"), timeout_s=1)
    assert time.monotonic() - started < 60
    told = dict(result.issues)
    assert len(rows(tmp_path)) == 2
    assert told["web:down.example"].startswith("down: robots.txt cannot be had: the host refuses")
    assert told["web:failing.example"] == "down: robots.txt cannot be had: status 500"
    assert [origin for origin, _ in result.issues].count("web:down.example") == 1
    assert result.statistics["web:slow.example"]["complete"] is False
    assert (result.sources_up, result.sources_down) == (2, 2)


def test_reserved_pages_keep_title_and_address_only(web: Any, crawler: Any, tmp_path: Path) -> None:
    header = outlet(web, "header.example", count=1)
    web.add("header.example", "/0", page("Kop 0"), tdm_reservation="1")
    file = outlet(web, "file.example")
    rules = [{"location": "/*", "tdm-reservation": 1}, {"location": "/1", "tdm-reservation": 0}]
    web.add("file.example", "/.well-known/tdmrep.json", json.dumps(rules))
    meta = outlet(web, "meta.example", count=1)
    web.add("meta.example", "/0", page("Meta", extra='<meta name="tdm-reservation" content="1">'))
    crawler(header, file, meta)
    found = {row["title"]: row for row in rows(tmp_path)}
    assert set(found) == {"Kop 0", "Bericht 0", "Bericht 1", "Meta"}
    for title in ("Kop 0", "Bericht 0", "Meta"):
        row = found[title]
        assert (row["text"], row["restriction"], row["snapshot_id"]) == (
            title,
            "tdm-reserved",
            None,
        )
        assert row["url"]
    assert found["Bericht 1"]["restriction"] is None
    assert "De brug" in found["Bericht 1"]["text"]
    log = (tmp_path / "evidence" / "log.jsonl").read_text()
    assert sorted(re.findall(r"tdm-reserved by \w+", log)) == [
        "tdm-reserved by file",
        "tdm-reserved by header",
        "tdm-reserved by meta",
    ]
    assert b"De brug" not in b"".join(
        gzip.decompress(path.read_bytes())
        for path in (tmp_path / "evidence").rglob("*.gz")
        if b"Bericht 1" not in gzip.decompress(path.read_bytes())
    )


def channel(first: int, last: int, extra: str = "") -> str:
    posts = "".join(
        f'<article class="post" data-post-id="{n}"><time datetime="2026-03-01T10:{n:02}:00Z">'
        f'</time><div class="text">Bericht nummer {n} over <a href="https://www.krant.example/a'
        f'?utm_source=x">dit</a> #brug</div></article>'
        for n in range(last, first - 1, -1)
    )
    return f"<html><body>{posts}{extra}</body></html>"


def test_a_channel_is_read_to_its_first_post_and_then_only_from_the_last(
    web: Any, crawler: Any, tmp_path: Path
) -> None:
    older = '<a rel="next" href="?before=11">ouder</a>'
    forwarded = '<a class="forwarded" href="/ander/7">door</a>'
    web.add("kanaal.example", "/nieuws", channel(11, 20, older))
    web.add(
        "kanaal.example",
        "/nieuws?before=11",
        channel(1, 10).replace(
            '<div class="text">Bericht nummer 3 ', forwarded + '<div class="text">3'
        ),
    )
    kanaal = web.source(
        "kanaal.example",
        source_id="nieuwskanaal",
        kind=SourceKind.CHANNEL,
        url=web.url("kanaal.example", "/nieuws"),
    )
    result = crawler(kanaal)
    found = {row["canonical_url"].rpartition("/")[2]: row for row in rows(tmp_path)}
    assert result.issues == ()
    assert set(found) == {str(n) for n in range(1, 21)}
    assert found["3"]["repost_of"] == web.url("kanaal.example", "/ander/7")
    assert found["20"]["account_id"] == "channel:nieuwskanaal"
    assert found["20"]["links"] == ["https://krant.example/a"]
    assert found["20"]["hashtags"] == ["brug"]
    known = {row["canonical_url"] for row in found.values()}
    web.add("kanaal.example", "/nieuws", channel(12, 21, older))
    web.requests.clear()
    clear_spool(tmp_path / "spool")
    crawler(kanaal, known=known)
    assert [row["canonical_url"].rpartition("/")[2] for row in rows(tmp_path)] == ["21"]
    assert "/nieuws?before=11" not in web.paths("kanaal.example")


def test_sitemaps_with_an_index_and_gzip(web: Any, crawler: Any, tmp_path: Path) -> None:
    outlet(web, "krant.example", count=3)
    urls = "".join(f"<url><loc>{web.url('krant.example', f'/{n}')}</loc></url>" for n in range(3))
    namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    web.add(
        "krant.example", "/s.xml.gz", gzip.compress(f"<urlset {namespace}>{urls}</urlset>".encode())
    )
    index = f"<sitemap><loc>{web.url('krant.example', '/s.xml.gz')}</loc></sitemap>"
    index += f"<sitemap><loc>{web.url('krant.example', '/index.xml')}</loc></sitemap>"
    web.add("krant.example", "/index.xml", f"<sitemapindex {namespace}>{index}</sitemapindex>")
    krant = web.source("krant.example", sitemaps=(web.url("krant.example", "/index.xml"),))
    result = crawler(krant, max_pages_per_source=8)
    assert len(rows(tmp_path)) == 3
    assert not result.issues
    result = crawler(krant, max_pages_per_source=5)
    assert "max_pages_per_source" in dict(result.issues)["web:krant.example"]


def test_a_killed_crawl_loses_nothing(web: Any, crawler: Any, tmp_path: Path) -> None:
    krant = outlet(web, "krant.example", count=100, ETag='"v1"')

    def slowly(handler: Any) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.25)
        return 200, {"Content-Type": "text/html"}, page(f"Bericht {handler.path[1:]}").encode()

    for number in range(100):
        web.routes["krant.example", f"/{number}"] = slowly
    ready = threading.Event()
    pid: list[int] = []

    def kill(stage: str, done: int, total: int | None) -> None:
        assert (stage, total) == ("collect", None)
        # Sixty pages at four a quarter second take longer than the two seconds between syncs.
        if done >= 60 and not ready.is_set():
            ready.set()
            (child,) = crawl_processes()
            pid.append(child)
            os.kill(child, signal.SIGKILL)

    with pytest.raises(CollectError, match="run it again"):
        crawler(krant, progress=kill)
    assert pid
    spooled = rows(tmp_path)
    assert 0 < len(spooled) < 100
    assert not (tmp_path / "feeds.json").exists()
    crawler(krant, known={row["canonical_url"] for row in spooled})
    again = rows(tmp_path)
    assert len(again) == 100 == len({row["doc_id"] for row in again})
    assert evidence.verify(tmp_path / "evidence") >= 100


def crawl_processes() -> list[int]:
    """The crawl processes that this process started."""
    mine = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [int(pid) for path in mine for pid in path.read_text().split()]
    return [
        pid for pid in children if b"spiders.process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_nothing_is_fetched_without_order_or_contact(web: Any, crawler: Any, order: Order) -> None:
    krant = outlet(web, "krant.example")
    crawler.order = replace(order, end=date(2021, 1, 1))
    with pytest.raises(OrderError):
        crawler(krant)
    crawler.order = order
    with pytest.raises(ConfigError, match="contact"):
        crawler(web.source("krant.example", url="https://example.org/"), contact="")
    assert web.requests == []


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    web: Any, crawler: Any, tmp_path: Path
) -> None:
    krant = outlet(web, "krant.example", count=80, ETag='"v1"')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow past this, as if the disk were full; a page and its record fit.
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StoreError, match="cannot be written") as caught:
            crawler(krant)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "feeds.json").exists()
    crawler(krant, known={row["canonical_url"] for row in rows(tmp_path)})
    assert len({row["doc_id"] for row in rows(tmp_path)}) == 80
    assert evidence.verify(tmp_path / "evidence") >= 80


@pytest.mark.shared_data
def test_a_hundred_real_pages(web: Any, crawler: Any, tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "html_extraction" / "trafilatura_dev.parquet"
    pages = pq.read_table(path, columns=["html"]).slice(0, 100)["html"].to_pylist()
    for number, raw in enumerate(pages):
        web.add("echt.example", f"/{number}", raw, kind="text/html")
    urls = "".join(f"<url><loc>{web.url('echt.example', f'/{n}')}</loc></url>" for n in range(100))
    web.add("echt.example", "/sitemap.xml", f"<urlset>{urls}</urlset>")
    echt = web.source("echt.example", sitemaps=(web.url("echt.example", "/sitemap.xml"),))
    result = crawler(echt, max_page_bytes=5_000_000, timeout_s=60)
    found = rows(tmp_path)
    assert result.pages == 100
    assert len(found) >= 95
    assert sum(bool(row["title"]) for row in found) >= 0.95 * len(found)
    assert sum(row["published_at"] is not None for row in found) >= 0.8 * len(found)

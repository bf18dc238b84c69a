"""Real crawls of a real, if small, web."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from baken.collectors.crawl import clear_spool, read_spool

BODY = "<p>De brug over de rivier is maandag weer open voor verkeer, meldt de gemeente.</p>" * 3


def page(title: str, published: str = "2026-03-01T10:15:00Z", extra: str = "") -> str:
    return (
        f'<html lang="nl"><head><title>{title}</title>'
        f'<meta property="article:published_time" content="{published}">{extra}</head>'
        f"<body><header class='top'><nav>menu</nav></header><article><h1>{title}</h1>{BODY}"
        f"<p>{title} is het onderwerp van dit verhaal, dat nog een zin heeft.</p></article></body></html>"
    )


def feed(*items: tuple[str, str]) -> str:
    entries = "".join(
        f"<item><title>{title}</title><link>{url}</link>"
        "<pubDate>Sun, 01 Mar 2026 10:15:30 GMT</pubDate></item>"
        for title, url in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>f</title>{entries}</channel></rss>'


def outlet(web: Any, host: str, count: int = 2, **headers: str) -> Any:
    items = [(f"Bericht {n}", web.url(host, f"/{n}")) for n in range(count)]
    web.add(host, "/feed", feed(*items), kind="application/rss+xml", **headers)
    web.add(host, "/", "<html><body><p>voorpagina</p></body></html>")
    for title, url in items:
        web.add(host, "/" + url.rpartition("/")[2], page(title))
    return web.source(host, feeds=(web.url(host, "/feed"),))


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for batch in read_spool(folder / "spool") for row in batch.documents.to_pylist()]


def reasons(folder: Path) -> dict[str, str]:
    return {
        record.position.partition("example")[2].partition("/")[2]: record.reason
        for batch in read_spool(folder / "spool")
        for record in batch.quarantined
    }


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

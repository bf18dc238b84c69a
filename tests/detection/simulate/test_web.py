from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest
from lxml import etree, html

from baken.detection.simulate import serve
from baken.detection.simulate.world import World
from baken.errors import BakenError


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Web:
    port: int

    def get(self, host: str, path: str, headers: dict[str, str] | None = None) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(
                "GET", path, headers={"Host": f"{host}:{self.port}", **(headers or {})}
            )
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), dict(answer.getheaders()))
        finally:
            connection.close()


@pytest.fixture(scope="module")
def web(world: World) -> Iterator[Web]:
    with serve(world, port=0) as address:
        yield Web(int(address.rpartition(":")[2]))


def test_rss_has_the_last_twenty_stories(web: Web, world: World) -> None:
    root = etree.fromstring(web.get("dagpost.example", "/feed.xml").body)
    links = root.xpath("//item/link/text()")
    assert len(links) == 20
    newest = [one for one in world.articles if one.host == "dagpost.example"][-1]
    assert links[0] == f"http://dagpost.example:{web.port}{newest.path}"


def test_atom_has_the_last_twenty_stories(web: Web) -> None:
    root = etree.fromstring(web.get("hetvenster.example", "/atom.xml").body)
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 20


@pytest.mark.parametrize("host", ["dagpost.example", "harbourpost.example"])
def test_the_sitemap_reaches_every_story(web: Web, world: World, host: str) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    root = etree.fromstring(web.get(host, "/sitemap.xml").body)
    parts = root.xpath("//s:sitemap/s:loc/text()", namespaces=space)
    roots = [etree.fromstring(web.get(host, "/" + part.rpartition("/")[2]).body) for part in parts]
    found = {
        address
        for one in roots or [root]
        for address in one.xpath("//s:url/s:loc/text()", namespaces=space)
    }
    assert bool(parts) == (host == "harbourpost.example")
    assert found == {
        f"http://{host}:{web.port}{one.path}" for one in world.articles if one.host == host
    }


def test_robots_close_a_section_and_ask_for_patience(web: Web) -> None:
    assert b"Disallow: /intern/" in web.get("dagpost.example", "/robots.txt").body
    assert b"Crawl-delay: 0.5" in web.get("alpenfenster.example", "/robots.txt").body
    assert b"robots-must-not-read-this" in web.get("dagpost.example", "/intern/").body


def test_every_story_has_a_page_that_says_what_it_is(web: Web, world: World) -> None:
    for article in world.articles[::40]:
        reply = web.get(article.host, article.path)
        page = html.fromstring(reply.body.decode())
        assert page.xpath("//h1/text()") == [article.title]
        assert page.xpath("//link[@rel='canonical']/@href") == [
            f"http://{article.host}:{web.port}{article.path}"
        ]
        data = json.loads(page.xpath("//script[@type='application/ld+json']/text()")[0])
        assert data["datePublished"] == article.published_at.isoformat()
        assert data.get("creditText") == article.credit


def test_a_known_page_is_not_sent_again(web: Web, world: World) -> None:
    article = world.articles[0]
    first = web.get(article.host, article.path)
    by_tag = web.get(article.host, article.path, {"If-None-Match": first.headers["ETag"]})
    by_time = web.get(
        article.host, article.path, {"If-Modified-Since": first.headers["Last-Modified"]}
    )
    assert (by_tag.status, by_time.status, by_tag.body) == (304, 304, b"")
    assert web.get(article.host, article.path, {"If-None-Match": '"other"'}).status == 200
    assert web.get(article.host, article.path, {"If-Modified-Since": "nonsense"}).status == 200


def test_one_outlet_reserves_its_texts(web: Web) -> None:
    reserved = web.get("continentalreview.example", "/")
    assert reserved.headers["tdm-reservation"] == "1"
    assert "tdm-reservation" not in web.get("dagpost.example", "/").headers


def test_the_planted_sites_share_infrastructure_and_have_no_imprint(web: Web, world: World) -> None:
    sites = [one for one in world.outlets if one.planted]
    pages = [web.get(one.host, "/").body.decode() for one in sites]
    ids = [re.findall(r"'(G-\w+)'", page) for page in pages]
    assert sum(found == ["G-7QX2LOCAL9"] for found in ids) == 4
    assert all(
        word not in page for page in pages for word in ("Colofon", "Impressum", "Published by")
    )


def test_a_channel_can_be_read_back_to_its_first_post(web: Web, world: World) -> None:
    channel = world.channels[0]
    seen: list[int] = []
    path: str | None = channel.path
    while path is not None:
        page = html.fromstring(web.get(channel.host, path).body.decode())
        posts = page.xpath("//article[@class='post']")
        assert all(post.xpath(".//time/@datetime") and post.xpath(".//div") for post in posts)
        seen = [int(post.get("data-post-id")) for post in posts] + seen
        older = page.xpath("//a[@rel='next']/@href")
        path = channel.path + older[0] if older else None
    assert seen == [one.number for one in world.channel_posts if one.channel == channel]


@pytest.mark.parametrize("query", ["?before=abc", "?before=-1", "?before=" + "9" * 5_000])
def test_a_strange_page_number_does_no_harm(web: Web, world: World, query: str) -> None:
    channel = world.channels[0]
    assert web.get(channel.host, channel.path + query).status in {200, 414}


def test_what_is_not_there_is_not_found(web: Web) -> None:
    assert web.get("dagpost.example", "/nothing").status == 404
    assert web.get("unknown.example", "/").status == 404
    assert web.get("pleinkanaal.example", "/s/wierhaven_live/99999").status == 404


def test_a_taken_port_is_one_clear_line(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BakenError, match=f"port {port} .*--port") as caught:
            serve(world, port=port).__enter__()
    assert "\n" not in str(caught.value)

"""The canonical form of a web address, and what is found in texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.urls import canonical_url, hashtags_in, is_shortener, links_in, registrable_domain


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.ORG", "https://example.org/"),
        (
            "https://www.example.org:443/a/?utm_source=x&b=2&a=1#top",
            "https://example.org/a?a=1&b=2",
        ),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://m.example.co.uk/a/amp/", "https://example.co.uk/a"),
        ("https://m.co.uk/a", "https://m.co.uk/a"),
        ("https://amp.example.org/story.amp.html?outputType=amp", "https://example.org/story"),
        ("https://example-org.cdn.ampproject.org/c/s/example.org/a", "https://example.org/a"),
        ("https://www.google.com/amp/s/example.org/a?x=1", "https://example.org/a?x=1"),
        ("https://example.org/%7Euser/%e2%82%ac", "https://example.org/~user/%E2%82%AC"),
        ("https://example.org/€ 1%zz", "https://example.org/%E2%82%AC%201%25zz"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("https://новости.example/путь", "https://xn--b1amnebsh.example/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/a/%2e%2e/b;jsessionid=1F", "https://example.org/b"),
        ("https://example.org/?fbclid=1&gclid=2", "https://example.org/"),
        ("https://x.com/i/status/1?s=20&t=abc", "https://x.com/i/status/1"),
        ("https://example.org/a?s=20", "https://example.org/a?s=20"),
        ("https://[::1]:8080/a", "https://[::1]:8080/a"),
        ("https://t.co/AbC", "https://t.co/AbC"),
    ],
)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/",
        "javascript:alert(1)",
        "mailto:a@example.org",
        "//example.org/a",
        "https://",
        "https://exa mple.org/",
        "https://[::1",
        "https://example.org:99999/",
        "https://example..org/",
        "https://example.org/\ud800",
        "https://example.org/" + "a" * 5_000,
    ],
)
def test_no_web_address(url: str) -> None:
    assert canonical_url(url) is None


_PARTS = (  # noqa: SIM905
    "http https :// www. m. amp. example.org bücher.example co.uk / // /amp /./ /../ .amp.html ? "
    "& = utm_source=a fbclid=1 b=2 a=1 %41 %2541 % %e2 # é 漢 ; ;jsessionid=2 : 80 :443 :8080 @ "
    "[::1] google.com/amp/s/ x.cdn.ampproject.org/c/s/ \ud800 \x00 …"
).split(" ")
_PIECES = st.lists(st.sampled_from(_PARTS), max_size=12).map("".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(_PIECES, _PIECES.map(lambda tail: f"https://example.org{tail}"), st.text()))
def test_canonical_form_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    if once is not None:
        assert canonical_url(once) == once
        once.encode("ascii")


def test_shorteners_are_known_by_their_host() -> None:
    assert is_shortener("https://bit.ly/x")
    assert is_shortener("http://www.tinyurl.com/x")
    assert not is_shortener("https://notbit.ly/x")
    assert not is_shortener("https://[bad")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("news.example.co.uk", "example.co.uk"),
        ("dutch.news-pravda.example", "news-pravda.example"),
        ("krant.example", "krant.example"),
        ("a.b.krant.example.", "krant.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("", None),
        ("bad host", None),
    ],
)
def test_registrable_domain(host: str, expected: str | None) -> None:
    assert registrable_domain(host) == expected


def test_links_are_found_trimmed_and_made_canonical() -> None:
    text = (
        "See (https://Example.org/a_(b)?utm_medium=x), [here](http://m.example.org/c). "
        "www.example.net/d! https://example.org/a_(b) mail@www.example.org t.me/kanaal/5"
    )
    assert links_in(text) == (
        "https://example.org/a_(b)",
        "https://example.org/c",
        "https://example.net/d",
        "https://t.me/kanaal/5",
    )


def test_hashtags_keep_their_order_and_lose_their_case() -> None:
    text = "#Één two#no #МОСКВА #2016 ＃Tag https://example.org/#frag #een_2 #МОСКВА &#39;"
    assert hashtags_in(text) == ("één", "москва", "tag", "een_2")


@pytest.mark.parametrize(
    "text", ["https://" * 500_000, "#" * 3_000_000, "www." * 800_000, "(" * 10**6, "t.me/" * 10**6]
)
def test_hostile_texts_take_bounded_time(text: str) -> None:
    started = time.process_time()
    links_in(text)
    hashtags_in(text)
    assert time.process_time() - started < 5

"""Names that pass themselves off as others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.detection.lookalike import resembles


@pytest.mark.parametrize(
    ("host", "brand"),
    [
        ("harbourpost.test", "harbourpost.example"),
        ("harb0urpost.example", "harbourpost.example"),
        ("harborpost.example", "harbourpost.example"),
        ("hаrbourpost.example", "harbourpost.example"),
        ("harbourpost-news.example", "harbourpost.example"),
        ("hаrbourpost.example".encode("idna").decode(), "harbourpost.example"),
        ("modernpost.example", "modempost.example"),
    ],
)
def test_look_alikes(host, brand):
    assert resembles(host, brand)


@pytest.mark.parametrize(
    ("host", "brand"),
    [
        ("harbourpost.example", "harbourpost.example"),
        ("news.harbourpost.example", "harbourpost.example"),
        ("courant.example", "harbourpost.example"),
        ("ad.example", "ap.example"),
        ("", "harbourpost.example"),
    ],
)
def test_others(host, brand):
    assert not resembles(host, brand)


@given(st.text(max_size=80), st.text(max_size=80))
def test_hostile_names_never_escape(host, brand):
    assert resembles(host, brand) in (True, False)
    assert not resembles(host, host)

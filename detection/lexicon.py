"""The words and hosts by which innocent explanations are recognised, found in one pass."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

import ahocorasick

Topics = dict[str, int]
"""How many different words of each topic a text holds."""


def topics_of(text: str) -> Topics:
    """How many different words of each topic the folded `text` holds."""
    words: set[tuple[str, str]] = set()
    for end, entries in _automaton().iter(text):
        for topic, word, open_end in entries:
            start = end - len(word) + 1
            if start and text[start - 1].isalnum():
                continue
            if not open_end and end + 1 < len(text) and text[end + 1].isalnum():
                continue
            words.add((topic, word))
    return dict(Counter(topic for topic, _ in words))


@cache
def hosts(kind: str) -> frozenset[str]:
    """The hosts of one kind: petition, aggregator or platform."""
    return frozenset(_lists()["hosts"][kind])


def is_host(host: str, kind: str) -> bool:
    """Whether `host` is one of `hosts(kind)` or lies under one."""
    labels = host.split(".")
    return any(".".join(labels[at:]) in hosts(kind) for at in range(len(labels) - 1))


@cache
def agencies() -> frozenset[str]:
    """Folded names of news agencies whose copy is syndicated widely."""
    return frozenset(_lists()["agencies"]["names"])


@cache
def _lists() -> dict[str, Any]:
    resource = files("baken.detection").joinpath("lexicon.toml")
    return tomllib.loads(resource.read_text(encoding="utf-8"))


@cache
def _automaton() -> Any:
    entries: dict[str, list[tuple[str, str, bool]]] = {}
    for topic, section in _lists().items():
        for entry in section.get("words", ()):
            word = entry.removesuffix("*").casefold()
            entries.setdefault(word, []).append((topic, word, entry.endswith("*")))
    automaton = ahocorasick.Automaton()
    for word, meanings in sorted(entries.items()):
        automaton.add_word(word, meanings)
    automaton.make_automaton()
    return automaton

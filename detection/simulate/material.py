"""The hand-written material of the sample world, and the decks that sentences are drawn from."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Generic, TypeVar

LANGUAGES = ("nl", "en", "de", "fr", "pl", "ru", "uk")

T = TypeVar("T")


@cache
def material(name: str) -> dict[str, Any]:
    """The content of `words/NAME.toml`."""
    file = resources.files("baken.detection.simulate").joinpath("words", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


class Deck(Generic[T]):
    """Draws from `cards` in random order, and none twice before all were drawn."""

    def __init__(self, cards: Sequence[T], rng: random.Random) -> None:
        if not cards:
            raise ValueError("a deck needs at least one card")
        self._cards = list(cards)
        self._rng = rng
        self._left: list[T] = []

    def draw(self) -> T:
        """The next card; a new round begins when all were drawn."""
        if not self._left:
            self._left = list(self._cards)
            self._rng.shuffle(self._left)
        return self._left.pop()

    def draw_distinct(self, count: int) -> list[T]:
        """`count` different cards, or all of them if there are fewer."""
        drawn: list[T] = []
        skipped: list[T] = []
        while len(drawn) < min(count, len(self._cards)):
            card = self.draw()
            (skipped if card in drawn else drawn).append(card)
        self._left.extend(skipped)
        return drawn

"""Articles, short posts and remarks in seven languages, composed from the hand-written material."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from baken.detection.simulate.material import Deck, material

TOPICS = (
    "council",
    "energy",
    "transport",
    "telecom",
    "water",
    "health",
    "education",
    "elections",
    "defence",
    "weather",
    "culture",
    "sports",
)
# Nobody votes on these: people enjoy them, and go home.
_LIGHT = frozenset({"weather", "culture", "sports"})
# In Polish, Russian and Ukrainian these numbers all take the genitive plural, so that a sentence
# can be written once.
COUNTS = (*range(5, 21), *range(25, 31), *range(35, 41), *range(45, 50))

# Slots that every sentence fills anew, and the decks they are drawn from.
_DRAWN = {
    "name": "names",
    "other": "names",
    "she": "women",
    "he": "men",
    "org": "orgs",
    "weekday": "weekdays",
    "when": "whens",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A text before it has a place and a time: headline, paragraphs and subject."""

    title: str
    paragraphs: tuple[str, ...]
    topic: str

    @property
    def lead(self) -> str:
        """The first sentence or two."""
        return self.paragraphs[0]


class Voice:
    """A writer in one language who repeats a sentence only when all others were used."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language = language
        self._rng = rng
        self._material = material(language)
        self._decks: dict[tuple[str, ...], Deck[Any]] = {}
        self._paired: set[tuple[str, str]] = set()

    def article(self, topic: str, *, details: int = 4) -> Draft:
        """A news story about `topic`: lead, `details` details, somebody's reaction, a closing."""
        slots = self._slots(topic)
        facts = self._deck("topics", topic, "details").draw_distinct(details)
        lead = self._fill(self._deck("topics", topic, "leads").draw(), slots)
        body = [self._fill(fact, slots) for fact in facts]
        tone = "light_" if topic in _LIGHT else ""
        reaction = self._fill(self._deck(f"{tone}reactions").draw(), slots)
        closing = self._fill(self._deck(f"{tone}closings").draw(), slots)
        half = max(1, details // 2)
        paragraphs = (lead, " ".join(body[:half]), f"{reaction} {' '.join(body[half:])}", closing)
        title = self._fill(self._deck("topics", topic, "headlines").draw(), slots)
        return Draft(title, tuple(part.strip() for part in paragraphs if part.strip()), topic)

    def comment(self) -> str:
        """What an editor adds to a speech: two sentences that quote nobody."""
        slots = self._slots(self.topic())
        lines = self._deck("reactions").draw_distinct(2)
        return " ".join(self._fill(line, slots) for line in lines)

    def topic(self) -> str:
        """The next subject."""
        return str(self._topics.draw())

    def remark(self) -> str:
        """A short post as a person writes it: what happened, and an afterthought."""
        slots = self._slots(self.topic())
        said = self._deck("remarks").draw()
        parts = [self._fill(said, slots), self._fill(self._new_aside(said), slots)]
        style = self._rng.random()
        if style < 0.3:
            parts.insert(0, self._fill(self._deck("openers").draw(), slots))
        if style > 0.7:
            parts.append(self._fill(self._deck("endings").draw(), slots))
        return " ".join(parts)

    def breaking(self) -> Draft:
        """A story about the night of the breaking news, in words of its own."""
        slots = self._slots("breaking")
        facts = self._deck("topics", "breaking", "details").draw_distinct(5)
        body = [self._fill(fact, slots) for fact in facts]
        lead = self._fill(self._deck("topics", "breaking", "leads").draw(), slots)
        title = self._fill(self._deck("topics", "breaking", "headlines").draw(), slots)
        return Draft(title, (lead, " ".join(body[:3]), " ".join(body[3:])), "alert")

    def event_post(self, event: str) -> str:
        """A short post about `event`, never the same before all were used."""
        return self._fill(self._deck("events", event).draw(), self._slots("weather"))

    def name(self) -> str:
        """A person's name for a byline."""
        return str(self._deck("names").draw())

    def _new_aside(self, remark: str) -> str:
        """An afterthought that `remark` did not have before, until it had them all."""
        aside = str(self._deck("asides").draw())
        for _ in self._material["asides"]:
            if (remark, aside) not in self._paired:
                break
            aside = str(self._deck("asides").draw())
        self._paired.add((remark, aside))
        return aside

    @cached_property
    def _topics(self) -> Deck[str]:
        return Deck(TOPICS, self._rng)

    def _deck(self, *path: str) -> Deck[Any]:
        if path not in self._decks:
            cards: Any = self._material
            for step in path:
                cards = cards[step]
            self._decks[path] = Deck(cards, self._rng)
        return self._decks[path]

    def _slots(self, topic: str) -> dict[str, str]:
        items = self._deck("topics", topic, "items").draw() if topic != "breaking" else ""
        item = [items] if isinstance(items, str) else list(items)
        place = self._deck("places").draw()
        forms = [place] if isinstance(place, str) else list(place)
        return {
            "item": item[0],
            "Item": _capital(item[0]),
            "item_gen": item[-1],
            "place": forms[0],
            "in_place": forms[min(1, len(forms) - 1)],
            "of_place": forms[-1],
            "street": str(self._deck("streets").draw()),
        }

    def _fill(self, template: str, slots: dict[str, str]) -> str:
        rng = self._rng
        thousands = str(self._material["thousands"])
        big = rng.randrange(12, 96) * 100
        drawn = {
            slot: str(self._deck(deck).draw())
            for slot, deck in _DRAWN.items()
            if f"{{{slot}" in template
        }
        fresh = {
            "n": str(rng.choice(COUNTS)),
            "m": str(rng.choice(COUNTS)),
            "pct": str(rng.choice(COUNTS)),
            "big": f"{big:,}".replace(",", thousands),
            "hour": str(rng.randrange(9, 20)),
            "org_cap": _capital(drawn.get("org", "")),
            "when_cap": _capital(drawn.get("when", "")),
            **drawn,
        }
        return _capital(template.format_map({**slots, **fresh}))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

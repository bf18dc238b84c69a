"""Entities: places, organisations and public offices, each with the layer that found it.

Persons are recognised only to be left out: their names are not stored, and a place inside one
("Paris Example") is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# A page of names alone, a hostile one or a list, would fill the store.
MAX_ENTITIES = 500
PLACE, ORGANISATION, OFFICE, PERSON = "place", "organisation", "office", "person"


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention: its span, what it is, its normal form and the layer that found it.

    `normal` is `place/UA`, `place/UA/Kyiv`, `organisation/nato`, `office/prime-minister`; where a
    name is in no list, the name itself after the label.
    """

    start: int
    end: int
    text: str
    label: str
    normal: str
    layer: str


def combine(found: Iterable[Entity]) -> list[Entity]:
    """The mentions without overlaps and without persons, in the order of the text.

    Of overlapping mentions the longer stays, and at equal length the one in a list (its normal
    form is better); offices may stand inside organisations and are kept beside them.
    """
    ranked = sorted(
        found, key=lambda one: (one.start - one.end, one.layer != "gazetteer", one.start)
    )
    length = max((entity.end for entity in ranked), default=0)
    offices, others = bytearray(length), bytearray(length)
    taken: list[Entity] = []
    for entity in ranked:
        covered = offices if entity.label == OFFICE else others
        if not any(covered[entity.start : entity.end]):
            covered[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
            taken.append(entity)
    kept = [entity for entity in taken if entity.label != PERSON]
    return sorted(kept, key=lambda one: (one.start, one.end, one.label))[:MAX_ENTITIES]

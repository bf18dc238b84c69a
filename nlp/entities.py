"""Entities: places, organisations and public offices, each with the layer that found it.

Persons are recognised only to be left out: their names are not stored, and a place inside one
("Paris Example") is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
    taken: list[Entity] = []
    for entity in ranked:
        if not any(_clash(entity, other) for other in taken):
            taken.append(entity)
    kept = [entity for entity in taken if entity.label != PERSON]
    return sorted(kept, key=lambda one: (one.start, one.end, one.label))


def _clash(left: Entity, right: Entity) -> bool:
    if (left.label == OFFICE) != (right.label == OFFICE):
        return False
    return left.start < right.end and right.start < left.end

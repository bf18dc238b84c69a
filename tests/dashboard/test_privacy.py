from __future__ import annotations

from baken.dashboard.privacy import SOMEBODY, cast, is_person, short_name

PERSONS = [f"person:{number:020d}" for number in range(5)]


def test_fewer_persons_than_a_group_are_counted_only() -> None:
    shown = cast(["web:a.example", *PERSONS[:4]], min_group=5)
    assert shown.withheld
    assert shown.persons == 4
    assert shown.listed == ("web:a.example",)
    assert {shown.label(name) for name in PERSONS[:4]} == {SOMEBODY}


def test_a_group_of_persons_is_listed_by_pseudonym() -> None:
    shown = cast([*PERSONS, "web:a.example", None], min_group=5)
    assert not shown.withheld
    labels = [shown.label(name) for name in shown.listed]
    assert len(set(labels)) == 6
    assert labels[-1] == "a.example"
    assert all(label.startswith("person:") for label in labels[:-1])


def test_outlets_are_never_withheld() -> None:
    assert not cast(["web:a.example"], min_group=5).withheld


def test_labels_grow_until_they_tell_persons_apart() -> None:
    alike = [f"person:{'0' * 12}{number:08d}" for number in range(6)]
    shown = cast(alike, min_group=5)
    assert len({shown.label(name) for name in alike}) == 6


def test_names_are_short_and_harmless() -> None:
    assert is_person(PERSONS[0])
    assert len(short_name(PERSONS[0])) == len("person:") + 8
    assert "\u202e" not in short_name("web:\u202eevil.example")

"""Techniques are suggested from a table that a framework file can check."""

from __future__ import annotations

import gzip
import json

import pytest

from baken.detection import techniques
from baken.errors import InputError


def bundle(tmp_path, entries):
    path = tmp_path / "DISARM.json"
    objects = [
        {
            "type": "attack-pattern",
            "name": name,
            "external_references": [{"source_name": "mitre-attack", "external_id": technique_id}],
        }
        for technique_id, name in entries.items()
    ]
    path.write_text(json.dumps({"type": "bundle", "objects": objects}), encoding="utf-8")
    return path


def test_a_signal_suggests_with_value_and_caveat():
    (found,) = techniques.suggest({"identical-text": "12 pairs"})
    assert (found.technique_id, found.name) == ("T0084.001", "Use Copypasta")
    assert found.value == "12 pairs"
    assert "wire copy" in found.caveat


def test_inauthenticity_must_be_recorded_first():
    signals = {entry.signal: "seen" for entry in techniques.table()}
    names = {found.technique_id for found in techniques.suggest(signals)}
    guarded = {
        name
        for name in (entry.technique_id for entry in techniques.table())
        if name.startswith(("T0049", "T0143", "T0098"))
    }
    assert guarded
    assert not names & guarded
    recorded = techniques.suggest(signals, inauthenticity_recorded=True)
    assert {found.technique_id for found in recorded} >= guarded


def test_no_signal_suggests_nothing():
    assert techniques.suggest({}) == []
    assert techniques.suggest({"unheard-of": "1"}) == []


def test_nothing_that_needs_intent_is_in_the_table():
    names = {entry.technique_id for entry in techniques.table()}
    assert not names & {"T0002", "T0121", "T0128.004", "T0096", "T0085.001", "T0046", "T0102.003"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T0019", "T0049.008"),
        ("T0019.001", "T0085.007"),
        ("T0019.002", "T0049.002"),
        ("T0099", "T0143.003"),
        ("T0104.005", "T0015.001"),
        ("T0104.006", "T0015.002"),
        ("T0009", None),
        ("T0084.001", "T0084.001"),
    ],
)
def test_retired_ids_name_their_successor(old, new):
    assert techniques.successor(old) == new


def test_a_complete_bundle_has_no_problem(tmp_path):
    path = bundle(tmp_path, {entry.technique_id: entry.name for entry in techniques.table()})
    assert techniques.check_framework(path) == []


def test_problems_are_named(tmp_path):
    entries = {entry.technique_id: entry.name for entry in techniques.table()}
    entries.pop("T0118")
    entries["T0119"] = "Something else"
    entries["T0019"] = "Old one"
    problems = {
        found.technique_id: found for found in techniques.check_framework(bundle(tmp_path, entries))
    }
    assert set(problems) == {"T0118", "T0119", "T0019"}
    assert problems["T0019"].successor == "T0049.008"


def test_ids_of_an_import_are_checked(tmp_path):
    path = bundle(tmp_path, {"T0118": "Amplify Existing Narrative"})
    found = techniques.check_ids(["T0118", "T0099", "T7777"], path)
    assert [(row.technique_id, row.problem, row.successor) for row in found] == [
        ("T0099", "retired", "T0143.003"),
        ("T7777", "unknown", None),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"objects": 3}',
        b"\x00\xff\xfe",
        b"\x1f\x8bbroken",
        b"a,b\n1,2\n",
        b"{" * 9999,
    ],
)
def test_a_file_that_is_no_framework_is_one_clear_error(tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(content)
    with pytest.raises(InputError, match="odd"):
        techniques.check_framework(path)


def test_the_csv_form_is_read_also_compressed(tmp_path):
    rows = "".join(f'{entry.technique_id},"{entry.name}"\n' for entry in techniques.table())
    path = tmp_path / "techniques.csv.gz"
    path.write_bytes(gzip.compress(f"disarm_id,name\n{rows}".encode()))
    assert techniques.check_framework(path) == []


@pytest.mark.shared_data
def test_every_id_and_name_is_in_the_current_framework(shared_data):
    assert techniques.check_framework(shared_data / "disarm_ttp" / "techniques.csv.gz") == []

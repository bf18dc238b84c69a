from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baken.export import ExportContext, export

MakeCase = Callable[..., dict[str, Any]]


def test_pymisp_reads_the_event_and_gives_it_back(
    confirmed: dict[str, Any], context: ExportContext, tmp_path: Path
) -> None:
    pymisp = pytest.importorskip("pymisp")
    file = export("misp", [confirmed], tmp_path / "out", context)[0]
    event = pymisp.MISPEvent()
    event.load_file(str(file))
    written = json.loads(file.read_text())["Event"]
    assert event.uuid == written["uuid"]
    assert {(one.type, one.value) for one in event.attributes} == {
        (one["type"], one["value"]) for one in written["Attribute"]
    }
    assert ("domain", "gazet.example") in {(one.type, one.value) for one in event.attributes}
    assert {tag.name for tag in event.tags} == {
        "tlp:amber",
        'workflow:state="complete"',
        'estimative-language:likelihood-probability="likely"',
        'estimative-language:confidence-in-analytic-judgment="moderate"',
    }
    assert not any(one.to_ids for one in event.attributes)


def test_a_candidate_is_called_one_and_several_are_a_response(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    cases = [make_case(), make_case(campaign_id="cam-2")]
    content = json.loads(export("misp", cases, tmp_path / "out", context)[0].read_text())
    infos = [one["Event"]["info"] for one in content["response"]]
    assert infos == ["baken-test cam-1: candidate", "baken-test cam-2: candidate"]


def test_no_person_is_in_an_event(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    text = export("misp", [make_case(people=9)], tmp_path / "out", context)[0].read_text()
    assert "person:0" not in text
    assert "doc-3" not in text

"""The pages on explanations and judgements name what the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

from baken.detection.benign import ALL
from baken.detection.families import Family
from baken.detection.judgement import Coordinated, Inauthentic, StateLink

PAGES = Path(__file__).resolve().parents[2] / "docs" / "explanation"


@pytest.mark.parametrize("detector", ALL, ids=lambda found: found.benign_class)
def test_every_class_is_in_the_catalogue(detector):
    page = (PAGES / "benign.md").read_text(encoding="utf-8")
    assert f"| `{detector.benign_class}` |" in page


@pytest.mark.parametrize("rung", [*Coordinated, *Inauthentic, *StateLink, *Family])
def test_every_rung_and_family_is_explained(rung):
    assert str(rung) in (PAGES / "judgements.md").read_text(encoding="utf-8")

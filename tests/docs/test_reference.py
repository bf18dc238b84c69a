"""The reference pages say what the program does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
spec = importlib.util.spec_from_file_location("build_reference", DOCS / "build_reference.py")
assert spec is not None
assert spec.loader is not None
build_reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_reference)


@pytest.mark.parametrize("name", sorted(build_reference.PAGES))
def test_a_page_is_what_the_program_says(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == build_reference.PAGES[name](), "run: python docs/build_reference.py"

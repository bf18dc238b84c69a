"""The rules of the house that no linter checks: floors, sizes, and a light command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = (
    "scrapy",
    "spacy",
    "torch",
    "sentence_transformers",
    "streamlit",
    "elasticsearch",
    "lancedb",
    "sklearn",
    "pandas",
)


def sources() -> list[Path]:
    folders = ("baken", "collectors", "nlp", "detection", "dashboard", "eval", "bench")
    found = [path for folder in folders for path in (REPOSITORY / folder).rglob("*.py")]
    return sorted({path.resolve() for path in found})


def test_no_module_is_longer_than_400_lines() -> None:
    long = [p.name for p in sources() if len(p.read_text(encoding="utf-8").splitlines()) > 400]
    assert long == []


def test_help_loads_no_heavy_library() -> None:
    code = f"import sys, baken.cli.app\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert printed.strip() == "[]"


@pytest.mark.parametrize("command", [["lint-imports"], ["ruff", "check", "."], ["mypy"]])
def test_the_linters_agree(command: list[str]) -> None:
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [str(tool), *command[1:]], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]

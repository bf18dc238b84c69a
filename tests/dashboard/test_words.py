"""Every fixed word of the pages has a Dutch counterpart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from baken import dashboard
from baken.dashboard import app, evidence, pieces, steps
from baken.dashboard.desk import dutch, language_name, say
from baken.detection.benign import ALL
from baken.detection.judgement import Coordinated, Inauthentic, StateLink
from baken.detection.reach import Reach
from baken.model import CampaignStatus, LineageEvent, Role, TraceKind

FOLDER = Path(next(iter(dashboard.__path__))).resolve()
SPEAKERS = ("say", "heading", "nothing")
_RUNGS = [*Coordinated, *Inauthentic, *StateLink, *Reach]
# Names of columns that are never shown, and of Streamlit's own options.
NOT_WORDS = {"width", "selection", "rows"}


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _spoken() -> set[str]:
    found: set[str] = set()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in SPEAKERS:
                found.update(text for part in node.args for text in _strings(part))
            if node.func.id == "table":
                keys = (key for d in ast.walk(node) if isinstance(d, ast.Dict) for key in d.keys)
                found.update(text for key in keys if key for text in _strings(key))
    return found - NOT_WORDS - {""}


def test_every_word_of_the_pages_is_in_the_dutch_file() -> None:
    words = _spoken()
    words |= {title for _, title, _ in app.PAGES}
    words |= set(CampaignStatus) | set(LineageEvent) | set(Role)
    words |= {pieces.TITLES[field] for field, _ in evidence.JUDGEMENTS} | set(evidence.VERDICTS)
    words |= set(steps.WORDS.values())
    words |= {one.benign_class for one in ALL} | set(TraceKind) | set(_RUNGS)
    words |= {"up", "down", "expired", "silent", "imported", "a person"}
    assert sorted(words - set(dutch())) == []


def test_no_dutch_word_is_empty() -> None:
    assert all(value.strip() for value in dutch().values())


def test_an_english_reader_reads_the_words_themselves() -> None:
    assert say("Overview") == "Overview"


@pytest.mark.parametrize(
    ("code", "name"), [("nl", "Dutch"), ("uk", "Ukrainian"), (None, "unknown"), ("zz1", "zz1")]
)
def test_languages_have_names(code: str | None, name: str) -> None:
    assert language_name(code) == name

"""The lens on the page of a narrative."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from baken.store.project import Project


def _answers(page: Any) -> list[tuple[str, str]]:
    (frame,) = (f.value for f in page.dataframe if {"answer", "antwoord"} & set(f.value.columns))
    return sorted(zip(frame.iloc[:, 0], frame.iloc[:, 1], strict=True))


@pytest.mark.usefixtures("full")
def test_labels_bear_their_titles_and_unknown_ones_their_names(open_page: Any, world: Any) -> None:
    page = open_page("narratives", id=world.STORY)
    assert not page.exception
    assert _answers(page) == [
        ("Move", "unclear"),
        ("Target", "Food and drinking water"),
        ("frame", "economic"),
    ]
    command = f"baken narratives correct {world.STORY} --taxonomy frame|move|target"
    assert any(command in element.value for element in page.text)


def test_a_reader_of_dutch_reads_dutch_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Any, world: Any
) -> None:
    world.full_project(tmp_path / "nl", settings='[dashboard]\nreader_language = "nl"\n')
    monkeypatch.setenv("BAKEN_PROJECT", str(tmp_path / "nl"))
    page = open_page("narratives", id=world.STORY)
    assert ("Doelwit", "Voedsel en drinkwater") in _answers(page)


def test_a_broken_taxonomy_is_said_and_names_stay(
    full: Project, open_page: Any, world: Any
) -> None:
    folder = full.config.path(full.config.nlp.lens)
    folder.mkdir()
    (folder / "own.toml").write_text("name = ", encoding="utf-8")
    page = open_page("narratives", id=world.STORY)
    assert not page.exception
    assert "not valid TOML" in page.warning[0].value
    assert ("target", "food-water") in _answers(page)

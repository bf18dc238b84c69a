"""Taxonomies as data files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baken.errors import ConfigError
from baken.nlp.lens.cues import ANY_LANGUAGE
from baken.taxonomies import load_taxonomies, taxonomies_digest

LANGUAGES = {"nl", "en", "de", "fr", "pl", "ru", "uk"}
OWN = """
name = "{name}"
question = "?"
source = "a test"
[labels.one]
description = "One."
cues = {{ en = ["one"] }}
[labels.two]
description = "Two."
examples = {{ en = ["Two and two."] }}
"""


DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "lens.md"


def test_the_documented_taxonomy_loads(tmp_path: Path) -> None:
    block = DOCUMENTED.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "frame.toml").write_text(block, encoding="utf-8")
    frame = next(one for one in load_taxonomies(tmp_path) if one.name == "frame")
    assert list(frame.labels) == ["economic", "moral"]


def test_every_label_has_words_and_examples_in_every_language() -> None:
    for taxonomy in load_taxonomies():
        for label in taxonomy.labels.values():
            assert (
                set(label.cues) - {ANY_LANGUAGE}
                == set(label.hints)
                == set(label.examples)
                == LANGUAGES
            )
            assert set(label.titles) == {"en", "nl"}
        assert set(taxonomy.none.examples) == LANGUAGES


def test_the_labels_are_those_of_the_field() -> None:
    labels = {one.name: set(one.labels) for one in load_taxonomies()}
    assert labels["move"] == {"dismiss", "distort", "distract", "dismay", "divide"}
    assert len(labels["target"]) == 11
    assert len(labels["technique"]) == 10


def test_no_label_says_true_or_false() -> None:
    verdict = re.compile(r"\b(true|false|lie|liar|fake news|disinformation)\b", re.IGNORECASE)
    for taxonomy in load_taxonomies():
        for name, label in taxonomy.labels.items():
            said = " ".join((name, label.description, *label.titles.values()))
            assert not verdict.search(said)


def test_a_file_in_the_project_adds_or_replaces(tmp_path: Path) -> None:
    bundled = load_taxonomies()
    (tmp_path / "mine.toml").write_text(OWN.format(name="mine"), encoding="utf-8")
    (tmp_path / "move.toml").write_text(OWN.format(name="move"), encoding="utf-8")
    found = {one.name: one for one in load_taxonomies(tmp_path)}
    assert set(found) == {one.name for one in bundled} | {"mine"}
    assert list(found["move"].labels) == ["one", "two"]
    assert found["move"].label_title("one", "nl") == "one"
    assert taxonomies_digest(bundled) != taxonomies_digest(tuple(found.values()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not valid TOML"),
        (OWN.format(name="mine").replace("description", "descripton"), "labels.one.descript"),
        (OWN.format(name="mine").replace("labels.one", "labels.unclear"), "labels.unclear"),
        (OWN.format(name="Not A Name"), "name"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        load_taxonomies(tmp_path)
    assert "mine.toml" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_taxonomies(tmp_path)

"""Sentences against one taxonomy."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.nlp.lens import Lens
from baken.nlp.lens.classify import CLEAR, Example
from baken.protocols import Embedder
from baken.taxonomies import load_taxonomies

OWN_SET = Path(__file__).resolve().parents[3] / "eval" / "sets" / "lens.csv"
TAXONOMIES = {one.name: one for one in load_taxonomies()}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return make_embedder(NlpConfig(embedder="hashing"))


def told(lens: Lens, embedder: Embedder, *texts: str, language: str = "en") -> list[str]:
    codes = [language] * len(texts)
    scores = lens.confidences(texts, codes, embedder.encode(texts, codes))
    return [lens.labels[row.argmax()] if row.max() >= CLEAR else "unclear" for row in scores]


def test_words_alone_can_make_a_label(embedder: Embedder) -> None:
    lens = Lens(TAXONOMIES["target"], embedder)
    assert told(lens, embedder, "Refugees wait.", "A song.") == ["migration", "unclear"]


def test_an_example_carries_its_label(embedder: Embedder) -> None:
    new = Example("Blauwe vlinders op zolder", "nl", "eu", "mine")
    plain = Lens(TAXONOMIES["target"], embedder)
    taught = Lens(TAXONOMIES["target"], embedder, [new])
    assert told(plain, embedder, new.text, language="nl") == ["unclear"]
    assert told(taught, embedder, new.text, language="nl") == ["eu"]


def test_confidences_are_probabilities_and_do_not_depend_on_company(embedder: Embedder) -> None:
    lens = Lens(TAXONOMIES["move"], embedder)
    texts = ["What about their own bribes?", "Nobody can stop it, it is too late.", ""]
    together = lens.confidences(texts, ["en"] * 3, embedder.encode(texts, ["en"] * 3))
    alone = lens.confidences(texts[:1], ["en"], embedder.encode(texts[:1], ["en"]))
    assert ((together >= 0) & (together < 1)).all()
    assert np.allclose(together[0], alone[0], atol=1e-9)


def test_a_model_without_meaning_leaves_nearness_out(embedder: Embedder) -> None:
    bare = TAXONOMIES["move"].model_copy(
        update={
            "labels": {
                name: label.model_copy(update={"cues": {}, "hints": {}})
                for name, label in TAXONOMIES["move"].labels.items()
            }
        }
    )
    lens = Lens(bare, embedder)
    with OWN_SET.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)][:60]
    answers = told(lens, embedder, *texts, language="nl")
    assert answers.count("unclear") >= 55


def test_the_set_shares_no_sentence_with_the_examples() -> None:
    with OWN_SET.open(encoding="utf-8", newline="") as file:
        own = {row["text"] for row in csv.DictReader(file)}
    assert len(own) >= 200
    for taxonomy in TAXONOMIES.values():
        for label in (*taxonomy.labels.values(), taxonomy.none):
            assert own.isdisjoint(text for texts in label.examples.values() for text in texts)

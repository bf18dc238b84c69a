"""Narratives through the lens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from baken import schema
from baken.config import NlpConfig
from baken.model import Correction
from baken.nlp.embed import make_embedder
from baken.nlp.lens import describe_narratives
from baken.protocols import Embedder, Vectors
from baken.taxonomies import load_taxonomies

CONFIG = NlpConfig(embedder="hashing")
STORIES = {
    "n-1": [
        (
            "nl",
            "De kerncentrale levert geen elektriciteit. Het is te laat, wees gewaarschuwd.",
            "promotes",
        ),
        (
            "en",
            "The power plant fails and the electricity is gone. You have been warned.",
            "promotes",
        ),
        (
            "en",
            "Fact check: the scientists of the university say that the claim is a hoax.",
            "rebuts",
        ),
    ],
    "n-2": [("en", "The choir sings on Thursday in the village hall.", "promotes")],
    "n-3": [("en", "It is a hoax, says the fact-checker of the hospital.", "rebuts")],
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return make_embedder(CONFIG)


def tables(stories: dict[str, list[tuple[str, str, str]]]) -> dict[str, pa.Table]:
    members: list[dict[str, object]] = []
    annotations: list[dict[str, object]] = []
    for name, texts in stories.items():
        for number, (language, text, role) in enumerate(texts):
            doc_id = f"doc-{name}-{number}"
            half = text.index(". ") + 2 if ". " in text else len(text)
            spans = [{"start": 0, "end": half}, {"start": half, "end": len(text)}]
            members.append(
                {"doc_id": doc_id, "narrative_id": name, "similarity": 0.9, "role": role}
            )
            annotations.append(
                {
                    "doc_id": doc_id,
                    "text_id": f"t-{text}",
                    "own_text": text,
                    "language": language,
                    "sentences": spans,
                }
            )
    narratives: list[dict[str, object]] = [{"narrative_id": name} for name in stories]
    return {
        "members": schema.from_rows(members, schema.MEMBERS),
        "annotations": schema.from_rows(annotations, schema.ANNOTATIONS),
        "narratives": schema.from_rows(narratives, schema.NARRATIVES),
    }


def described(
    embedder: Embedder,
    stories: dict[str, list[tuple[str, str, str]]] = STORIES,
    corrections: tuple[Correction, ...] = (),
) -> pa.Table:
    return describe_narratives(
        **tables(stories),
        embedder=embedder,
        config=CONFIG,
        taxonomies=load_taxonomies(),
        corrections=corrections,
    )


def labels(table: pa.Table, narrative: str, taxonomy: str) -> list[str]:
    return [
        row["label"]
        for row in table.to_pylist()
        if row["narrative_id"] == narrative and row["taxonomy"] == taxonomy
    ]


def correction(
    narrative: str, taxonomy: str, *given: str, docs: tuple[str, ...] = ()
) -> Correction:
    return Correction(
        narrative_id=narrative,
        taxonomy=taxonomy,
        labels=given,
        doc_ids=docs,
        reviewer_role="analyst",
        at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def test_a_label_comes_with_the_sentences_that_carry_it(embedder: Embedder) -> None:
    rows = described(embedder).to_pylist()
    energy = next(row for row in rows if row["label"] == "energy")
    assert energy["narrative_id"] == "n-1"
    assert 0.5 <= energy["confidence"] <= 1
    assert set(energy["sentences"]) == {
        "De kerncentrale levert geen elektriciteit.",
        "The power plant fails and the electricity is gone.",
    }
    assert sorted(energy["doc_ids"]) == ["doc-n-1-0", "doc-n-1-1"]
    assert "dismay" in labels(described(embedder), "n-1", "move")


def test_a_text_of_one_sentence_is_not_encoded_again(embedder: Embedder) -> None:
    asked: list[str] = []
    stories = {"n-1": [*STORIES["n-1"], ("en", "The power plant is dark.", "promotes")]}

    def stored(names: Sequence[str]) -> Vectors:
        asked.extend(names)
        return embedder.encode([name.removeprefix("t-") for name in names], ["en"] * len(names))

    again = describe_narratives(
        **tables(stories),
        embedder=embedder,
        config=CONFIG,
        taxonomies=load_taxonomies(),
        stored=stored,
    )
    assert again.equals(described(embedder, stories))
    assert asked == ["t-The power plant is dark."]


def test_a_rebuttal_says_nothing_of_its_narrative(embedder: Embedder) -> None:
    table = described(embedder)
    assert "knowledge" not in labels(table, "n-1", "target")
    assert labels(table, "n-3", "target") == ["unclear"]


def test_doubt_is_unclear_in_every_taxonomy(embedder: Embedder) -> None:
    table = described(embedder)
    for taxonomy in load_taxonomies():
        assert labels(table, "n-2", taxonomy.name) == ["unclear"]


def test_copies_of_a_text_count_once(embedder: Embedder) -> None:
    other = ("en", "The university and its professors opened a new laboratory.", "promotes")
    copied = {"n-1": [*STORIES["n-1"][:2], *[other] * 40]}
    assert labels(described(embedder, copied), "n-1", "target")[0] == "energy"


def test_no_sentence_is_shown_twice(embedder: Embedder) -> None:
    alike = [
        ("en", f"The gas pipeline is gone. Letter {number}.", "promotes") for number in range(5)
    ]
    rows = described(embedder, {"n-1": alike}).to_pylist()
    energy = next(row for row in rows if row["label"] == "energy")
    assert energy["sentences"] == ["The gas pipeline is gone."]
    assert len(energy["doc_ids"]) == 1


def test_the_order_of_rows_changes_nothing(embedder: Embedder) -> None:
    given = tables(STORIES)
    generator = random.Random(1)
    shuffled = {
        name: table.take(generator.sample(range(table.num_rows), table.num_rows))
        for name, table in given.items()
    }
    options = {"embedder": embedder, "config": CONFIG, "taxonomies": load_taxonomies()}
    assert describe_narratives(**given, **options).equals(
        describe_narratives(**shuffled, **options)
    )


def test_the_newest_correction_stands(embedder: Embedder) -> None:
    earlier = correction("n-1", "target", "eu")
    later = correction("n-1", "target", "energy", "health")
    table = described(embedder, corrections=(earlier, later))
    rows = [row for row in table.to_pylist() if row["origin"] == "person"]
    assert [(row["label"], row["confidence"]) for row in rows] == [("energy", 1), ("health", 1)]
    assert rows[0]["sentences"]


def test_a_corrected_text_is_an_example_for_others(embedder: Embedder) -> None:
    strange = ("en", "Zorgle blivets quuxate the frobnicator near Wibbleton.", "promotes")
    alike = ("en", "Zorgle blivets quuxate that frobnicator near Wibbleton!", "promotes")
    stories = {"n-7": [strange], "n-8": [alike]}
    assert labels(described(embedder, stories), "n-8", "target") == ["unclear"]
    taught = correction("n-7", "target", "telecom", docs=("doc-n-7-0",))
    assert labels(described(embedder, stories, (taught,)), "n-8", "target") == ["telecom"]


def test_nothing_to_describe_is_an_empty_table(embedder: Embedder) -> None:
    assert described(embedder, {}).num_rows == 0


@pytest.mark.parametrize(
    "text", ["\0", "\ud800 energy", "😀" * 500, "a" * 1_000_000, "энерг" * 9_999, ""]
)
def test_hostile_texts_are_read(embedder: Embedder, text: str) -> None:
    safe = text.encode("utf-8", "replace").decode()
    table = described(embedder, {"n-1": [("ru", safe, "promotes")]})
    assert table.num_rows >= len(load_taxonomies())

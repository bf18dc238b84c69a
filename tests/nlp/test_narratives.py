import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from baken import schema
from baken.config import NlpConfig
from baken.nlp.narratives import build_narratives

START = datetime(2025, 3, 1, tzinfo=UTC)
CONFIG = NlpConfig(sleep_days=5)
SAYS = {
    "en": "Officials in the harbour say the new gas terminal leaks, report number",
    "nl": "Bestuurders in de haven melden dat de nieuwe gasterminal lekt, bericht nummer",
}


def world(count=24, days=2, first=0):
    """Documents of two stories and some noise, two languages, one fact-checker."""
    random_ = np.random.default_rng(7)
    middles = random_.normal(size=(2, 64))
    documents, annotations, texts, vectors = [], [], [], []
    for number in range(80):
        story = number % 2 if number < 2 * count else None
        middle = middles[story] if story is not None else random_.normal(size=64)
        vector = middle + 0.3 * random_.normal(size=64)
        if not first <= number:
            continue
        language = "en" if number % 4 < 2 else "nl"
        at = START + timedelta(hours=number * days)
        text = f"{SAYS[language]} {number}"
        if number == 4:
            text = f"Fact check: false claim. {text}"
        documents.append(
            {
                "doc_id": f"doc-{number:03}",
                "source_id": "check.example" if number == 6 else "news.example",
                "account_id": f"web:{number % 9}.example",
                "account_kind": "outlet",
                "order_id": "order",
                "title": f"Story {story} in {language}",
                "text": text,
                "published_at": at,
                "collected_at": at + timedelta(hours=1),
            }
        )
        annotations.append(
            {
                "doc_id": f"doc-{number:03}",
                "language": language,
                "text_id": f"text-{number:03}",
                "own_text": text,
            }
        )
        texts.append({"text_id": f"text-{number:03}", "text": text, "language": language})
        vectors.append(vector / np.linalg.norm(vector))
    return documents, annotations, texts, np.array(vectors, np.float32).reshape(-1, 64)


def build(world, previous=None, order=None, lineage=None, readers=("en", "nl")):
    documents, annotations, texts, vectors = world
    rows = list(range(len(documents))) if order is None else order
    narratives, members = previous or (
        schema.empty(schema.NARRATIVES),
        schema.empty(schema.MEMBERS),
    )
    columns = pa.schema(
        [("text_id", pa.string()), ("text", pa.string()), ("language", pa.string())]
    )
    return build_narratives(
        documents=schema.from_rows([documents[row] for row in rows], schema.DOCUMENTS),
        annotations=schema.from_rows([annotations[row] for row in rows], schema.ANNOTATIONS),
        texts=pa.Table.from_pylist([texts[row] for row in rows], schema=columns),
        vectors=vectors[rows],
        matches=schema.empty(schema.MATCHES),
        previous_narratives=narratives,
        previous_members=members,
        source_kinds={"check.example": "factchecker"},
        config=CONFIG,
        model_id="baken",
        previous_lineage=schema.empty(schema.LINEAGE) if lineage is None else lineage,
        reader_languages=readers,
        seed=1,
    )


def test_two_stories_over_two_languages():
    narratives, members, lineage = build(world())
    assert narratives.num_rows == 2
    for row in narratives.to_pylist():
        assert row["languages"] == ["en", "nl"]
        assert row["documents"] == row["distinct_texts"] == 24
        assert row["first_seen"] < row["last_seen"]
        assert len(row["nearest"]) == 6
        assert "Story" in row["label"]
        assert row["terms"]
    assert lineage["event"].to_pylist() == ["emerge", "emerge"]
    assert members["similarity"].to_numpy().min() > 0.5


def test_labels_are_in_the_language_of_the_reader():
    for reader in ("nl", "en"):
        narratives, _, _ = build(world(), readers=(reader, "pl"))
        assert all(f"in {reader}" in label for label in narratives["label"].to_pylist())


def test_the_id_of_a_narrative_that_ended_is_not_given_again():
    narratives, _, lineage = build(world())
    again, _, _ = build(world(), lineage=lineage)
    assert not set(again["narrative_id"].to_pylist()) & set(narratives["narrative_id"].to_pylist())


def test_first_seen_is_no_rebuttal():
    documents, annotations, *rest = world()
    documents[0] |= {"source_id": "check.example", "account_id": "web:check.example"}
    narratives, _, _ = build((documents, annotations, *rest))
    assert "web:check.example" not in narratives["first_account"].to_pylist()


def test_fact_checks_rebut():
    _, members, _ = build(world())
    roles = {row["doc_id"]: row["role"] for row in members.to_pylist()}
    assert roles["doc-004"] == roles["doc-006"] == "rebuts"
    assert sum(role == "rebuts" for role in roles.values()) == 2


def test_a_repeated_run_keeps_ids_and_says_nothing_new():
    narratives, members, _ = build(world())
    again, members_again, lineage = build(world(), (narratives, members))
    assert again.equals(narratives)
    assert members_again.equals(members)
    assert lineage.num_rows == 0


def test_the_order_of_rows_does_not_matter():
    everything = world()
    order = random.Random(2).sample(range(80), 80)
    for one, other in zip(build(everything), build(everything, order=order), strict=True):
        assert one.equals(other)


def test_a_narrative_grows_and_goes_to_sleep():
    documents, annotations, texts, vectors = world()
    early = tuple(part[:30] for part in (documents, annotations, texts, vectors))
    narratives, members, _ = build(early)
    _, _, grown = build((documents, annotations, texts, vectors), (narratives, members))
    assert set(grown["event"].to_pylist()) == {"grow"}
    later = dict(documents[-1])
    later["published_at"] = later["collected_at"] = START + timedelta(days=60)
    after, _, lineage = build(
        ([*documents[:-1], later], annotations, texts, vectors), (narratives, members)
    )
    assert all(after["asleep"].to_pylist())
    assert set(lineage["event"].to_pylist()) == {"grow", "sleep"}


def test_a_time_in_the_far_future_moves_nothing():
    documents, *rest = world()
    documents[3]["published_at"] = datetime(9999, 1, 1, tzinfo=UTC)
    narratives, _, _ = build((documents, *rest))
    assert max(narratives["last_seen"].to_pylist()).year == 2025


@pytest.mark.parametrize("count", [0, 1])
def test_few_documents_have_no_narrative(count):
    few = tuple(part[:count] for part in world())
    assert [table.num_rows for table in build(few)] == [0, 0, 0]

from datetime import UTC, datetime, timedelta

import pytest

from baken import schema
from baken.nlp.paths import narrative_paths

START = datetime(2025, 3, 1, tzinfo=UTC)
SAID = "the terminal has been leaking since the first day of spring"


def document(number, source, **more):
    return {
        "doc_id": f"doc-{number}",
        "source_id": source,
        "account_id": f"web:{source}",
        "account_kind": "outlet",
        "order_id": "order",
        "text": f"Text {number}",
        "canonical_url": f"https://{source}/{number}",
        "published_at": START + timedelta(hours=number),
        "collected_at": START + timedelta(days=9),
        **more,
    }


def steps(documents, *, texts=None, languages=None, quotations=None, matches=()):
    names = [row["doc_id"] for row in documents]
    annotations = [
        {
            "doc_id": name,
            "text_id": (texts or {}).get(name, f"text-{name}"),
            "language": (languages or {}).get(name, "en"),
            "quotations": (quotations or {}).get(name, []),
        }
        for name in names
    ]
    members = [{"doc_id": name, "narrative_id": "n-1", "role": "promotes"} for name in names]
    found = narrative_paths(
        documents=schema.from_rows(documents, schema.DOCUMENTS),
        annotations=schema.from_rows(annotations, schema.ANNOTATIONS),
        members=schema.from_rows(members, schema.MEMBERS),
        matches=schema.from_rows(list(matches), schema.MATCHES),
    )
    return sorted((row["left"], row["right"], row["kind"]) for row in found.to_pylist())


def match(left, right, kind):
    return {"left": f"text-doc-{left}", "right": f"text-doc-{right}", "kind": kind, "score": 0.9}


def test_a_link_to_an_earlier_document_is_a_step():
    linked = document(2, "b.example", links=["https://a.example/1", "https://c.example/x"])
    assert steps([document(1, "a.example"), linked]) == [("doc-1", "doc-2", "link")]
    reposted = document(2, "b.example", repost_of="doc-1")
    assert steps([document(1, "a.example"), reposted]) == [("doc-1", "doc-2", "link")]


def test_words_quoted_from_an_earlier_document_are_a_step():
    quoting = document(2, "b.example", text=f"A site says “{SAID}”.")
    start = quoting["text"].index("“")
    spans = {"doc-2": [{"start": start, "end": start + len(SAID) + 2}]}
    first = document(1, "a.example", text=f"Listen: {SAID}, they say")
    assert steps([first, quoting], quotations=spans) == [("doc-1", "doc-2", "quotation")]
    assert steps([document(1, "a.example"), quoting], quotations=spans) == []


@pytest.mark.parametrize(
    ("kind", "step"),
    [("copypasta", "copy"), ("translation", "translation"), ("rewording", "same-claim")],
)
def test_a_match_is_a_step_from_the_earlier_to_the_later(kind, step):
    documents = [document(1, "a.example"), document(2, "b.example")]
    assert steps(documents, matches=[match(1, 2, kind)]) == [("doc-1", "doc-2", step)]


def test_the_plainest_reason_is_given_and_the_earliest_origin():
    documents = [
        document(1, "a.example"),
        document(2, "b.example"),
        document(3, "c.example", links=["https://b.example/2"]),
    ]
    copies = dict.fromkeys(("doc-1", "doc-2", "doc-3"), "same")
    assert steps(documents, texts=copies) == [
        ("doc-1", "doc-2", "copy"),
        ("doc-1", "doc-3", "copy"),
        ("doc-2", "doc-3", "link"),
    ]


def test_a_source_reaches_another_language_and_only_first_texts_count():
    documents = [document(1, "a.example"), document(2, "a.example"), document(3, "a.example")]
    found = steps(
        documents,
        languages={"doc-2": "nl", "doc-3": "nl"},
        matches=[match(1, 2, "translation"), match(1, 3, "translation")],
    )
    assert found == [("doc-1", "doc-2", "translation")]


def test_persons_are_one_place_and_equal_times_tell_no_direction():
    persons = [document(n, "posts", account_kind="person", account_id=f"p:{n}") for n in (1, 2)]
    assert steps(persons, texts={"doc-1": "same", "doc-2": "same"}) == []
    twins = [document(1, "a.example"), document(1, "b.example", doc_id="doc-2")]
    assert steps(twins, texts={"doc-1": "same", "doc-2": "same"}) == []


def test_nothing_has_no_path():
    assert steps([]) == []

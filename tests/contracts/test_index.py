"""One contract for every index: the same queries, the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from baken.config import Config
from baken.errors import SchemaError, StoreError, UsageError
from baken.protocols import Index
from baken.store.index import open_index


def document(doc_id: str, text: str, language: str = "en", **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "doc_id": doc_id,
        "title": None,
        "text": text,
        "language": language,
        "source_id": "web:daily.example",
        "account_id": "web:daily.example",
        "published_at": datetime(2025, 3, 1, 12, tzinfo=UTC),
        "url": f"https://daily.example/{doc_id}",
        "narrative_id": None,
        "role": None,
        "hashtags": [],
        "campaign_ids": [],
    }
    return row | more


ROWS = [
    document(
        "bridge-nl",
        "De gemeente sluit de oude bruggen over het kanaal.",
        "nl",
        source_id="web:gazet.example",
        published_at=datetime(2025, 3, 1, 23, 30, tzinfo=UTC),
        hashtags=["kanaal"],
        narrative_id="nar-bridge",
        campaign_ids=["cam-1", "cam-2"],
        role="promotes",
        vector=[1.0, 0.0, 0.0, 0.0],
    ),
    document(
        "bridge-en",
        "The council shuts the old bridges over the canal.",
        published_at=datetime(2025, 3, 2, tzinfo=UTC),
        narrative_id="nar-bridge",
        campaign_ids=["cam-1"],
        role="promotes",
        vector=[0.9, 0.1, 0.0, 0.0],
    ),
    document(
        "harvest-de",
        "Die Bauern klagen: die Häuser im Dorf stehen leer.",
        "de",
        published_at=datetime(2025, 3, 3, 8, tzinfo=UTC),
        vector=[0.0, 1.0, 0.0, 0.0],
    ),
    document(
        "letter-fr",
        "Les soldats ont écrit une lettre; l'été fut long.",
        "fr",
        published_at=datetime(2025, 3, 4, tzinfo=UTC),
        vector=[0.0, 0.0, 1.0, 0.0],
    ),
    document(
        "letter-ru",
        "Солдаты написали письмо, ёлка стояла у дороги.",
        "ru",
        published_at=datetime(2025, 3, 5, tzinfo=UTC),
        vector=[0.0, 0.0, 0.9, 0.1],
    ),
    document(
        "letter-uk",
        "Солдати написали листа з міста Київ.",
        "uk",
        published_at=datetime(2025, 3, 6, tzinfo=UTC),
    ),
    document("letter-pl", "Żołnierze napisali list z Łodzi.", "pl", published_at=None),
    document(
        "quote",
        "Council says: 'canal old, many bridges shut' -- a \"quote\" from O'Neil; DROP TABLE x",
        published_at=datetime(2025, 2, 1, tzinfo=UTC),
    ),
]


def table(rows: list[dict[str, object]]) -> pa.Table:
    columns = {name: [row.get(name) for row in rows] for row in rows for name in row}
    typed = pa.table({name: pa.array(values) for name, values in columns.items()})
    return typed


def ids(index: Index, query: str, **more: object) -> list[str]:
    return [hit.doc_id for hit in index.search(query, **more)]  # type: ignore[arg-type]


@pytest.fixture
def filled(index: Index) -> Index:
    assert index.publish("documents", table(ROWS), "doc_id") == len(ROWS)
    return index


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("brug", "bridge-nl"),
        ("bruggen", "bridge-nl"),
        ("Haus", "harvest-de"),
        ("hauser", "harvest-de"),
        ("bauer", "harvest-de"),
        ("soldat lettre", "letter-fr"),
        ("ecrit", "letter-fr"),
        ("ete", "letter-fr"),
        ("солдат письма", "letter-ru"),
        ("елка", "letter-ru"),
        ("КИЇВ", "letter-uk"),
        ("żołnierz", "letter-pl"),
        ("zolnierze", "letter-pl"),
        ("Lodzi", "letter-pl"),
        ("oneil neil", "quote"),
    ],
)
def test_words_are_found_in_other_forms_and_without_marks(
    filled: Index, query: str, first: str
) -> None:
    assert ids(filled, query)[0] == first


def test_more_words_in_common_rank_higher(filled: Index) -> None:
    assert ids(filled, "council shuts old bridges over the canal")[:2] == ["bridge-en", "quote"]


def test_a_phrase_must_be_there_word_for_word(filled: Index) -> None:
    assert ids(filled, "old bridges canal")[:2] == ["bridge-en", "quote"]
    assert ids(filled, '"old bridges" canal') == ["bridge-en"]
    assert ids(filled, "„canal old“") == ["quote"]
    assert ids(filled, '"bridges old"') == []


def test_scores_fall_and_say_nothing_about_the_engine(filled: Index) -> None:
    hits = filled.search("council canal", limit=2)
    assert [round(hit.score, 6) for hit in hits] == [round(1 / 61, 6), round(1 / 62, 6)]


def test_stored_fields_come_back_as_they_were(filled: Index) -> None:
    hit = filled.search("bruggen")[0]
    assert dict(hit.fields) == {k: v for k, v in ROWS[0].items() if k != "vector"}


def test_a_vector_finds_meaning_and_is_fused_with_words(filled: Index) -> None:
    assert ids(filled, "", vector=[1.0, 0.0, 0.0, 0.0], limit=2) == ["bridge-nl", "bridge-en"]
    fused = ids(filled, "soldats", vector=[0.0, 0.0, 1.0, 0.0])
    assert fused[:2] == ["letter-fr", "letter-ru"]
    assert "letter-uk" not in ids(filled, "", vector=[0.0, 0.0, 1.0, 0.0], limit=20)


def test_a_useless_vector_is_left_out(filled: Index) -> None:
    assert ids(filled, "bruggen", vector=[0.0] * 4) == ["bridge-nl"]
    assert ids(filled, "bruggen", vector=[float("nan")] * 4) == ["bridge-nl"]


def test_a_vector_of_another_model_is_refused(filled: Index) -> None:
    with pytest.raises(StoreError, match="baken publish"):
        filled.search("", vector=[1.0, 0.0])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"language": "nl"}, ["bridge-nl"]),
        ({"language": ["nl", "de"]}, ["harvest-de", "bridge-nl"]),
        ({"language": []}, []),
        ({"source_id": "web:gazet.example"}, ["bridge-nl"]),
        ({"narrative_id": "nar-bridge"}, ["bridge-en", "bridge-nl"]),
        ({"campaign_id": "cam-2"}, ["bridge-nl"]),
        ({"hashtag": "kanaal"}, ["bridge-nl"]),
        ({"role": "promotes", "language": "en"}, ["bridge-en"]),
        ({"since": "2025-03-05"}, ["letter-uk", "letter-ru"]),
        ({"until": "2025-03-01"}, ["bridge-nl", "quote"]),
        ({"until": "2025-03-01T23:00:00+00:00"}, ["quote"]),
        ({"since": "2025-03-02T01:00:00+01:00", "until": "2025-03-02"}, ["bridge-en"]),
        ({"language": "nl' OR 'a'='a"}, []),
        ({"language": "\x00\ud800'\"\\"}, []),
        ({"campaign_id": "'] OR true --"}, []),
    ],
)
def test_filters(filled: Index, filters: dict[str, str], expected: list[str]) -> None:
    assert ids(filled, "", filters=filters) == expected
    found = ids(filled, "", vector=[0.5, 0.5, 0.5, 0.5], filters=filters)
    assert sorted(found) == sorted(e for e in expected if e not in ("letter-uk", "quote"))


def test_filters_narrow_a_search_by_words(filled: Index) -> None:
    assert ids(filled, "canal", filters={"since": "2025-03-01"}) == ["bridge-en"]


def test_an_unknown_filter_or_date_is_named(filled: Index) -> None:
    with pytest.raises(UsageError, match="unknown filter 'account_id'"):
        filled.search("x", filters={"account_id": "web:daily.example"})
    with pytest.raises(UsageError, match="no date"):
        filled.search("x", filters={"since": "yesterday"})
    with pytest.raises(UsageError, match="no facet 'text'"):
        filled.facets("text")


def test_an_empty_query_gives_the_newest_and_unknown_times_last(filled: Index) -> None:
    everything = ids(filled, "  ")
    assert everything[:2] == ["letter-uk", "letter-ru"]
    assert everything[-1] == "letter-pl"
    assert len(everything) == len(ROWS)


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "((([[{{",
        "AND OR NOT",
        "*:*",
        "text:*",
        "\\",
        "a' OR 1=1; DROP TABLE documents; --",
        "{{ctx.x}}",
        "😀😀",
        "\x00\x01",
        "\ud800 \udfff",
        "\u200b\u202e",
        '"""" "" "a',
        "~^!+-&&||/?",
        "ﷺ" * 40,
        "w" * 5_000,
        "brug " * 100_000,
    ],
)
def test_no_query_is_an_error(filled: Index, query: str) -> None:
    for limit in (1, 5_000):
        assert isinstance(filled.search(query, limit=limit), list)


def test_equal_texts_are_ordered_by_id(index: Index) -> None:
    rows = [document(f"copy-{number:02}", "the same words again") for number in range(30)]
    index.publish("documents", table(rows[::-1]), "doc_id")
    assert ids(index, "same words", limit=5) == [f"copy-{number:02}" for number in range(5)]


def test_publishing_again_replaces_and_keeps_the_last_of_a_key(filled: Index) -> None:
    rows = [document("a", "first words"), document("b", "other"), document("a", "second words")]
    for _ in range(3):
        assert filled.publish("documents", table(rows), "doc_id") == 2
        assert filled.count("documents") == 2
    assert ids(filled, "first") == []
    assert ids(filled, "second") == ["a"]
    assert ids(filled, "bruggen") == []


def test_the_order_of_rows_changes_nothing(filled: Index, config: Config) -> None:
    queries = ["council canal bridges", "soldats солдаты", ""]
    before = [ids(filled, query) for query in queries]
    filled.publish("documents", table(ROWS[::-1]), "doc_id")
    assert [ids(filled, query) for query in queries] == before
    other = open_index(config)
    assert [ids(other, query) for query in queries] == before
    other.close()


def test_a_refused_publication_leaves_the_old_content(
    filled: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    from baken.store import mappings

    with pytest.raises(SchemaError, match="'colour'"):
        filled.publish("documents", pa.table({"doc_id": ["x"], "colour": ["red"]}), "doc_id")
    with pytest.raises(SchemaError, match="published_at"):
        filled.publish("documents", pa.table({"doc_id": ["x"], "published_at": ["?"]}), "doc_id")
    with pytest.raises(SchemaError, match="doc_id"):
        filled.publish("documents", pa.table({"doc_id": [None, "x"]}), "doc_id")
    whole = mappings.batches

    def torn(name: str, rows: pa.Table) -> Iterator[pa.RecordBatch]:
        yield from whole(name, rows)
        raise OSError("No space left on device")

    monkeypatch.setattr(mappings, "batches", torn)
    with pytest.raises((StoreError, OSError)):
        filled.publish("documents", table([document("new", "bruggen")]), "doc_id")
    monkeypatch.undo()
    assert ids(filled, "bruggen") == ["bridge-nl"]
    assert filled.count("documents") == len(ROWS)
    filled.publish("documents", table([document("new", "bruggen")]), "doc_id")
    assert ids(filled, "bruggen") == ["new"]


def test_nothing_published_is_empty_and_not_an_error(index: Index) -> None:
    assert index.search("anything", vector=[1.0]) == []
    assert index.count("narratives") == 0
    assert list(index.fetch("campaigns", ["x"])) == []
    assert index.facets("language") == []
    assert index.delete("documents", ["x"]) == 0
    assert index.publish("documents", table(ROWS).slice(0, 0), "doc_id") == 0
    assert index.search("anything") == []
    assert index.search("") == []
    with pytest.raises(UsageError, match="no collection"):
        index.count("persons")


def test_documents_without_any_vector_are_searched_by_words(index: Index) -> None:
    rows = [document("a", "only words"), document("b", "nothing else")]
    index.publish("documents", table(rows), "doc_id")
    assert ids(index, "words", vector=[1.0, 0.0]) == ["a"]


def test_vectors_without_direction_are_stored_as_unknown(index: Index) -> None:
    rows = [
        document("zero", "zero", vector=[0.0, 0.0]),
        document("nan", "nan", vector=[float("nan"), 1.0]),
        document("none", "none", vector=None),
        document("good", "good", vector=[0.0, 2.0]),
    ]
    assert index.publish("documents", table(rows), "doc_id") == 4
    assert ids(index, "", vector=[0.0, 1.0]) == ["good"]
    assert ids(index, "zero") == ["zero"]


def test_hostile_texts_are_stored_and_found(index: Index) -> None:
    rows = [
        document("long", "needle " + "x" * 3_000_000),
        document("many", "lorem " * 50_000 + "needle"),
        document("control", "needle\x00\x01\u200b \u202eevil"),
        document("emoji", "😀" * 1_000, title="needle"),
        document("tag", "needle", hashtags=["t" * 40_000, "short"], url="u" * 40_000),
        document("empty", ""),
    ]
    assert index.publish("documents", table(rows), "doc_id") == len(rows)
    assert sorted(ids(index, "needle")) == ["control", "emoji", "long", "tag"]
    assert ids(index, "", filters={"hashtag": "short"}) == ["tag"]


def test_facets_count_documents_for_each_value(filled: Index) -> None:
    assert filled.facets("language")[:2] == [("en", 2), ("de", 1)]
    assert filled.facets("campaign_id") == [("cam-1", 2), ("cam-2", 1)]
    assert filled.facets("role", filters={"language": "nl"}) == [("promotes", 1)]
    assert filled.facets("language", filters={"since": "2025-03-06"}) == [("uk", 1)]


def test_fetch_gives_the_wanted_rows_in_the_wanted_order(filled: Index) -> None:
    found = list(filled.fetch("documents", ["quote", "no'such", "bridge-nl", "quote"]))
    assert [row["doc_id"] for row in found] == ["quote", "bridge-nl"]
    assert found[1]["hashtags"] == ["kanaal"]
    assert "vector" not in found[1]


def test_deleted_documents_are_gone_at_once(filled: Index) -> None:
    filled.publish("documents", table(ROWS), "doc_id")
    assert filled.delete("documents", ["bridge-nl", "no-such", "letter'fr"]) == 1
    assert ids(filled, "bruggen") == []
    assert list(filled.fetch("documents", ["bridge-nl"])) == []
    assert filled.count("documents") == len(ROWS) - 1
    assert ids(filled, "canal")[0] == "bridge-en"


def test_narratives_and_campaigns_are_kept_beside_documents(filled: Index) -> None:
    at = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
    narratives = pa.table(
        {
            "narrative_id": ["nar-2", "nar-1"],
            "label": ["bridges", "harvest"],
            "terms": [["canal"], []],
            "documents": pa.array([3, 5], pa.int32()),
            "first_seen": pa.array([at, None], pa.timestamp("us", tz="UTC")),
        }
    )
    campaigns = pa.table(
        {
            "campaign_id": ["cam-1"],
            "queue": [True],
            "min_q": [1e-9],
            "statement": ["word " * 20_000],
            "benign": [[{"benign_class": "wire", "verdict": "ruled-out", "evidence": "none"}]],
        }
    )
    assert filled.publish("narratives", narratives, "narrative_id") == 2
    assert filled.publish("campaigns", campaigns, "campaign_id") == 1
    row = next(iter(filled.fetch("narratives", ["nar-2"])))
    assert (row["first_seen"], row["documents"], row["terms"]) == (at, 3, ["canal"])
    row = next(iter(filled.fetch("campaigns", ["cam-1"])))
    assert row["queue"] is True
    assert row["benign"][0]["verdict"] == "ruled-out"
    assert ids(filled, "bruggen") == ["bridge-nl"]

"""Files as documents, good and bad."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from baken import schema
from baken.collectors.imports import Batch, import_files, read_columns
from baken.config import ImportConfig
from baken.errors import InputError, OrderError, UsageError
from baken.ids import Pseudonymiser
from baken.model import AccountKind, Order

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Pseudonymiser(b"k" * 32)
MAPPING = {"account": "who", "text": "what", "published": "when"}


@pytest.fixture
def load(order: Order) -> Any:
    def load(*paths: Path, mapping: dict[str, str] | None = None, **options: Any) -> list[Batch]:
        given: dict[str, Any] = {
            "mapping": mapping or MAPPING,
            "order": order,
            "pseudonymise": KEY,
            "config": ImportConfig(),
            "source_id": "dataset:test",
            "account_kind": AccountKind.PERSON,
            "platform": "plaza.example",
            "collected_at": NOW,
            **options,
        }
        return list(import_files(paths, **given))

    return load


def rows(batches: list[Batch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.documents.to_pylist()]


def reasons(batches: list[Batch]) -> dict[str, str]:
    return {record.position: record.reason for batch in batches for record in batch.quarantined}


def as_csv(*records: tuple[str, ...], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(records)
    return out.getvalue()


RECORDS = [
    ("who", "what", "when"),
    ("Jan", "De brug is open #brug https://m.example.org/a?utm_source=x", "2026-02-01 10:15"),
    ("Ada", "Tekst met, komma en\nnieuwe regel", "2026-02-02T10:15:30+01:00"),
]


def write(folder: Path, name: str) -> Path:
    path = folder / name
    kind = name.removesuffix(".gz").rpartition(".")[2]
    dictionaries = [dict(zip(RECORDS[0], record, strict=True)) for record in RECORDS[1:]]
    if kind in {"csv", "tsv"}:
        raw = as_csv(*RECORDS, delimiter="\t" if kind == "tsv" else ";").encode()
    elif kind == "jsonl":
        raw = "\n".join(map(json.dumps, dictionaries)).encode()
    else:
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(dictionaries), buffer)
        raw = buffer.getvalue()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


@pytest.mark.parametrize(
    "name", ["a.csv", "a.tsv", "a.csv.gz", "a.jsonl", "a.jsonl.gz", "a.parquet", "a.parquet.gz"]
)
def test_every_format_gives_the_same_documents(load: Any, tmp_path: Path, name: str) -> None:
    batches = load(write(tmp_path, name))
    first, second = rows(batches)
    assert batches[0].documents.schema == schema.DOCUMENTS.schema
    assert first["account_id"] == KEY("plaza.example", "jan")
    assert first["hashtags"] == ["brug"]
    assert first["links"] == ["https://example.org/a"]
    assert first["published_at"] == datetime(2026, 2, 1, 10, 15, tzinfo=UTC)
    assert first["published_precision"] == "minute"
    assert first["published_from"] == "import"
    assert second["published_at"] == datetime(2026, 2, 2, 9, 15, 30, tzinfo=UTC)
    assert second["published_precision"] == "second"
    assert second["text"] == "Tekst met, komma en\nnieuwe regel"
    assert first["doc_id"] == rows(load(write(tmp_path, "b.csv")))[0]["doc_id"]
    assert "Jan" not in str(rows(batches))


def test_a_folder_gives_its_files_in_order(load: Any, tmp_path: Path) -> None:
    write(tmp_path, "b.jsonl")
    (tmp_path / "notes.txt").write_text("not read")
    assert len(rows(load(tmp_path))) == 2


def test_every_field_can_be_mapped(load: Any, tmp_path: Path) -> None:
    record = {
        "i": 17,
        "a": "@Jan",
        "x": "tekst",
        "h": "kop",
        "u": "https://x.com/JanJansen/status/5",
        "us": "https://example.org/1,https://example.org/2",
        "tags": "#Een, twee",
        "r": 3,
        "rt": "https://example.org/post?utm_medium=y",
        "l": "Dutch",
        "c": "ANP",
        "m": ["ab" * 32, "plaatje.jpg"],
    }
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record))
    names = "id account text title url urls hashtags reply_to repost_of language credit media"
    (row,) = rows(load(path, mapping=dict(zip(names.split(), record, strict=True))))
    assert row["account_id"] == KEY("plaza.example", "Jan")
    assert row["url"].startswith("https://x.com/p")
    assert "JanJansen" not in str(row)
    assert row["links"] == ["https://example.org/1", "https://example.org/2"]
    assert row["hashtags"] == ["een", "twee"]
    assert row["reply_to"].startswith("doc-")
    assert row["repost_of"] == "https://example.org/post"
    assert (row["language_hint"], row["credit"], row["title"]) == ("nl", "ANP", "kop")
    assert row["media_sha256"][0] == "ab" * 32
    assert len(row["media_sha256"][1]) == 64
    assert row["published_precision"] == "unknown"
    assert row["published_at"] is None


def test_an_id_counts_within_its_account(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(as_csv(("n", "who", "what"), ("1", "a", "x"), ("1", "b", "y"), ("1", "a", "x")))
    (batch,) = load(path, mapping={"id": "n", "account": "who", "text": "what"})
    assert batch.documents.num_rows == 2
    assert batch.duplicates == 1


def test_outlets_keep_their_names(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        as_csv(
            ("who", "what"),
            *((name, "tekst") for name in ("www.Krant.example", "@kanaal", "web:a.b")),
        )
    )
    batches = load(
        path, mapping={"account": "who", "text": "what"}, account_kind=AccountKind.OUTLET
    )
    names = [row["account_id"] for row in rows(batches)]
    assert names == ["web:krant.example", "channel:kanaal", "web:a.b"]


def test_rows_that_cannot_be_used_go_to_quarantine(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    raw = [
        b"\xef\xbb\xbfwho,what,when",
        b"jan,goed,2026-02-01 10:15",
        b"jan,kapot \xff\xfe,2026-02-01 10:15",
        b"jan,,2026-02-01 10:15",
        "jan,\u200b \u00a0,2026-02-01 10:15".encode(),
        b",geen naam,2026-02-01 10:15",
        b"jan,jaar nul,0000-01-01 10:15",
        b"jan,jaar 9999,9999-12-31",
        b"jan,oud,1200-12-31",
        b"jan,onzin van jan,gisteren",
        b"jan,te veel,2026-02-01 10:15,kolommen",
        "jan,😀😀🎉,2026-02-01".encode(),
        b"jan,nul\x00teken,2026-02-01",
    ]
    path.write_bytes(b"\n".join(raw))
    batches = load(path)
    assert [row["text"] for row in rows(batches)] == ["goed", "😀😀🎉", "nulteken"]
    assert reasons(batches) == {
        "line 3": "broken UTF-8",
        "line 4": "no text",
        "line 5": "no text",
        "line 6": "no account",
        "line 7": "the time cannot be read",
        "line 8": "the time lies in the future",
        "line 9": "the time lies before 1990",
        "line 10": "the time cannot be read",
        "line 11": "it has 4 columns, the header 3",
    }
    shown = str([record for batch in batches for record in batch.quarantined])
    assert "jan," not in shown
    assert "onzin van …" in shown


def test_json_lines_that_cannot_be_used(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    raw = [
        b'{"who": "a", "what": "goed", "when": 1767225600}',
        b'{"who": "a", "what": "kapot \xff"}',
        b'{"who": "a", "what": "half \\ud800"}',
        b'{"who": "a", ',
        b"[1, 2]",
        b"[" * 100_000,
        b"",
        b'{"who": "b", "what": "ook goed", "when": "1767225600500"}',
        b'{"who": "b", "what": NaN, "when": 1}',
    ]
    path.write_bytes(b"\n".join(raw))
    batches = load(path)
    found = rows(batches)
    assert [row["text"] for row in found] == ["goed", "ook goed"]
    assert found[1]["published_at"] == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert set(reasons(batches)) == {"line 2", "line 3", "line 4", "line 5", "line 6", "line 9"}


def test_broken_text_inside_parquet(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    broken = pa.StringArray.from_buffers(
        2, pa.py_buffer(b"\0\0\0\0\x02\0\0\0\x06\0\0\0"), pa.py_buffer(b"\xff\xfegoed")
    )
    pq.write_table(pa.table({"who": ["a", "b"], "what": broken}), path)
    batches = load(path, mapping={"account": "who", "text": "what"})
    assert [row["text"] for row in rows(batches)] == ["goed"]
    assert reasons(batches) == {"row 1": "broken UTF-8"}


def test_times_of_parquet_keep_their_precision(load: Any, tmp_path: Path) -> None:
    whole = [datetime(2026, 1, 1, 10, minute) for minute in range(30)]
    path = tmp_path / "a.parquet"
    when = pa.array(whole, type=pa.timestamp("ns"))
    texts = [f"tekst {n}" for n in range(30)]
    pq.write_table(pa.table({"who": ["a"] * 30, "what": texts, "when": when}), path)
    assert {row["published_precision"] for row in rows(load(path))} == {"minute"}
    days = pa.array([moment.date() for moment in whole])
    pq.write_table(pa.table({"who": ["a"] * 30, "what": texts, "when": days}), path)
    assert {row["published_precision"] for row in rows(load(path))} == {"day"}


def test_a_quotation_mark_that_is_never_closed_costs_one_row(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"jan,tekst {n},2026-02-01 10:15" for n in range(5_000)]
    lines[10] = 'jan,"open,2026-02-01 10:15'
    path.write_text("who,what,when\n" + "\n".join(lines))
    batches = load(path)
    assert len(rows(batches)) == 4_999
    assert list(reasons(batches)) == ["line 12"]


def test_many_open_quotation_marks_take_linear_time(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("who,what,when\n" + 'jan,"open,2026-02-01 10:15\n' * 30_001)
    started = time.process_time()
    load(path)
    assert time.process_time() - started < 20


def test_a_text_of_50_megabytes_is_set_aside(load: Any, tmp_path: Path) -> None:
    for name, raw in (
        ("a.csv", b"who,what,when\njan," + b"a" * 50_000_000 + b",2026-02-01\njan,kort,2026-02-01"),
        (
            "a.jsonl",
            b'{"who":"j","what":"' + b"a" * 50_000_000 + b'","when":1767225600}\n'
            b'{"who":"j","what":"kort","when":1767225600}',
        ),
    ):
        path = tmp_path / name
        path.write_bytes(raw)
        batches = load(path)
        assert [row["text"] for row in rows(batches)] == ["kort"]
        assert list(reasons(batches).values()) == ["the text is too long (50000000 characters)"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"PAR1" + b"\0" * 20, "holds Parquet, not CSV"),
        ("a.parquet", b"who,what,when\na,b,c\n", "holds CSV, not Parquet"),
        ("a.csv", b'{"who": 1}\n', "holds JSON Lines, not CSV"),
        ("a.jsonl", b"who,what,when\n", "holds CSV, not JSON Lines"),
        ("a.csv", gzip.compress(b"who,what,when\n"), "is compressed with gzip, unlike its name"),
        ("a.csv.gz", b"who,what,when\n", "is not compressed, unlike its name"),
        ("a.csv", b"PK\x03\x04rest", "ZIP or Excel"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0", "no text in UTF-8"),
        ("a.csv", b"<html>", "HTML or XML"),
        ("a.json", b'[{"who": 1}]', "one JSON array"),
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", gzip.compress(b"who,what,when\n" * 999)[:60], "cannot be read"),
        ("a.parquet", b"PAR1 and nothing more", "no complete Parquet file"),
        ("a.csv", "who,what".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(
    load: Any, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_mistakes_of_the_caller_are_told_before_anything_is_read(load: Any, tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv")
    with pytest.raises(UsageError, match=r"no column 'wat'.*who, what, when"):
        load(path, mapping={"text": "wat"})
    with pytest.raises(UsageError, match="no field 'tekst'"):
        load(path, mapping={"tekst": "what"})
    with pytest.raises(UsageError, match="which column holds the text"):
        load(path, mapping={"account": "who"})
    with pytest.raises(InputError, match="no file at"):
        load(tmp_path / "none.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no files in"):
        load(tmp_path / "empty")
    with pytest.raises(OrderError):
        load(path, collected_at=datetime(2019, 1, 1, tzinfo=UTC))


def test_only_a_header_is_no_mistake(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("who,what,when\n")
    assert rows(load(path)) == []


def test_order_of_the_rows_changes_no_document(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    records = [
        (f"u{n % 7}", f"tekst {n % 90}", f"2026-01-{1 + n % 28:02} 10:15") for n in range(400)
    ]
    path.write_text(as_csv(RECORDS[0], *records))
    forward = {row["doc_id"]: row for row in rows(load(path))}
    path.write_text(as_csv(RECORDS[0], *records[::-1]))
    assert {row["doc_id"]: row for row in rows(load(path))} == forward


def test_batches_bound_the_memory(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "who,what,when\n" + "".join(f"jan,tekst {n},2026-02-01\n" for n in range(2_500))
    )
    batches = load(path, config=ImportConfig(batch_rows=1_000))
    assert [batch.documents.num_rows for batch in batches] == [1_000, 1_000, 500]


def test_columns_can_be_read_alone(tmp_path: Path) -> None:
    table, bad = read_columns(write(tmp_path, "a.parquet"), {"text": "what", "id": "when"})
    assert table.column_names == ["text", "id"]
    assert table.num_rows == 2
    assert not bad


@pytest.mark.shared_data
def test_real_files(load: Any, shared_data: Path) -> None:
    started = time.process_time()
    counts: Counter[str] = Counter()
    mapping = {"account": "account", "text": "text", "published": "timestamp"}
    for path in (
        shared_data / "ira_tweets" / "tweets_dev.parquet",
        shared_data / "organic_airline_tweets" / "tweets_dev.csv.gz",
    ):
        for batch in load(path, mapping=mapping):
            counts["rows"] += batch.documents.num_rows + batch.duplicates + len(batch.quarantined)
            counts["quarantined"] += len(batch.quarantined)
            counts.update(batch.documents["published_precision"].to_pylist())
    assert counts["rows"] == 262_935 + 8_644
    assert counts["quarantined"] <= 1
    assert counts["minute"] > 270_000
    assert not counts["second"]
    assert time.process_time() - started < 60


@pytest.mark.shared_data
def test_real_channels(load: Any, shared_data: Path) -> None:
    names = {"id": "message_id", "account": "channel_id", "text": "text", "published": "timestamp"}
    path = shared_data / "telegram_ru_news" / "messages_dev.parquet"
    batches = load(path, mapping=names, account_kind=AccountKind.OUTLET)
    assert sum(batch.documents.num_rows for batch in batches) == 16_141
    assert not any(batch.quarantined or batch.duplicates for batch in batches)
    assert len({row["account_id"] for row in rows(batches)}) == 23

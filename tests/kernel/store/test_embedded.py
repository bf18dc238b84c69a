from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from baken.errors import StoreError
from baken.store import embedded
from baken.store.embedded import POINTER, EmbeddedIndex


def rows(count: int, word: str) -> pa.Table:
    return pa.table({"doc_id": [f"d{n}" for n in range(count)], "text": [word] * count})


def test_a_reader_sees_all_of_the_old_or_all_of_the_new(tmp_path: Path) -> None:
    writer, reader = EmbeddedIndex(tmp_path), EmbeddedIndex(tmp_path)
    writer.publish("documents", rows(40, "early"), "doc_id")
    seen: set[tuple[int, str | None]] = set()
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                hits = reader.search("early late", limit=200)
                seen.update((len(hits), hit.fields["text"]) for hit in hits)
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            problems.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(10):
        size, word = ((90, "late"), (40, "early"))[number % 2]
        writer.publish("documents", rows(size, word), "doc_id")
    done.set()
    thread.join(30)
    assert problems == []
    assert seen <= {(40, "early"), (90, "late")}
    assert seen


def test_what_was_replaced_leaves_the_disk(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path)
    index.publish("documents", rows(3, "unforgettableword"), "doc_id")
    index.publish("documents", rows(3, "other"), "doc_id")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"unforgettableword" in path.read_bytes() for path in files)


def test_leftovers_of_a_killed_publication_are_removed(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path)
    index.publish("documents", rows(3, "old"), "doc_id")
    (tmp_path / "documents-7.lance" / "data").mkdir(parents=True)
    assert index.count("documents") == 3
    index.publish("documents", rows(4, "new"), "doc_id")
    assert [path.name for path in tmp_path.glob("documents-*")] == ["documents-2.lance"]
    assert index.count("documents") == 4


def test_a_broken_pointer_says_what_to_do(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path)
    (tmp_path / POINTER).write_text("{")
    with pytest.raises(StoreError, match="baken publish"):
        index.search("x")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened") as caught:
        EmbeddedIndex(tmp_path / "file" / "index")
    assert "\n" not in str(caught.value)


def test_many_vectors_are_indexed_and_a_narrow_filter_still_finds_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "BRUTE_FORCE_ROWS", 500)
    generator = np.random.default_rng(7)
    count, dimension = 3_000, 16
    centres = generator.normal(size=(40, dimension))
    vectors = centres[np.arange(count) % 40] + 0.3 * generator.normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    language = ["uk" if number % 300 == 0 else "en" for number in range(count)]
    table = pa.table(
        {
            "doc_id": [f"d{number:04}" for number in range(count)],
            "language": language,
            "vector": list(vectors.astype(np.float32)),
        }
    )
    index = EmbeddedIndex(tmp_path)
    index.publish("documents", table, "doc_id")
    query = vectors[5]
    exact = np.argsort(-(vectors @ query))
    found = [hit.doc_id for hit in index.search("", vector=list(query), limit=10)]
    assert found[0] == "d0005"
    assert len({f"d{number:04}" for number in exact[:10]} & set(found)) >= 8
    narrow = index.search("", vector=list(query), limit=10, filters={"language": "uk"})
    expected = [f"d{number:04}" for number in exact if language[number] == "uk"]
    assert [hit.doc_id for hit in narrow] == expected

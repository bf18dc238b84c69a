from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pyarrow as pa
import pytest

from baken.errors import SchemaError
from baken.schema import MATCHES, TRACES, from_rows
from baken.store.tables import TableStore, sorted_by_key, where_in


def matches(*names: str) -> pa.Table:
    return from_rows([{"left": name, "right": f"{name}z", "score": 0.5} for name in names], MATCHES)


def test_an_absent_table_is_an_empty_one(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    assert store.read(MATCHES).schema == MATCHES.schema
    assert store.count("matches") == 0
    assert store.version("matches") == 0
    assert store.vector_dimension() is None


def test_what_is_known_is_not_added_again(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    known = store.keys(MATCHES)
    assert store.add_new(MATCHES, matches("a", "b", "a"), known) == 2
    assert store.add_new(MATCHES, matches("b", "c"), known) == 1
    assert store.add_new(MATCHES, matches("c"), known) == 0
    assert store.keys(MATCHES) == {"a", "b", "c"} == known


def test_a_wrong_table_is_refused_at_the_door(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        TableStore(tmp_path).replace(TRACES, matches("a"))


def test_a_replacement_is_sorted_and_whole(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    store.replace(MATCHES, matches("b", "a"))
    store.replace(MATCHES, matches("d", "c"))
    assert store.read(MATCHES)["left"].to_pylist() == ["c", "d"]


def test_filters_take_any_value(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    hostile = "x' OR '1'='1"
    store.replace(MATCHES, matches("a", hostile))
    found = store.read(MATCHES, where=where_in("left", [hostile]))
    assert found["left"].to_pylist() == [hostile]
    assert store.delete(MATCHES, "left", [hostile]) == 1
    assert store.keys(MATCHES) == {"a"}


def test_compaction_changes_no_row(tmp_path: Path) -> None:
    store = TableStore(tmp_path)
    known: set[str] = set()
    for name in "abcdef":
        store.add_new(MATCHES, matches(name), known)
    before = sorted_by_key(store.read(MATCHES), MATCHES)
    store.compact()
    assert sorted_by_key(store.read(MATCHES), MATCHES).equals(before)


def _write_for_ever(folder: str, acknowledged: str) -> None:
    store = TableStore(Path(folder))
    known: set[str] = set()
    with Path(acknowledged).open("a", buffering=1, encoding="utf-8") as log:
        for number in range(100_000):
            store.add_new(MATCHES, matches(f"n{number}"), known)
            log.write(f"n{number}\n")


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    log = tmp_path / "acknowledged"
    log.touch()
    context = multiprocessing.get_context("spawn")
    writer = context.Process(target=_write_for_ever, args=(str(tmp_path / "t"), str(log)))
    writer.start()
    deadline_s = time.monotonic() + 60
    while log.stat().st_size < 100 and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    acknowledged = set(log.read_text(encoding="utf-8").split("\n")[:-1])
    assert len(acknowledged) > 10
    store = TableStore(tmp_path / "t")
    known = store.keys(MATCHES)
    assert acknowledged <= known
    assert store.add_new(MATCHES, matches(*sorted(acknowledged), "new"), known) == 1

"""The embedded index: LanceDB tables below one folder, and a file that says which ones are current.

A publication is built aside as a new table and becomes current by replacing that one file, so that
a reader sees all of the old content or all of the new. The old table is then removed, since what
was purged must not linger; a reader that was in the middle of it reads again.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from baken.errors import StoreError
from baken.protocols import SearchHit
from baken.store import mappings
from baken.store.fusion import fuse, ranked
from baken.store.query import (
    LIST_COLUMNS,
    Conditions,
    Request,
    facet_column,
    read_filters,
    request,
    storable,
)
from baken.store.words import QueryWords

log = logging.getLogger(__name__)

POINTER = "published.json"
# Below this many rows every vector is compared: as fast as an index, and exact.
BRUTE_FORCE_ROWS = 50_000
MAX_FACETS = 1_000
_FETCH_ROWS = 500
_SCAN_ROWS = 50_000

T = TypeVar("T")


class EmbeddedIndex:
    """`baken.protocols.Index` in a folder; one process publishes, any number search."""

    def __init__(self, folder: Path) -> None:
        import lancedb

        self._folder = folder
        with _translated(f"the index at {folder} cannot be opened"):
            folder.mkdir(parents=True, exist_ok=True)
            self._db = lancedb.connect(str(folder), read_consistency_interval=timedelta(0))

    def publish(self, name: str, rows: pa.Table, key: str) -> int:
        """Make `rows` the searchable content of `name`; see `baken.protocols.Index`."""
        ready = mappings.prepared(name, rows, key)
        current = self._pointer().get(name)
        self._drop(name, keep=current)
        aside = f"{name}-{self._next_number(name)}"
        with _translated(f"{name} cannot be published"):
            try:
                self._build(aside, name, ready)
                self._point(name, aside)
            except BaseException:
                self._drop(name, keep=current)
                raise
            self._drop(name, keep=aside)
        return int(ready.num_rows)

    def _build(self, aside: str, name: str, ready: pa.Table) -> None:
        reader = pa.RecordBatchReader.from_batches(
            mappings.batch_schema(name, ready), mappings.batches(name, ready)
        )
        table = self._db.create_table(aside, data=reader, on_bad_vectors="null")
        if not ready.num_rows or not mappings.collection(name).worded:
            return
        from lancedb.index import FTS, BTree, IvfSq

        for column, positions in ((mappings.WORDS, True), (mappings.STEMS, False)):
            table.create_index(
                column,
                config=FTS(
                    base_tokenizer="whitespace",
                    with_position=positions,
                    lower_case=False,
                    stem=False,
                    remove_stop_words=False,
                    ascii_folding=False,
                    max_token_length=None,
                ),
            )
        table.create_index("doc_id", config=BTree())
        if mappings.VECTOR in ready.column_names and ready.num_rows > BRUTE_FORCE_ROWS:
            table.create_index(mappings.VECTOR, config=IvfSq(distance_type="cosine"))
        table.optimize()

    def search(
        self,
        query: str,
        *,
        vector: Sequence[float] | None = None,
        filters: Mapping[str, str | Sequence[str]] | None = None,
        limit: int = 20,
    ) -> list[SearchHit]:
        """Documents for `query`; see `baken.protocols.Index`."""
        asked = request(query, vector=vector, filters=filters, limit=limit)

        def answer(table: Any) -> list[SearchHit]:
            best = fuse(_lists(table, asked), asked.limit)
            rows = _rows(table, "doc_id", [key for key, _ in best])
            return [SearchHit(key, score, rows[key]) for key, score in best if key in rows]

        return self._reading("documents", answer) or []

    def facets(
        self, field: str, *, filters: Mapping[str, str | Sequence[str]] | None = None
    ) -> list[tuple[str, int]]:
        """Documents for each value of `field`; see `baken.protocols.Index`."""
        column, where = facet_column(field), sql(read_filters(filters or {}))

        def answer(table: Any) -> Counter[str]:
            counts: Counter[str] = Counter()
            query = table.search().select([column])
            for batch in (query.where(where) if where else query).to_batches(_SCAN_ROWS):
                values = batch.column(0)
                values = values.flatten() if column in LIST_COLUMNS else values
                counts.update(value for value in values.to_pylist() if value is not None)
            return counts

        counts = self._reading("documents", answer) or Counter()
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_FACETS]

    def count(self, name: str) -> int:
        """How many rows of `name` are searchable."""
        return self._reading(name, lambda table: int(table.count_rows())) or 0

    def fetch(self, name: str, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The stored rows with these keys; see `baken.protocols.Index`."""
        key, wanted = mappings.collection(name).key, list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _FETCH_ROWS):
            part = wanted[start : start + _FETCH_ROWS]
            rows = self._reading(name, partial(_rows, key=key, ids=part)) or {}
            yield from (rows[one] for one in part if one in rows)

    def delete(self, name: str, ids: Sequence[str]) -> int:
        """Remove rows from the search at once; see `baken.protocols.Index`."""
        current = self._pointer().get(name)
        if current is None or not ids:
            return 0
        key, wanted = mappings.collection(name).key, sorted(set(ids))
        with _translated(f"{name} cannot be written"):
            table = self._db.open_table(current)
            before = int(table.count_rows())
            for start in range(0, len(wanted), _FETCH_ROWS):
                table.delete(_one_of(key, wanted[start : start + _FETCH_ROWS]))
            return before - int(table.count_rows())

    def close(self) -> None:
        """Let go of the folder."""
        del self._db

    def _pointer(self) -> dict[str, str]:
        try:
            read = json.loads((self._folder / POINTER).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self._folder / POINTER} cannot be read: delete it and run `baken publish`"
            ) from error
        return {str(name): str(table) for name, table in read.items()}

    def _point(self, name: str, table: str) -> None:
        content = json.dumps({**self._pointer(), name: table}, indent=1, sort_keys=True)
        aside = self._folder / f"{POINTER}.new"
        with aside.open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / POINTER)

    def _reading(self, name: str, answer: Callable[[Any], T]) -> T | None:
        """What `answer` makes of the current table; `None` while nothing was published."""
        current = self._pointer().get(mappings.collection(name).name)
        while current is not None:
            try:
                with _translated(f"{name} cannot be searched"):
                    return answer(self._db.open_table(current))
            except StoreError:
                # Another process may have published meanwhile, and removed what was being read.
                before, current = current, self._pointer().get(name)
                if current == before:
                    raise
        return None

    def _numbers(self, name: str) -> dict[int, str]:
        found = (path.stem.rpartition("-") for path in self._folder.glob(f"{name}-*.lance"))
        return {int(n): f"{head}-{n}" for head, _, n in found if head == name and n.isdecimal()}

    def _next_number(self, name: str) -> int:
        return max(self._numbers(name), default=0) + 1

    def _drop(self, name: str, *, keep: str | None) -> None:
        import shutil

        for table in self._numbers(name).values():
            if table != keep:
                shutil.rmtree(self._folder / f"{table}.lance", ignore_errors=True)


def _lists(table: Any, asked: Request) -> list[list[str]]:
    where = sql(asked.conditions)
    if asked.browse:
        return [_newest(table, where, asked.limit)]
    lists = []
    if asked.words and _indexed(table, mappings.WORDS):
        lists.append(_by_words(table, asked, where))
    if asked.vector and mappings.VECTOR in table.schema.names:
        lists.append(_by_vector(table, asked, where))
    return lists


def _rows(table: Any, key: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    shown = [column for column in table.schema.names if column not in mappings.DERIVED]
    query = table.search().where(_one_of(key, ids)).select(shown).limit(len(ids))
    return {row[key]: row for row in query.to_list()}


def _indexed(table: Any, column: str) -> bool:
    return any(index.columns == [column] for index in table.list_indices())


def _by_words(table: Any, asked: Request, where: str | None) -> list[str]:
    query = table.search(_full_text(asked.words), query_type="fts")
    if where:
        query = query.where(where, prefilter=True)
    rows = query.select(["doc_id", "_score"]).limit(asked.depth).to_list()
    return ranked((row["doc_id"], row["_score"]) for row in rows)


def _full_text(asked: QueryWords) -> Any:
    from lancedb.query import BooleanQuery, MatchQuery, Occur, PhraseQuery

    clauses: list[Any] = [(Occur.SHOULD, MatchQuery(" ".join(asked.words), mappings.WORDS))]
    if asked.stems:
        clauses.append((Occur.SHOULD, MatchQuery(" ".join(asked.stems), mappings.STEMS)))
    phrases = (PhraseQuery(" ".join(phrase), mappings.WORDS) for phrase in asked.phrases)
    return BooleanQuery([*clauses, *((Occur.MUST, phrase) for phrase in phrases)])


def _by_vector(table: Any, asked: Request, where: str | None) -> list[str]:
    dimension = int(table.schema.field(mappings.VECTOR).type.list_size)
    assert asked.vector is not None
    if len(asked.vector) != dimension:
        raise StoreError(
            f"the query has {len(asked.vector)} numbers, the index {dimension}: "
            "it was published with another model; run `baken publish`"
        )
    query = table.search(list(asked.vector), vector_column_name=mappings.VECTOR)
    query = query.distance_type("cosine")
    if where:
        query = query.where(where, prefilter=True)
        # A narrow filter leaves few rows in the partitions that an index would look at.
        if table.count_rows(where) <= BRUTE_FORCE_ROWS:
            query = query.bypass_vector_index()
    if _indexed(table, mappings.VECTOR):
        query = query.nprobes(20).refine_factor(4)
    rows = query.select(["doc_id", "_distance"]).limit(asked.depth).to_list()
    return ranked((row["doc_id"], -row["_distance"]) for row in rows)


def _newest(table: Any, where: str | None, limit: int) -> list[str]:
    query = table.search().select(["doc_id", "published_at"])
    best: pa.Table | None = None
    for batch in (query.where(where) if where else query).to_batches(_SCAN_ROWS):
        seen = pa.Table.from_batches([batch]).select(["doc_id", "published_at"])
        both = seen if best is None else pa.concat_tables([best, seen])
        best = both.sort_by([("published_at", "descending"), ("doc_id", "ascending")])[:limit]
    return [] if best is None else list(best.column("doc_id").to_pylist())


def sql(conditions: Conditions) -> str | None:
    """The conditions as a filter of LanceDB, every value quoted; `None` when there are none."""
    parts = []
    for column, values in conditions.values.items():
        if column in LIST_COLUMNS:
            either = " OR ".join(f"array_has({column}, {_literal(value)})" for value in values)
            parts.append(f"({either or 'false'})")
        else:
            parts.append(_one_of(column, values) if values else "false")
    for operator, moment in ((">=", conditions.since), ("<", conditions.until)):
        if moment is not None:
            parts.append(f"published_at {operator} TIMESTAMP '{_utc(moment)}'")
    return " AND ".join(parts) or None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _one_of(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(_literal(value) for value in values)})"


def _literal(value: str) -> str:
    return "'" + storable(value).replace("'", "''") + "'"


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError, ValueError, pa.ArrowException) as error:
        first = (str(error) or type(error).__name__).splitlines()[0][:300]
        raise StoreError(f"{what}: {first}") from error

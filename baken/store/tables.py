"""The tables of a project in LanceDB: one writer, many readers, every write an atomic version.

A reader in another process is never disturbed; a writer that is killed leaves the last complete
version. The caller holds the project's lock while it writes.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken.errors import StoreError
from baken.schema import TableSpec, conform

log = logging.getLogger(__name__)

READ_BATCH_ROWS = 50_000


class TableStore:
    """Reads and writes the declared tables below one folder."""

    def __init__(self, folder: Path) -> None:
        # Its own log would mix with ours, and speaks of what is normal here (a first version).
        os.environ.setdefault("LANCEDB_LOG", "error")
        import lancedb

        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = lancedb.connect(str(folder))
        except (OSError, RuntimeError, ValueError) as error:
            raise _store_error(f"the tables at {folder} cannot be opened", error) from error

    def _open(self, name: str) -> Any | None:
        if not (self._folder / f"{name}.lance").is_dir():
            return None
        try:
            return self._db.open_table(name)
        except ValueError:
            # A folder without a complete first version: the writer died while making it.
            return None
        except (OSError, RuntimeError) as error:
            raise _store_error(f"table {name} cannot be opened", error) from error

    def _ensure(self, spec: TableSpec) -> Any:
        table = self._open(spec.name)
        if table is not None:
            return table
        return self._db.create_table(spec.name, schema=spec.schema, mode="overwrite")

    def version(self, name: str) -> int:
        """The number of the newest complete version; 0 while the table does not exist."""
        table = self._open(name)
        return 0 if table is None else int(table.version)

    def count(self, name: str) -> int:
        """How many rows the table has."""
        table = self._open(name)
        return 0 if table is None else int(table.count_rows())

    def read(
        self, spec: TableSpec, *, columns: list[str] | None = None, where: str | None = None
    ) -> pa.Table:
        """The rows of a table, in no particular order; an absent table is an empty one."""
        batches = list(self.batches(spec, columns=columns, where=where))
        wanted = spec.schema if columns is None else _subset(spec.schema, columns)
        return pa.Table.from_batches(batches, schema=wanted) if batches else wanted.empty_table()

    def batches(
        self,
        spec: TableSpec,
        *,
        columns: list[str] | None = None,
        where: str | None = None,
        batch_rows: int = READ_BATCH_ROWS,
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table batch by batch, for what does not fit in memory."""
        table = self._open(spec.name)
        if table is None:
            return
        wanted = spec.schema if columns is None else _subset(spec.schema, columns)
        query = table.search().select(wanted.names)
        if where is not None:
            query = query.where(where)
        try:
            for batch in query.to_batches(batch_rows):
                yield batch.select(wanted.names).cast(wanted)
        except (OSError, RuntimeError, ValueError, pa.ArrowException) as error:
            raise _store_error(f"table {spec.name} cannot be read", error) from error

    def read_through(self) -> int:
        """Read every row of every table; return how many there are.

        Raises `StoreError` naming the first table that is damaged.
        """
        rows = 0
        for folder in sorted(self._folder.glob("*.lance")):
            table = self._open(folder.stem)
            try:
                if table is not None:
                    rows += sum(b.num_rows for b in table.search().to_batches(READ_BATCH_ROWS))
            except (OSError, RuntimeError, ValueError) as error:
                raise _store_error(f"table {folder.stem} cannot be read", error) from error
        return rows

    def keys(self, spec: TableSpec) -> set[str]:
        """The values of the first key column: what is already stored."""
        column = spec.key[0]
        known: set[str] = set()
        for batch in self.batches(spec, columns=[column]):
            known.update(batch.column(0).to_pylist())
        return known

    def add_new(self, spec: TableSpec, rows: pa.Table, known: set[str]) -> int:
        """Append the rows whose first key column is not in `known`; return how many were new.

        `known` grows by what was written, so that a caller reads the keys once for many batches.
        """
        rows = conform(rows, spec)
        fresh: dict[str, int] = {}
        for position, key in enumerate(rows.column(spec.key[0]).to_pylist()):
            if key not in known:
                fresh.setdefault(key, position)
        if not fresh:
            return 0
        self._write(spec, rows.take(pa.array(list(fresh.values()), pa.int64())))
        known.update(fresh)
        return len(fresh)

    def _write(self, spec: TableSpec, rows: pa.Table) -> None:
        try:
            self._ensure(spec).add(rows)
        except (OSError, RuntimeError, ValueError) as error:
            raise _store_error(f"table {spec.name} cannot be written", error) from error

    def replace(self, spec: TableSpec, rows: pa.Table) -> None:
        """Make `rows`, sorted by their key, the whole content of the table, in one version."""
        rows = conform(rows, spec).sort_by([(column, "ascending") for column in spec.key])
        try:
            self._db.create_table(spec.name, data=rows, schema=spec.schema, mode="overwrite")
        except (OSError, RuntimeError, ValueError) as error:
            raise _store_error(f"table {spec.name} cannot be written", error) from error

    def delete(self, spec: TableSpec, column: str, values: Iterable[str]) -> int:
        """Remove the rows whose `column` is one of `values`; return how many there were."""
        table = self._open(spec.name)
        wanted = sorted(set(values))
        if table is None or not wanted:
            return 0
        before = int(table.count_rows())
        for start in range(0, len(wanted), 500):
            quoted = ", ".join(_literal(value) for value in wanted[start : start + 500])
            table.delete(f"{column} IN ({quoted})")
        return before - int(table.count_rows())

    def compact(self, *, keep: timedelta = timedelta(hours=1)) -> None:
        """Merge small files; drop versions older than `keep`, which a slow reader may still use."""
        for folder in sorted(self._folder.glob("*.lance")):
            table = self._open(folder.stem)
            if table is None:
                continue
            try:
                table.optimize(cleanup_older_than=keep)
            except (OSError, RuntimeError, ValueError) as error:
                log.warning("table %s could not be compacted: %s", folder.stem, error)

    def vector_dimension(self) -> int | None:
        """The numbers in a stored vector; `None` while nothing has been embedded."""
        table = self._open("embeddings")
        return None if table is None else int(table.schema.field("vector").type.list_size)


def _subset(schema: pa.Schema, columns: list[str]) -> pa.Schema:
    return pa.schema([schema.field(name) for name in columns])


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def where_in(column: str, values: Iterable[str]) -> str:
    """The filter that keeps the rows whose `column` is one of `values`; safe for any value."""
    return f"{column} IN ({', '.join(_literal(value) for value in sorted(set(values)))})"


def sorted_by_key(table: pa.Table, spec: TableSpec) -> pa.Table:
    """The same rows in the order of their key, which makes every later stage repeatable."""
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in spec.key])
    return table.take(order)


def _store_error(what: str, error: BaseException) -> StoreError:
    text = str(error)
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in text:
        advice = (
            "the disk is full: free space and run again; nothing that was stored before is lost"
        )
    elif "read" in what or "opened" in what:
        advice = "its files are damaged or missing: restore the folder of tables from a backup"
    else:
        advice = f"{text.split(', /', maxsplit=1)[0][:200]}; nothing that was stored before is lost"
    return StoreError(f"{what}: {' '.join(advice.split())}")

"""Files as chunks of columns: only the mapped columns, only so many rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from baken.collectors.imports.formats import FileFormat, detect, open_binary
from baken.collectors.imports.lines import csv_records, lines
from baken.errors import InputError, UsageError

_DELIMITERS = ",;\t|"
_BROKEN = "broken UTF-8"
# So many JSON objects are looked at to learn which columns a file of JSON Lines has.
_PEEK_ROWS = 1_000


@dataclass(slots=True)
class Chunk:
    """Some rows of one file, by column; `bad` are rows that could not be read, with the reason.

    `published_us` says that the column `published` already holds microseconds since 1970.
    """

    positions: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    bad: list[tuple[str, str]] = field(default_factory=list)
    published_us: bool = False


def column_names(path: Path) -> list[str]:
    """The columns of the file at `path`; raises `InputError` where it cannot be read."""
    kind = detect(path)
    if kind is FileFormat.PARQUET:
        with _parquet(path) as file:
            return list(file.schema_arrow.names)
    with open_binary(path) as stream:
        if kind is FileFormat.CSV:
            header = next(csv_records(lines(stream, path.name), _delimiter(path)), (0, "empty"))[1]
            if isinstance(header, str) or any(_surrogate(name) for name in header):
                raise InputError(f"{path.name}: the first line holds no column names in UTF-8")
            return [name.strip() for name in header]
        names: dict[str, None] = {}
        for number, line in lines(stream, path.name):
            record = _json_record(line)
            if isinstance(record, dict):
                names.update(dict.fromkeys(record))
            if number >= _PEEK_ROWS:
                break
        return list(names)


def check_columns(path: Path, mapping: Mapping[str, str]) -> None:
    """Raise `UsageError`, naming what there is, unless `path` has every column of `mapping`."""
    names = column_names(path)
    for name, column in mapping.items():
        if column not in names:
            raise UsageError(
                f"{path.name} has no column {column!r} (mapped to {name}); "
                f"its columns are: {', '.join(names) or 'none'}"
            )


def chunks(path: Path, mapping: Mapping[str, str], batch_rows: int) -> Iterator[Chunk]:
    """The rows of `path`, at most `batch_rows` a chunk, with the fields of `mapping`."""
    kind = detect(path)
    if kind is FileFormat.PARQUET:
        yield from _parquet_chunks(path, mapping, batch_rows)
        return
    records = _csv_rows if kind is FileFormat.CSV else _json_rows
    chunk = _empty(mapping)
    for position, values in records(path, mapping):
        if isinstance(values, str):
            chunk.bad.append((position, values))
        else:
            chunk.positions.append(position)
            for name, value in zip(mapping, values, strict=True):
                chunk.columns[name].append(value)
        if len(chunk.positions) + len(chunk.bad) >= batch_rows:
            yield chunk
            chunk = _empty(mapping)
    if chunk.positions or chunk.bad:
        yield chunk


def row_count(path: Path) -> int | None:
    """The number of rows, where the file says so; otherwise unknown."""
    if detect(path) is not FileFormat.PARQUET:
        return None
    with _parquet(path) as file:
        return int(file.metadata.num_rows)


def _empty(mapping: Mapping[str, str]) -> Chunk:
    return Chunk(columns={name: [] for name in mapping})


def _csv_rows(path: Path, mapping: Mapping[str, str]) -> Iterator[tuple[str, list[Any] | str]]:
    with open_binary(path) as stream:
        records = csv_records(lines(stream, path.name), _delimiter(path))
        header = next(records)[1]
        names = [name.strip() for name in header]
        places = [names.index(column) for column in mapping.values()]
        for number, record in records:
            position = f"line {number}"
            if isinstance(record, str):
                yield position, record
                continue
            values = [record[place] for place in places]
            yield position, _BROKEN if any(map(_surrogate, values)) else values


def _json_rows(path: Path, mapping: Mapping[str, str]) -> Iterator[tuple[str, list[Any] | str]]:
    with open_binary(path) as stream:
        for number, line in lines(stream, path.name):
            if line is not None and not line.strip():
                continue
            record = _json_record(line)
            position = f"line {number}"
            if isinstance(record, str):
                yield position, record
                continue
            values = [record.get(column) for column in mapping.values()]
            broken = any(isinstance(value, str) and _surrogate(value) for value in values)
            yield position, "broken Unicode (a lone surrogate)" if broken else values


def _json_record(line: bytes | None) -> dict[str, Any] | str:
    if line is None:
        return "the line is longer than 128 MB"
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _BROKEN
    except (ValueError, RecursionError):
        return "not valid JSON"
    return record if isinstance(record, dict) else "not a JSON object"


def _surrogate(value: str) -> bool:
    if value.isascii():
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _delimiter(path: Path) -> str:
    with open_binary(path) as stream:
        header = stream.readline(65_536).decode("utf-8", "replace")
    return max(_DELIMITERS, key=lambda sign: (header.count(sign), -_DELIMITERS.index(sign)))


def _parquet(path: Path) -> pq.ParquetFile:
    stream = open_binary(path, seekable=True)
    try:
        return pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        stream.close()
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path.name} is no complete Parquet file: {reason}") from error


def _parquet_chunks(path: Path, mapping: Mapping[str, str], batch_rows: int) -> Iterator[Chunk]:
    first = 1
    with _parquet(path) as file:
        wanted = sorted(set(mapping.values()))
        batches = file.iter_batches(batch_size=batch_rows, columns=wanted)
        while True:
            try:
                batch = next(batches, None)
            except (pa.ArrowException, OSError) as error:
                reason = str(error).partition("\n")[0]
                raise InputError(f"{path.name} breaks off at row {first}: {reason}") from error
            if batch is None:
                return
            yield _parquet_chunk(batch, mapping, first)
            first += batch.num_rows


def _parquet_chunk(batch: pa.RecordBatch, mapping: Mapping[str, str], first: int) -> Chunk:
    chunk = Chunk(positions=[f"row {first + index}" for index in range(batch.num_rows)])
    broken: set[int] = set()
    for name, column in mapping.items():
        array = batch.column(column)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if name == "published" and pa.types.is_temporal(array.type):
            instants = _microseconds(array)
            if instants is not None:
                chunk.columns[name], chunk.published_us = instants, True
                continue
        values, wrong = _values(array)
        broken.update(wrong)
        chunk.columns[name] = values
    if broken:
        kept = [index for index in range(batch.num_rows) if index not in broken]
        chunk.bad = [(chunk.positions[index], _BROKEN) for index in sorted(broken)]
        chunk.positions = [chunk.positions[index] for index in kept]
        for name, column_values in chunk.columns.items():
            chunk.columns[name] = [column_values[index] for index in kept]
    return chunk


def _microseconds(array: pa.Array) -> list[int | None] | None:
    try:
        if pa.types.is_date(array.type):
            array = array.cast(pa.timestamp("ms"))
        stamps = array.cast(pa.timestamp("us", tz=getattr(array.type, "tz", None)), safe=False)
        return list(pc.cast(stamps, pa.int64()).to_pylist())
    except pa.ArrowException:
        return None


def _values(array: pa.Array) -> tuple[list[Any], set[int]]:
    """The values of a column, and the indices of those that are no UTF-8."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        array = array.cast(pa.large_binary())
    elif not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        try:
            return array.to_pylist(), set()
        except (UnicodeDecodeError, ValueError, OverflowError):
            return [None] * len(array), set(range(len(array)))
    values: list[Any] = []
    broken: set[int] = set()
    for index, raw in enumerate(array.to_pylist()):
        try:
            values.append(None if raw is None else raw.decode("utf-8"))
        except UnicodeDecodeError:
            values.append(None)
            broken.add(index)
    return values, broken

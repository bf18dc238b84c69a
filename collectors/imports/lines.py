"""Bounded reading of text files: a line or record that is too long never fills the memory."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from typing import IO

from baken.errors import InputError

# The longest record that is looked at; longer ones are skipped and counted. A 50 MB text fits.
MAX_RECORD_BYTES = 128_000_000
# A quoted CSV field over more lines than this is a quotation mark that was never closed.
MAX_RECORD_LINES = 100_000
_CHUNK = 1 << 20

# The module's own limit (128 kB) would raise inside ordinary long articles.
csv.field_size_limit(MAX_RECORD_BYTES)


def lines(stream: IO[bytes], name: str) -> Iterator[tuple[int, bytes | None]]:
    """The numbered lines of `stream` with their ends; `None` stands for one that is too long."""
    number = 0
    try:
        while line := stream.readline(MAX_RECORD_BYTES):
            number += 1
            if len(line) == MAX_RECORD_BYTES and not line.endswith(b"\n"):
                while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
            else:
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} breaks off after line {number}: {error}") from error


def csv_records(
    numbered: Iterator[tuple[int, bytes | None]], delimiter: str
) -> Iterator[tuple[int, list[str] | str]]:
    """Records with the number of their first line; a string is the reason why there is none.

    Bytes that are no UTF-8 become lone surrogates, so that the caller can tell their record.
    After a quotation mark that is never closed, or closed in another record, reading goes on at
    the next line.
    """
    feed = _Feed(numbered)
    width: int | None = None
    while True:
        reader = csv.reader(feed, delimiter=delimiter)
        try:
            for record in reader:
                first = feed.first
                if not record:
                    feed.settle()
                    continue
                width = width or len(record)
                if len(record) == width:
                    feed.settle()
                    yield first, record
                else:
                    reason = f"it has {len(record)} columns, the header {width}"
                    feed.rewind()
                    yield first, reason
            return
        except csv.Error as error:
            first = feed.first
            feed.rewind()
            yield first, f"unreadable CSV: {error}"


class _Feed:
    """Decoded lines for the CSV reader, which can be read again from the second of a record."""

    def __init__(self, numbered: Iterator[tuple[int, bytes | None]]) -> None:
        self._numbered = numbered
        self._again: list[tuple[int, str]] = []
        self._record: list[tuple[int, str]] = []
        self._size = 0
        self._most_lines = MAX_RECORD_LINES

    @property
    def first(self) -> int:
        """The number of the first line of the record in hand."""
        return self._record[0][0] if self._record else 0

    def settle(self) -> None:
        """The record in hand is complete."""
        self._record.clear()
        self._size = 0

    def rewind(self) -> None:
        """Give up the first line of the record in hand, and read its other lines anew.

        Each time fewer lines are allowed to a record, so that a hostile file takes linear time.
        """
        if len(self._record) > 1:
            self._again.extend(self._record[:0:-1])
            self._most_lines = max(50, self._most_lines // 4)
        self.settle()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            number, text = self._again.pop()
        else:
            number, text = self._fresh()
        self._record.append((number, text))
        self._size += len(text)
        if len(self._record) > self._most_lines or self._size > MAX_RECORD_BYTES:
            raise csv.Error("a quotation mark is never closed")
        return text

    def _fresh(self) -> tuple[int, str]:
        number, line = next(self._numbered, (0, b""))
        if line is None:
            self._record.append((number, ""))
            raise csv.Error("a line is longer than 128 MB")
        if not number:
            if self._record:
                raise csv.Error("a quotation mark is never closed")
            raise StopIteration
        text = line.decode("utf-8", "surrogateescape")
        return number, text.removeprefix("\ufeff") if number == 1 else text

"""What a file really is, told by its content and checked against its name."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from baken.errors import InputError


class FileFormat(StrEnum):
    """The three formats that can be imported."""

    CSV = "CSV"
    JSON_LINES = "JSON Lines"
    PARQUET = "Parquet"


SUFFIXES = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
    ".json": FileFormat.JSON_LINES,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
}
GZIP_MAGIC = b"\x1f\x8b"
_HEAD_BYTES = 65_536
_FOREIGN = {
    b"PK\x03\x04": "a ZIP or Excel file: unpack it, or save the sheet as CSV",
    b"%PDF": "a PDF: export its table as CSV",
    b"\xff\xfe": "UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as UTF-8",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or use gzip",
    b"BZh": "compressed with bzip2: unpack it, or use gzip",
    b"SQLite": "an SQLite database: export the table as CSV",
}


def expand(paths: Sequence[Path]) -> list[Path]:
    """The files of `paths`, folders being replaced by their importable files, sorted.

    Raises `InputError` for a path that does not exist and a folder with nothing to import.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                entry
                for entry in path.iterdir()
                if entry.is_file() and not entry.name.startswith(".") and _named_format(entry)
            )
            if not inside:
                kinds = ", ".join(SUFFIXES)
                raise InputError(f"no files in {path}: expected {kinds}, each also with .gz")
            files.extend(inside)
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"no file at {path}")
    if not files:
        raise InputError("no files to import: name a file or a folder")
    return files


def detect(path: Path) -> FileFormat:
    """The format of the content of `path`; raises `InputError` if the name says another."""
    packed, head = _head(path)
    named = _named_format(path)
    says_gzip = path.suffix.casefold() == ".gz"
    if packed != says_gzip and named is not None:
        told = "compressed with gzip" if packed else "not compressed"
        raise InputError(f"{path.name} is {told}, unlike its name: rename it and import it again")
    if not head.strip():
        raise InputError(f"{path.name} is empty")
    for magic, told in _FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{path.name} is {told}")
    found = _content_format(path, head, named)
    if named is not None and found is not named:
        raise InputError(
            f"{path.name} holds {found.value}, not {named.value} as its name says: "
            "rename it and import it again"
        )
    return found


def open_binary(path: Path, *, seekable: bool = False) -> IO[bytes]:
    """The unpacked bytes of `path`; `seekable` unpacks gzip into a temporary file first."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    if not packed:
        return path.open("rb")
    stream = cast(IO[bytes], gzip.open(path, "rb"))  # noqa: SIM115  the caller closes it
    if not seekable:
        return stream
    unpacked = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    try:
        with stream:
            shutil.copyfileobj(stream, unpacked)
    except (OSError, EOFError, zlib.error) as error:
        unpacked.close()
        raise InputError(f"{path.name} cannot be unpacked: {_reason(error)}") from error
    unpacked.seek(0)
    return unpacked


def _named_format(path: Path) -> FileFormat | None:
    name = path.name.casefold().removesuffix(".gz")
    return SUFFIXES.get(Path(name).suffix)


def _head(path: Path) -> tuple[bool, bytes]:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head.startswith(GZIP_MAGIC):
            return False, head
        with gzip.open(path, "rb") as stream:
            return True, stream.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path.name} cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it is cut off before its end; fetch it again"
    return str(error)


def _content_format(path: Path, head: bytes, named: FileFormat | None) -> FileFormat:
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        raise InputError(
            f"{path.name} holds HTML or XML: it is neither CSV, JSON Lines nor Parquet"
        )
    if text.startswith(b"["):
        raise InputError(f"{path.name} holds one JSON array: write one JSON object per line")
    if not text.startswith(b"{"):
        if not _is_text(text.partition(b"\n")[0]):
            raise InputError(
                f"{path.name} holds no text in UTF-8: it is neither CSV, JSON Lines nor Parquet"
            )
        return FileFormat.CSV
    if named is FileFormat.CSV and not _is_object(text):
        return FileFormat.CSV
    return FileFormat.JSON_LINES


def _is_text(line: bytes) -> bool:
    try:
        # A line longer than the head may be cut inside a character.
        return "\x00" not in line[: _HEAD_BYTES - 4].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= _HEAD_BYTES - 8


def _is_object(text: bytes) -> bool:
    line, newline, _ = text.partition(b"\n")
    if not newline and len(text) >= _HEAD_BYTES - 4:
        return b'":' in line[:1_000]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False

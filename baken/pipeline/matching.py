"""`baken match`: pairs of equal texts in any table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from baken.config import NlpConfig
from baken.errors import StoreError
from baken.protocols import Progress, silent


class Matched(NamedTuple):
    """How many pairs were written, among how many texts, and what a reader should know of rows."""

    pairs: int
    texts: int
    notes: list[str]


def match_file(
    file: Path,
    out: Path,
    *,
    text: str,
    language: str | None,
    id: str | None,
    config: NlpConfig | None = None,
    progress: Progress = silent,
) -> Matched:
    """Write the pairs (schema `MATCHES`) of the table in `file` to `out`.

    Rows without text are left out; the language is identified where no column gives it.
    """
    from baken.collectors.imports import read_columns
    from baken.nlp.embed import make_embedder
    from baken.nlp.matchfile import match_rows

    settings = config or NlpConfig()
    if not out.parent.is_dir():
        raise StoreError(f"{out} cannot be written: there is no folder {out.parent}")
    columns = {"text": text, "language": language, "id": id}
    rows, bad = read_columns(file, {name: column for name, column in columns.items() if column})
    pairs = match_rows(rows, make_embedder(settings), settings, progress=progress)
    temporary = out.with_name(f".{out.name}.part")
    try:
        pq.write_table(pairs, temporary)
        temporary.replace(out)
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error}") from error
    texts = sum(bool((value or "").strip()) for value in rows["text"].to_pylist())
    return Matched(pairs.num_rows, texts, list(_notes(rows, texts, bad)))


def _notes(rows: pa.Table, texts: int, bad: Sequence[tuple[str, str]]) -> Iterator[str]:
    if bad:
        where, why = bad[0]
        yield f"unreadable rows left out: {len(bad):,}; the first, {where}: {why}"
    if texts < rows.num_rows:
        yield f"rows without text left out: {rows.num_rows - texts:,}"
    if "id" in rows.column_names:
        ids = rows["id"].to_pylist()
        shared = len(ids) - len(set(ids))
        if shared:
            yield (
                f"rows without an id of their own: {shared:,}; pairs among rows of one id are not "
                "written: leave --id out to number the rows"
            )

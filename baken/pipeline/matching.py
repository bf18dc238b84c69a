"""`baken match`: pairs of equal texts in any table."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from baken.config import NlpConfig
from baken.errors import StoreError
from baken.protocols import Progress, silent


def match_file(
    file: Path,
    out: Path,
    *,
    text: str,
    language: str | None,
    id: str | None,
    config: NlpConfig | None = None,
    progress: Progress = silent,
) -> int:
    """Write the pairs (schema `MATCHES`) of the table in `file` to `out`; return their number.

    Rows without text are left out; the language is identified where no column gives it.
    """
    from baken.collectors.imports import read_columns
    from baken.nlp.embed import make_embedder
    from baken.nlp.matchfile import match_rows

    settings = config or NlpConfig()
    columns = {"text": text, "language": language, "id": id}
    rows = read_columns(file, {name: column for name, column in columns.items() if column})
    pairs = match_rows(rows, make_embedder(settings), settings, progress=progress)
    temporary = out.with_name(f".{out.name}.part")
    try:
        pq.write_table(pairs, temporary)
        temporary.replace(out)
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error}") from error
    return int(pairs.num_rows)

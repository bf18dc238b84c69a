"""Files as documents: CSV, JSON Lines and Parquet, each optionally with gzip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from baken.collectors.batch import Batch
from baken.collectors.imports.documents import Builder, Dataset
from baken.collectors.imports.formats import expand
from baken.collectors.imports.rows import check_columns, chunks, row_count
from baken.config import ImportConfig
from baken.errors import OrderError, UsageError
from baken.ids import Pseudonymiser
from baken.model import AccountKind, Order
from baken.protocols import Progress, silent

__all__ = ["FIELDS", "Batch", "import_files", "read_columns"]

FIELDS = (
    *("id", "account", "text", "title", "published", "url", "urls", "hashtags"),
    *("repost_of", "reply_to", "language", "credit", "media"),
)
_READ_ROWS = 20_000


def import_files(
    paths: Sequence[Path],
    *,
    mapping: Mapping[str, str],
    order: Order,
    pseudonymise: Pseudonymiser,
    config: ImportConfig,
    source_id: str,
    account_kind: AccountKind,
    platform: str,
    collected_at: datetime,
    progress: Progress = silent,
) -> Iterator[Batch]:
    """Batches of documents from `paths` (files, or folders with files) under `order`.

    `mapping` names the column of each field. Accounts of persons are pseudonyms in every batch.
    Raises, before the first batch, `OrderError` outside the order's days, `UsageError` for a field
    or column that does not exist, `InputError` for a file that is not what its name says.
    """
    if not order.begin <= collected_at.date() <= order.end:
        raise OrderError(f"the order {order.order_id} does not cover {collected_at.date()}")
    _check_fields(mapping)
    files = expand(paths)
    for file in files:
        check_columns(file, mapping)
    dataset = Dataset(
        source_id=source_id,
        order=order,
        account_kind=account_kind,
        platform=platform,
        collected_at=collected_at,
        pseudonymise=pseudonymise,
        config=config,
    )
    return _batches(files, mapping, dataset, progress)


class Columns(NamedTuple):
    """The readable rows of a file as text, and where and why others could not be read."""

    table: pa.Table
    bad: list[tuple[str, str]]


def read_columns(path: Path, mapping: Mapping[str, str]) -> Columns:
    """The columns of one file under the names of `mapping`.

    Raises `UsageError` for a column that does not exist, `InputError` for a file that is not what
    its name says.
    """
    (file,) = expand([path])
    check_columns(file, mapping)
    schema = pa.schema([(name, pa.large_string()) for name in mapping])
    pieces, bad = [schema.empty_table()], []
    for chunk in chunks(file, mapping, _READ_ROWS):
        bad += chunk.bad
        columns = {
            name: pa.array(
                [value if value is None else str(value) for value in values], pa.large_string()
            )
            for name, values in chunk.columns.items()
        }
        pieces.append(pa.table(columns, schema=schema))
    return Columns(pa.concat_tables(pieces), bad)


def _check_fields(mapping: Mapping[str, str]) -> None:
    unknown = sorted(set(mapping) - set(FIELDS))
    if unknown:
        raise UsageError(f"no field {unknown[0]!r}; the fields are: {', '.join(FIELDS)}")
    if not {"text", "title", "repost_of"} & set(mapping):
        raise UsageError("which column holds the text? add --map text=COLUMN")


def _batches(
    files: Sequence[Path], mapping: Mapping[str, str], dataset: Dataset, progress: Progress
) -> Iterator[Batch]:
    counts = [row_count(file) for file in files]
    known = [count for count in counts if count is not None]
    total = sum(known) if len(known) == len(counts) else None
    done = 0
    for file in files:
        # The whole path: two files of one name have different bad rows.
        builder = Builder(dataset, str(file.resolve()))
        for chunk in chunks(file, mapping, dataset.config.batch_rows):
            yield builder.batch(chunk)
            done += len(chunk.positions) + len(chunk.bad)
            progress("import", done, total)

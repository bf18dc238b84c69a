"""Candidates with their evidence as files for other people and other tools."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from baken.errors import StoreError, UsageError
from baken.export.context import ExportContext, Tlp
from baken.export.disclosure import Disclosed, all_disclosed
from baken.export.graph import graphml
from baken.export.misp import misp_events
from baken.export.report import html_report, markdown_report
from baken.export.stix import core_bundle, opencti_bundle
from baken.export.tables import csv_files, parquet_files
from baken.files import write_whole

__all__ = ["KINDS", "ExportContext", "Tlp", "export"]

Files = Mapping[str, bytes]
"""What to write: the end of a file's name (`-edges.csv`, `.json`) to its content."""

_WRITERS: dict[str, Callable[[Sequence[Disclosed], ExportContext], Files]] = {
    "csv": csv_files,
    "parquet": parquet_files,
    "graphml": lambda cases, context: {".graphml": graphml(cases, context)},
    "report": lambda cases, context: {".html": html_report(cases, context)},
    "misp": lambda cases, context: {".json": misp_events(cases, context)},
    "stix": lambda cases, context: {".json": core_bundle(cases, context)},
    "stix-opencti": lambda cases, context: {".json": opencti_bundle(cases, context)},
}
KINDS = tuple(_WRITERS)


def export(
    kind: str, cases: Sequence[Mapping[str, Any]], path: Path, context: ExportContext
) -> list[Path]:
    """Write candidates in the form of `baken.cases.campaign`, each with its `posts`, to `path`.

    A missing suffix is added; `csv` and `parquet` write companions for members, edges, posts and
    explanations beside `path`; a report becomes Markdown when `path` ends in `.md`. Returns the
    files, the one at `path` first. Raises `UsageError` for an unknown kind and `StoreError`.
    """
    if kind not in _WRITERS:
        raise UsageError(f"unknown export {kind!r}: one of {', '.join(KINDS)}")
    path = path / "campaigns" if path.is_dir() else path
    shown = all_disclosed(cases, context.min_group)
    if kind == "report" and path.suffix.lower() in (".md", ".markdown"):
        files: Files = {path.suffix: markdown_report(shown, context)}
    else:
        files = _WRITERS[kind](shown, context)
    written = []
    for ending, content in files.items():
        suffix = Path(ending).suffix or ending
        stem = path.name.removesuffix(path.suffix) if path.suffix == suffix else path.name
        target = path.with_name(f"{stem}{ending}")
        _write(target, content)
        written.append(target)
    return written


def _write(target: Path, content: bytes) -> None:
    try:
        write_whole(target, content)
    except OSError as error:
        raise StoreError(
            f"{target} cannot be written: {os.strerror(error.errno or 0)}; choose another --out"
        ) from error

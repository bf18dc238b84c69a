"""The plug points: what a collector, embedder, signal, benign detector or index must offer.

Nothing needs to be inherited; an object with these methods fits. The docstring of a plug-in is
its entry in the catalogue, written for an analyst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baken.model import BenignVerdict, TraceKind

Vectors = npt.NDArray[np.float32]


class Progress(Protocol):
    """Tells a person how far long work is; silent where nobody looks."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Report that `done` of `total` (`None` when unknown) units of `stage` are finished."""


def silent(stage: str, done: int, total: int | None) -> None:
    """The progress report that says nothing."""


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors; the same text gives the same vector in any company."""

    @property
    def model_id(self) -> str:
        """Name and revision, which together decide every number."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Unit vectors, float32, one row for each text; `languages` are ISO 639-1 or `und`."""


@runtime_checkable
class Signal(Protocol):
    """Finds one kind of trace: an object that two accounts may have in common."""

    @property
    def trace_kind(self) -> TraceKind:
        """The kind of trace that this signal finds."""

    def traces(self, view: DetectionView) -> pa.Table:
        """The traces (schema `TRACES`) in `view`."""


@runtime_checkable
class BenignDetector(Protocol):
    """Tests one innocent explanation of a candidate."""

    @property
    def benign_class(self) -> str:
        """The class of `docs/explanation/benign.md` that this detector tests."""

    def test(self, case: Case) -> BenignVerdict:
        """Rule the explanation in or out, or say that it is unknown, with the evidence."""


@dataclass(frozen=True, slots=True)
class DetectionView:
    """What detection may look at; every table has its declared schema.

    `sources` maps source_id to the entry of the register, as a dictionary of plain values.
    """

    documents: pa.Table
    annotations: pa.Table
    matches: pa.Table
    members: pa.Table
    site_traits: pa.Table
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One candidate campaign under examination, with everything its explanations may need.

    `documents` are those behind the edges, joined with their annotations and member rows
    (columns `language`, `credit`, `flags`, `narrative_id`, `role` beside those of `DOCUMENTS`);
    `background` are all documents of the window, in the same form.
    """

    members: tuple[str, ...]
    edges: pa.Table
    documents: pa.Table
    background: pa.Table
    site_traits: pa.Table
    sources: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One answer of an index: the stored fields and the score that ranked it (higher is nearer)."""

    doc_id: str
    score: float
    fields: Mapping[str, Any]


@runtime_checkable
class Index(Protocol):
    """Where documents, narratives and campaigns can be searched; same queries, same answers."""

    def publish(self, name: str, rows: pa.Table, key: str) -> int:
        """Make `rows` the whole searchable content of `name`, the last row of each key.

        Readers see the old content until the new is complete, also when this fails. Returns the
        count; raises `SchemaError` for a column that does not fit and `StoreError`.
        """

    def search(
        self,
        query: str,
        *,
        vector: Sequence[float] | None = None,
        filters: Mapping[str, str | Sequence[str]] | None = None,
        limit: int = 20,
    ) -> list[SearchHit]:
        """Documents for `query`, by words and, when given, by `vector`, fused by rank.

        Words in quotation marks must follow each other; nothing else in a query is syntax. An empty
        query gives the newest documents. Filters: language, source_id, narrative_id, campaign_id,
        hashtag, role, since, until (ISO dates; a bare `until` date includes that day).
        """

    def facets(
        self, field: str, *, filters: Mapping[str, str | Sequence[str]] | None = None
    ) -> list[tuple[str, int]]:
        """Documents for each value of a filter's field, the most frequent first, at most 1,000."""

    def count(self, name: str) -> int:
        """How many rows of `name` are searchable."""

    def fetch(self, name: str, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The stored rows of `name` with these keys, in this order, without their vectors."""

    def delete(self, name: str, ids: Sequence[str]) -> int:
        """Remove rows from the search at once; return how many there were.

        Their bytes are gone after the next publication.
        """

    def close(self) -> None:
        """Let go of files and connections; the index can't be used afterwards."""

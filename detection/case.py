"""One candidate under examination, with what its innocent explanations look at made ready once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.posts import Evidence, Integers, unfold
from baken.model import AccountKind
from baken.protocols import Case, DetectionView

# Detectors look at the beginning of a text only: credits, calls and marks stand there or are
# short, and a hostile text of 50 MB must cost no more than a long article.
HEAD_CHARS = 6_000
TAIL_CHARS = 600

_FROM_ANNOTATIONS = ("language", "text_id", "credit", "flags", "quotations")
_FROM_MEMBERS = ("narrative_id", "role")


class Background:
    """All documents of the window, with look-ups by shared object that are built when first asked.

    Positions are rows of `table`.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._postings: dict[str, Postings] = {}

    def rows(self, column: str, values: list[str]) -> dict[str, Integers]:
        """For each of `values`, the rows whose `column` (a string or a list of them) holds it."""
        if column not in self._postings:
            self._postings[column] = Postings(self.table.column(column))
        return self._postings[column].rows(values)

    @cached_property
    def accounts(self) -> Integers:
        """The account of each row, as a number."""
        encoded = self.table.column("account_id").combine_chunks().dictionary_encode()
        return _integers(encoded.indices)

    @cached_property
    def account_names(self) -> list[str]:
        """The account that each number of `accounts` stands for."""
        encoded = self.table.column("account_id").combine_chunks().dictionary_encode()
        return [str(name) for name in encoded.dictionary.to_pylist()]

    @cached_property
    def seconds(self) -> npt.NDArray[np.float64]:
        """Publication times in seconds since 1970, not a number where unknown."""
        return seconds(self.table.column("published_at"))

    @cached_property
    def outlets(self) -> npt.NDArray[np.bool_]:
        """Which rows an outlet published."""
        kinds = self.table.column("account_kind")
        return np.asarray(pc.fill_null(pc.equal(kinds, AccountKind.OUTLET.value), False))

    @cached_property
    def activity(self) -> Mapping[str, int]:
        """How many documents each account has in the window."""
        counts = np.bincount(self.accounts[self.accounts >= 0], minlength=len(self.account_names))
        return dict(zip(self.account_names, counts.tolist(), strict=True))

    @cached_property
    def on_the_quarter(self) -> float:
        """The share of documents dated to the second :00 of a quarter of an hour, 0 to 1."""
        return quarter_share(self.seconds)


class Postings:
    """Where each value of a string or string-list column stands."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        values = column.combine_chunks()
        if pa.types.is_list(values.type):
            parents = _integers(pc.list_parent_indices(values))
            values = pc.list_flatten(values)
        else:
            parents = np.arange(len(values), dtype=np.int64)
        encoded = values.dictionary_encode()
        codes = _integers(encoded.indices)
        order = np.argsort(codes, kind="stable")
        self._keys = encoded.dictionary
        self._rows = parents[order]
        self._starts = np.searchsorted(codes[order], np.arange(len(self._keys) + 1))

    def rows(self, values: list[str]) -> dict[str, Integers]:
        """The rows of each of `values` that occurs at all."""
        wanted = pa.array(values, type=pa.string())
        codes = _integers(pc.index_in(wanted, value_set=self._keys))
        return {
            value: self._rows[self._starts[code] : self._starts[code + 1]]
            for value, code in zip(values, codes.tolist(), strict=True)
            if code >= 0
        }


@dataclass(frozen=True)
class Examined(Case):
    """A case whose columns are ready as Python lists, one entry for each evidence document."""

    outside: Background = field(kw_only=True)

    @cached_property
    def evidence(self) -> Evidence:
        """The edges with their document pairs laid out."""
        return unfold(self.edges)

    @cached_property
    def member_set(self) -> frozenset[str]:
        """The members, for look-ups."""
        return frozenset(self.members)

    @cached_property
    def size(self) -> int:
        """How many evidence documents there are."""
        return int(self.documents.num_rows)

    def column(self, name: str) -> list[Any]:
        """A column of the evidence documents as Python values."""
        cache: dict[str, list[Any]] = self.__dict__.setdefault("_columns", {})
        if name not in cache:
            cache[name] = self.documents.column(name).to_pylist()
        return cache[name]

    @cached_property
    def doc_ids(self) -> list[str]:
        """The evidence documents."""
        return [str(doc_id) for doc_id in self.column("doc_id")]

    @cached_property
    def seconds(self) -> npt.NDArray[np.float64]:
        """Publication times of the evidence, not a number where unknown."""
        return seconds(self.documents.column("published_at"))

    @cached_property
    def texts(self) -> list[str]:
        """Title and text of each evidence document, folded, long ones without their middle."""
        titles, texts = self.column("title"), self.column("text")
        return [_clip(title, text) for title, text in zip(titles, texts, strict=True)]

    @cached_property
    def sources_of(self) -> list[Mapping[str, Any]]:
        """The entry of the register for the source of each evidence document; empty if none."""
        return [self.sources.get(source_id or "", {}) for source_id in self.column("source_id")]

    @cached_property
    def member_sources(self) -> dict[str, Mapping[str, Any]]:
        """For each member that the register knows, its entry."""
        found = {name: self.sources[name] for name in self.members if name in self.sources}
        for account, source in zip(self.column("account_id"), self.sources_of, strict=True):
            # Only outlets are their own source: a dataset holds the accounts of many persons.
            if source and source.get("kind") != "dataset" and account not in found:
                found[account] = source
        return {name: found[name] for name in sorted(found) if name in self.member_set}

    @cached_property
    def sites_read(self) -> frozenset[str]:
        """The members of which any technical mark was read, so that a missing one means much."""
        return self.member_set & frozenset(self._traits["account_id"])

    @cached_property
    def stated_owners(self) -> dict[str, str]:
        """The owner that a member states on its own pages, folded."""
        rows = zip(
            self._traits["account_id"], self._traits["trait_kind"], self._traits["value"],
            strict=True,
        )  # fmt: skip
        found = [(name, value) for name, kind, value in rows if kind == "owner" and value]
        return {name: " ".join(value.casefold().split()) for name, value in sorted(found)}

    @cached_property
    def _traits(self) -> dict[str, list[Any]]:
        table = self.site_traits.select(["account_id", "trait_kind", "value"])
        wanted = pa.array(sorted(self.members), type=pa.string())
        columns: dict[str, list[Any]] = table.filter(
            pc.is_in(table.column("account_id"), value_set=wanted)
        ).to_pydict()
        return columns

    @cached_property
    def member_hosts(self) -> dict[str, str]:
        """The host that each outlet among the members publishes on."""
        hosts: dict[str, str] = {}
        for account, kind, url in zip(
            self.column("account_id"), self.column("account_kind"), self.column("url"), strict=True
        ):
            if kind == AccountKind.OUTLET and (host := host_of(url)):
                hosts.setdefault(account, host)
        return hosts

    @cached_property
    def uncredited_copies(self) -> frozenset[str]:
        """Evidence of outlets that an outlet outside published first, with no credit or link."""
        keys = self.column("text_id")
        copies = self.outside.rows("text_id", sorted({key for key in keys if key}))
        kinds = self.outside.outlets
        found = set()
        for at, key in enumerate(keys):
            if not key or self.column("account_kind")[at] != AccountKind.OUTLET:
                continue
            if self.column("credit")[at] or self.column("links")[at]:
                continue
            rows = copies.get(key, np.array([], dtype=np.int64))
            rows = rows[kinds[rows] & (self.outside.seconds[rows] < self.seconds[at])]
            names = {self.outside.account_names[code] for code in self.outside.accounts[rows]}
            if names - self.member_set:
                found.add(self.doc_ids[at])
        return frozenset(found)

    def select(self, test: Callable[[int], bool]) -> frozenset[str]:
        """The ids of the evidence documents whose position passes `test`."""
        return frozenset(self.doc_ids[at] for at in range(self.size) if test(at))

    def narrowed(self, keep: npt.NDArray[np.bool_]) -> Examined:
        """The same case with only the documents at the positions that `keep` marks."""
        return replace(self, documents=self.documents.filter(pa.array(keep)))

    def share(self, doc_ids: frozenset[str]) -> float:
        """The share of the evidence documents that are among `doc_ids`, 0 to 1."""
        return sum(doc_id in doc_ids for doc_id in self.doc_ids) / self.size if self.size else 0.0


def examined(case: Case) -> Examined:
    """`case` made ready for the detectors; itself when it already is."""
    if isinstance(case, Examined):
        return case
    return Examined(
        members=case.members,
        edges=case.edges,
        documents=_with_defaults(case.documents),
        background=case.background,
        site_traits=case.site_traits,
        sources=case.sources,
        outside=Background(_with_defaults(case.background)),
    )


def joined(view: DetectionView) -> pa.Table:
    """The documents of `view` with the columns of their annotations and narrative membership.

    `credit` and `language` come from the annotation, else from what the publisher stated.
    """
    documents = view.documents
    notes = _aligned(documents, view.annotations, _FROM_ANNOTATIONS)
    places = _aligned(documents, view.members, _FROM_MEMBERS)
    credit = pc.coalesce(notes["credit"], documents.column("credit"))
    language = pc.coalesce(notes["language"], documents.column("language_hint"))
    table = documents.drop_columns(["credit"])
    columns = {**notes, **places, "credit": credit, "language": language}
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def seconds(times: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Times as seconds since 1970, not a number where unknown."""
    micros = times.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).cast(pa.float64())
    return np.asarray(micros.fill_null(float("nan")).to_numpy(), dtype=np.float64) / 1e6


def quarter_share(times: npt.NDArray[np.float64]) -> float:
    """The share of known times that fall exactly on a quarter of an hour, 0 to 1."""
    known = times[np.isfinite(times)]
    return float(np.mean(np.mod(known, 900) == 0)) if len(known) else 0.0


def host_of(url: str | None) -> str:
    """The host of `url` in lower case without `www.`, empty where there is none."""
    try:
        host = urlsplit((url or "")[:2_000]).hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")


def _aligned(
    documents: pa.Table, other: pa.Table, columns: tuple[str, ...]
) -> dict[str, pa.ChunkedArray]:
    ids = other.column("doc_id").combine_chunks()
    rows = pc.index_in(documents.column("doc_id"), value_set=ids)
    return {name: other.column(name).take(rows) for name in columns}


def _with_defaults(documents: pa.Table) -> pa.Table:
    kinds = {
        "language": pa.string(),
        "text_id": pa.string(),
        "flags": pa.list_(pa.string()),
        "quotations": pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())])),
        "narrative_id": pa.string(),
        "role": pa.string(),
    }
    for name, kind in kinds.items():
        if name not in documents.column_names:
            documents = documents.append_column(name, pa.nulls(documents.num_rows, kind))
    return documents


def _clip(title: str | None, text: str | None) -> str:
    body = text or ""
    if len(body) > HEAD_CHARS + TAIL_CHARS:
        body = f"{body[:HEAD_CHARS]}\n{body[-TAIL_CHARS:]}"
    return f"{(title or '')[:HEAD_CHARS]}\n{body}".casefold()


def _integers(values: pa.Array) -> Integers:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return np.asarray(pc.fill_null(values.cast(pa.int64()), -1)).astype(np.int64)

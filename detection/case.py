"""One candidate under examination, with what its innocent explanations look at made ready once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.background import Background, seconds
from baken.detection.lexicon import Topics, topics_of
from baken.detection.posts import Evidence, one_array, unfold
from baken.model import AccountKind
from baken.protocols import Case, DetectionView

# Detectors look at the beginning and end of a text only: credits, calls and marks stand there, and
# a hostile text of 50 MB must cost no more than a long article.
HEAD_CHARS = 6_000
TAIL_CHARS = 600

_NOTES = ("language", "language_confidence", "text_id", "credit", "flags", "quotations")
_PLACES = ("narrative_id", "role")


@dataclass(frozen=True)
class Examined(Case):
    """A case whose columns are ready as Python lists, one entry for each evidence document."""

    outside: Background = field(kw_only=True)
    suspects: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Accounts of other candidates: in step themselves, they are no witnesses of innocence."""

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

    @cached_property
    def _cache(self) -> dict[tuple[str, str], Any]:
        return {}

    def column(self, name: str) -> list[Any]:
        """A column of the evidence documents as Python values."""
        key = ("column", name)
        if key not in self._cache:
            self._cache[key] = self.documents.column(name).to_pylist()
        values: list[Any] = self._cache[key]
        return values

    def values(self, column: str) -> list[str]:
        """The different values in a string or string-list column of the evidence."""
        found: set[str] = set()
        for value in self.column(column):
            found.update([value] if isinstance(value, str) else value or ())
        return sorted(found)

    def sharers(self, column: str) -> Mapping[str, int]:
        """How many members share each value of `column`."""
        key = ("sharers", column)
        if key not in self._cache:
            accounts: dict[str, set[str]] = defaultdict(set)
            for account, value in zip(self.column("account_id"), self.column(column), strict=True):
                for one in [value] if isinstance(value, str) else value or ():
                    accounts[one].add(account)
            self._cache[key] = {value: len(names) for value, names in accounts.items()}
        counts: dict[str, int] = self._cache[key]
        return counts

    def bystanders(self, column: str) -> Mapping[str, npt.NDArray[np.float64]]:
        """When each account that is in step with nobody first shared each value of the evidence.

        For every value in `column` of the evidence that such accounts share too: the sorted times,
        one for each account.
        """
        key = ("bystanders", column)
        if key not in self._cache:
            first = self.outside.first_shares(column, self.values(column))
            others = {name: times[self._is_bystander[who]] for name, (who, times) in first.items()}
            self._cache[key] = {value: times for value, times in others.items() if len(times)}
        found: dict[str, npt.NDArray[np.float64]] = self._cache[key]
        return found

    @cached_property
    def _is_bystander(self) -> npt.NDArray[np.bool_]:
        known = pa.array(sorted(self.member_set | self.suspects), type=pa.string())
        names = pa.array(self.outside.account_names, type=pa.string())
        return ~np.asarray(pc.is_in(names, value_set=known))

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
    def topics(self) -> list[Topics]:
        """For each evidence document, how many different words of each topic it holds."""
        known = {text: topics_of(text) for text in sorted(set(self.texts))}
        return [known[text] for text in self.texts]

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
    def _traits(self) -> dict[str, list[Any]]:
        table = self.site_traits.select(["account_id", "trait_kind", "value"])
        wanted = pa.array(sorted(self.members), type=pa.string())
        columns: dict[str, list[Any]] = table.filter(
            pc.is_in(table.column("account_id"), value_set=wanted)
        ).to_pydict()
        return columns

    @cached_property
    def sites_read(self) -> frozenset[str]:
        """The members of which any technical mark was read, so that a missing one means much."""
        return self.member_set & frozenset(self._traits["account_id"])

    @cached_property
    def stated_owners(self) -> dict[str, str]:
        """The owner that a member states on its own pages, folded."""
        columns = (self._traits[name] for name in ("account_id", "trait_kind", "value"))
        found = [
            (name, value) for name, kind, value in zip(*columns, strict=True) if kind == "owner"
        ]
        return {name: " ".join(value.casefold().split()) for name, value in sorted(found) if value}

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
        copies = self.outside.rows("text_id", self.values("text_id"))
        found = set()
        for at, key in enumerate(self.column("text_id")):
            if key not in copies or self.column("account_kind")[at] != AccountKind.OUTLET:
                continue
            if self.column("credit")[at] or self.column("links")[at]:
                continue
            rows = copies[key]
            rows = rows[self.outside.outlets[rows]]
            rows = rows[self.outside.seconds[rows] < self.seconds[at]]
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
    notes = _aligned(documents, view.annotations, _NOTES)
    places = _aligned(documents, view.members, _PLACES)
    credit = pc.coalesce(notes["credit"], documents.column("credit"))
    language = pc.coalesce(notes["language"], documents.column("language_hint"))
    table = documents.drop_columns(["credit"])
    columns = {**notes, **places, "credit": credit, "language": language}
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


# The same links come back in many detectors and documents; the size bounds memory, not results.
@lru_cache(maxsize=50_000)
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
    rows = pc.index_in(documents.column("doc_id"), value_set=one_array(other.column("doc_id")))
    return {name: other.column(name).take(rows) for name in columns}


def _with_defaults(documents: pa.Table) -> pa.Table:
    kinds = {
        "language": pa.string(),
        "language_confidence": pa.float32(),
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
    return f"{(title or '')[:HEAD_CHARS]}\n{body}".strip().casefold()

"""All documents of the window, with what a single case looks up in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.posts import Integers, one_array
from baken.model import AccountKind

Floats = npt.NDArray[np.float64]


# The columns in which detectors look for the values of a column of the evidence.
_ASKED = {
    "text_id": "text_id",
    "links": "links",
    "hashtags": "hashtags",
    "repost_of": "repost_of",
    "canonical_url": "links",
    "account_id": "account_id",
}


class Background:
    """All documents of the window, with look-ups by shared object that are built when first asked.

    Positions are rows of `table`.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._postings: dict[str, Postings] = {}
        self._first: dict[tuple[str, str], tuple[Integers, Floats]] = {}

    def rows(self, column: str, values: list[str]) -> dict[str, Integers]:
        """For each of `values`, the rows whose `column` (a string or a list of them) holds it."""
        if column not in self._postings:
            self._postings[column] = Postings(self.table.column(column))
        return self._postings[column].rows(values)

    def prepare(self, documents: pa.Table) -> None:
        """Look up at once what the cases of `documents` will ask for one by one."""
        for column, values in _ASKED.items():
            wanted = pc.unique(_flat(documents.column(values))).drop_null().to_pylist()
            self.rows(column, sorted(wanted))

    def first_shares(self, column: str, values: list[str]) -> dict[str, tuple[Integers, Floats]]:
        """For each of `values` that occurs: who shared it and when first, in the order of time.

        Kept between cases, because a viral link is in many of them.
        """
        missing = [value for value in values if (column, value) not in self._first]
        for value, rows in self.rows(column, missing).items():
            self._first[(column, value)] = self._first_of(rows)
        return {
            value: self._first[(column, value)]
            for value in values
            if (column, value) in self._first
        }

    def _first_of(self, rows: Integers) -> tuple[Integers, Floats]:
        accounts, times = self.accounts[rows], self.seconds[rows]
        keep = (accounts >= 0) & np.isfinite(times)
        accounts, times = accounts[keep], times[keep]
        order = np.lexsort((accounts, times))
        accounts, times = accounts[order], times[order]
        _, first = np.unique(accounts, return_index=True)
        first.sort()
        return accounts[first], times[first]

    @cached_property
    def _accounts(self) -> pa.DictionaryArray:
        return one_array(self.table.column("account_id")).dictionary_encode()

    @cached_property
    def accounts(self) -> Integers:
        """The account of each row, as a number."""
        return _integers(self._accounts.indices)

    @cached_property
    def account_names(self) -> list[str]:
        """The account that each number of `accounts` stands for."""
        return [str(name) for name in self._accounts.dictionary.to_pylist()]

    @cached_property
    def seconds(self) -> Floats:
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
        values = one_array(column)
        if pa.types.is_list(values.type):
            parents = _integers(pc.list_parent_indices(values))
            values = pc.list_flatten(values)
        else:
            parents = np.arange(len(values), dtype=np.int64)
        encoded = values.dictionary_encode()
        codes = _integers(encoded.indices)
        order = np.argsort(codes, kind="stable")
        self._keys = encoded.dictionary
        self._codes: dict[str, int] = {}
        self._rows = parents[order]
        self._starts = np.searchsorted(codes[order], np.arange(len(self._keys) + 1))

    def rows(self, values: list[str]) -> dict[str, Integers]:
        """The rows of each of `values` that occurs at all."""
        missing = [value for value in values if value not in self._codes]
        if missing:
            # A search hashes all keys, a million of them: what was found once is kept.
            wanted = pa.array(missing, type=pa.string())
            codes = _integers(pc.index_in(wanted, value_set=self._keys))
            self._codes.update(zip(missing, codes.tolist(), strict=True))
        found = {value: self._codes[value] for value in values}
        return {
            value: self._rows[self._starts[code] : self._starts[code + 1]]
            for value, code in found.items()
            if code >= 0
        }


def seconds(times: pa.ChunkedArray) -> Floats:
    """Times as seconds since 1970, not a number where unknown."""
    micros = times.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).cast(pa.float64())
    return np.asarray(micros.fill_null(float("nan")).to_numpy(), dtype=np.float64) / 1e6


def quarter_share(times: Floats) -> float:
    """The share of known times that fall exactly on a quarter of an hour, 0 to 1."""
    known = times[np.isfinite(times)]
    return float(np.mean(np.mod(known, 900) == 0)) if len(known) else 0.0


def _flat(column: pa.ChunkedArray) -> pa.Array:
    values = one_array(column)
    return pc.list_flatten(values) if pa.types.is_list(values.type) else values


def _integers(values: pa.Array) -> Integers:
    return np.asarray(pc.fill_null(values.cast(pa.int64()), -1)).astype(np.int64)

"""Traces of one kind as arrays of numbers, in an order that does not depend on the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# A time of unknown precision may be a date.
_UNKNOWN_PRECISION_S = 86_400


@dataclass(frozen=True, slots=True)
class Events:
    """Who (`account`) touched what (`object`) when (`at_s`), sorted by object, time, document.

    `popularity` is the number of accounts that touch each object, at any time.
    Codes follow the sorted names, so that the same traces give the same numbers (the codes of
    objects that occur once follow in any order: they take part in nothing).
    """

    kind: str
    account: Ints
    object: Ints
    at_s: Ints
    precision_s: Ints
    popularity: Ints
    account_names: pa.Array
    object_names: pa.Array
    doc_ids: pa.Array

    @property
    def accounts(self) -> int:
        """How many accounts left a trace of this kind."""
        return len(self.account_names)

    def exact_to(self, window_s: int) -> Ints:
        """The rows whose time is known well enough for slots of `window_s` seconds."""
        if window_s == 0:
            return np.arange(len(self.account))
        return np.flatnonzero((self.precision_s <= window_s) & (self.at_s != _NO_TIME))


_NO_TIME = np.iinfo(np.int64).min


def events_of(traces: pa.Table, kind: str) -> Events:
    """The events of one trace kind."""
    rows = traces.filter(pc.equal(traces["trace_kind"], kind))
    account, account_names = coded(rows["account_id"])
    obj, object_names = coded_shared(rows["object_id"])
    at = pc.fill_null(pc.cast(rows["at"], pa.int64()), _NO_TIME).to_numpy()
    at_s = np.where(at == _NO_TIME, _NO_TIME, at // 1_000_000)
    precision = pc.fill_null(rows["precision_s"], _UNKNOWN_PRECISION_S).to_numpy()
    doc_ids = rows["doc_id"].combine_chunks()
    order = _order(obj, at_s, account, doc_ids)
    return Events(
        kind=kind,
        account=account[order],
        object=obj[order],
        at_s=at_s[order],
        precision_s=precision[order].astype(np.int64),
        popularity=_popularity(obj[order], account[order], len(object_names)),
        account_names=account_names,
        object_names=object_names,
        doc_ids=doc_ids.take(pa.array(order)),
    )


def _order(obj: Ints, at_s: Ints, account: Ints, doc_ids: pa.Array) -> Ints:
    """By object, time and account; only where all three are equal are document ids compared."""
    order = np.lexsort((account, at_s, obj))
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for values in (obj, at_s, account):
        same &= np.diff(values[order]) == 0
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    places = np.flatnonzero(tied)
    if len(places) == 0:
        return order
    rows = order[places]
    rank = np.empty(len(rows), dtype=np.int64)
    rank[pc.sort_indices(doc_ids.take(pa.array(rows))).to_numpy()] = np.arange(len(rows))
    order[places] = rows[np.lexsort((rank, account[rows], at_s[rows], obj[rows]))]
    return order


def _popularity(obj: Ints, account: Ints, objects: int) -> Ints:
    accounts = int(account.max(initial=0)) + 1
    key = np.sort(obj * accounts + account)
    first = np.ones(len(key), dtype=bool)
    first[1:] = np.diff(key) != 0
    return np.bincount(key[first] // accounts, minlength=objects).astype(np.int64)


def coded(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Each value's place among the sorted distinct values, and those values."""
    encoded = column.combine_chunks().dictionary_encode()
    return _ranked(encoded, pc.sort_indices(encoded.dictionary).to_numpy())


def coded_shared(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """As `coded`, but only values that occur twice are sorted; the others follow as they come.

    What occurs once can be in no meeting, and sorting a million such texts takes seconds.
    """
    encoded = column.combine_chunks().dictionary_encode()
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    count = np.bincount(indices, minlength=len(encoded.dictionary))
    shared, single = np.flatnonzero(count > 1), np.flatnonzero(count == 1)
    by_name = pc.sort_indices(encoded.dictionary.take(pa.array(shared))).to_numpy()
    return _ranked(encoded, np.concatenate([shared[by_name], single]))


def _ranked(encoded: pa.DictionaryArray, order: Ints) -> tuple[Ints, pa.Array]:
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    indices = encoded.indices.to_numpy(zero_copy_only=False)
    return rank[indices], encoded.dictionary.take(pa.array(order))

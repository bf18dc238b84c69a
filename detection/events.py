"""Traces of one kind as arrays of numbers, in an order that does not depend on the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]

_UNKNOWN_PRECISION_S = 1


@dataclass(frozen=True, slots=True)
class Events:
    """Who (`account`) touched what (`object`) when (`at_s`), sorted by object, time, document.

    `popularity` is the number of accounts that touch each object, at any time.
    Codes follow the sorted names, so that the same traces give the same numbers.
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
    obj, object_names = coded(rows["object_id"])
    seconds = pc.fill_null(pc.cast(rows["at"], pa.int64()), _NO_TIME)
    at = (
        seconds.to_numpy(zero_copy_only=False)
        if isinstance(seconds, pa.Array)
        else seconds.to_numpy()
    )
    at_s = np.where(at == _NO_TIME, _NO_TIME, at // 1_000_000)
    precision = pc.fill_null(rows["precision_s"], _UNKNOWN_PRECISION_S).to_numpy()
    docs, _ = coded(rows["doc_id"])
    order = np.lexsort((docs, at_s, obj))
    return Events(
        kind=kind,
        account=account[order],
        object=obj[order],
        at_s=at_s[order],
        precision_s=precision[order].astype(np.int64),
        popularity=_popularity(obj, account, len(object_names)),
        account_names=account_names,
        object_names=object_names,
        doc_ids=rows["doc_id"].combine_chunks().take(pa.array(order)),
    )


def _popularity(obj: Ints, account: Ints, objects: int) -> Ints:
    key = np.unique(obj * (int(account.max(initial=0)) + 1) + account)
    return np.bincount(key // (int(account.max(initial=0)) + 1), minlength=objects).astype(np.int64)


def coded(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Each value's place among the sorted distinct values, and those values."""
    encoded = column.combine_chunks().dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return rank[encoded.indices.to_numpy(zero_copy_only=False)], encoded.dictionary.take(order)

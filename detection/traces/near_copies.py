"""Texts of about the same time that share most of their letters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.events import coded
from baken.resemblance import Pairs, digests, distinct, resembling

# Posts of one hour are compared, in hours that begin at every half one: two posts that are half an
# hour apart always meet, two that are an hour apart never.
_HALF_S = 1_800
# The share of shingles in common: in a text of twenty words about two words may differ.
_LEAST_RESEMBLANCE = 0.6
# Minima of a band: with four, four million simulated posts of two weeks took a fifth longer.
_BAND = 5
# Compared at once, which bounds memory; a busier hour is compared whole.
_BATCH_TEXTS = 250_000
_SEED = 2025

Ints = npt.NDArray[np.int64]


def near_copies(
    text_ids: pa.Array, at: pa.ChunkedArray, texts: pa.ChunkedArray, place: pa.Array
) -> pa.Table:
    """The pairs of text ids (`left`, `right`) whose texts were published in one hour and resemble.

    The text of row i is in row `place[i]` of `texts`. A row without id or time takes no part.
    Candidates of each text are bounded, so that a crowd of alike texts hangs together and is not
    listed pair by pair.
    """
    known = pc.and_(pc.is_valid(text_ids), pc.is_valid(at))
    rows = np.flatnonzero(known.to_numpy(zero_copy_only=False))
    codes, names = coded(pc.take(pa.chunked_array([text_ids]), pa.array(rows)))
    half = pc.cast(at, pa.int64()).take(pa.array(rows)).to_numpy() // (1_000_000 * _HALF_S)
    order = np.lexsort((codes, half))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(half[order]) != 0) | (np.diff(codes[order]) != 0)
    order = order[first]
    found = [np.empty((0, 2), np.int64)]
    for begin, end in _batches(half[order]):
        part = order[begin:end]
        words = _lowered(texts, place.take(pa.array(rows[part])).to_numpy())
        found += _alike(words, codes[part], half[part])
    pairs = np.sort(np.concatenate(found), axis=1)
    keys = distinct(pairs[:, 0] * len(names) + pairs[:, 1])
    left, right = (names.take(pa.array(end)) for end in np.divmod(keys, max(1, len(names))))
    return pa.table({"left": left, "right": right})


def _lowered(texts: pa.ChunkedArray, rows: Ints) -> list[str]:
    """The texts of `rows` in small letters.

    Chunk by chunk: `take` puts all chunks together first, and these may hold over two gigabytes.
    """
    ends = np.cumsum([len(chunk) for chunk in texts.chunks])
    number = np.searchsorted(ends, rows, side="right")
    found = np.empty(len(rows), object)
    for one in range(len(ends)):
        mine = np.flatnonzero(number == one)
        if len(mine):
            chunk = texts.chunk(one)
            chosen = chunk.take(pa.array(rows[mine] - ends[one] + len(chunk)))
            found[mine] = pc.utf8_lower(chosen).to_pylist()
    lowered: list[str] = found.tolist()
    return lowered


def _alike(texts: list[str], codes: Ints, half: Ints) -> list[Pairs]:
    minima = digests(texts, seed=_SEED)
    found = []
    for later in (0, 1):
        pairs = resembling(minima, least=_LEAST_RESEMBLANCE, band=_BAND, within=(half + later) // 2)
        pairs = codes[pairs]
        found.append(pairs[pairs[:, 0] != pairs[:, 1]])
    return found


def _batches(half: Ints) -> Iterator[tuple[int, int]]:
    """Runs of two half hours (sorted) or more; each begins with the last one of the run before."""
    starts = np.flatnonzero(np.diff(half, prepend=half[:1] - 1))
    bounds = [*starts.tolist(), len(half)]
    begin, last = 0, len(bounds) - 1
    while begin < last:
        end = min(begin + 2, last)
        while end < last and bounds[end + 1] - bounds[begin] <= _BATCH_TEXTS:
            end += 1
        yield bounds[begin], bounds[end]
        begin = end - 1 if end < last else last

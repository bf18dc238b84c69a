"""Texts that share most of their letters: MinHash over character shingles, in bands.

Broder 1997, "On the resemblance and containment of documents": the share of equal minima estimates
the share of shingles that two texts have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Digests = npt.NDArray[np.uint32]
Pairs = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]

SHINGLE_CHARS = 5
_PERMUTATIONS = 64
# Shingles of a longer text are those of its beginning: copies agree there too.
_MAX_CHARS = 4_000
# In a bucket up to this size every pair is a candidate. Larger ones would be quadratic: there each
# text meets its next few in the order of the bands, which still links the whole family.
_WHOLE_BUCKET = 64
_LINKS_IN_LARGE_BUCKET = 8
_CHUNK_TEXTS = 2_000
_CHUNK_PAIRS = 50_000
_MIX = np.uint64(0x9E3779B97F4A7C15)


def digests(texts: Sequence[str], *, seed: int) -> Digests:
    """The minima of each text's shingles under 64 permutations: a row for each text.

    A text shorter than a shingle is filled up with blanks.
    """
    from rensa import RMinHash

    parts = [np.empty((0, _PERMUTATIONS), np.uint32)]
    for start in range(0, len(texts), _CHUNK_TEXTS):
        chunk = [text[:_MAX_CHARS] for text in texts[start : start + _CHUNK_TEXTS]]
        hashes, counts = _shingles(chunk)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, _PERMUTATIONS, seed)
        parts.append(np.asarray(matrix.to_rows(), np.uint32).reshape(-1, _PERMUTATIONS))
    return np.concatenate(parts)


def resembling(
    digests: Digests, *, least: float, band: int = 4, within: Numbers | None = None
) -> Pairs:
    """Pairs of rows (left < right, sorted) that share a band and `least` of their minima.

    With a standard error of .06 that is the share of shingles in common. Of rows that share .6 of
    them, nine in ten have a band of four minima in common and two in three one of five, of those
    that share .8 nearly all; longer bands take less time. Only rows of one number in `within` are
    paired. In large crowds of alike rows each is paired with a few.
    """
    total = len(digests)
    if total < 2:
        return np.empty((0, 2), np.int64)
    found = []
    for first in range(0, _PERMUTATIONS - band + 1, band):
        for keys in _pairs_of_band(_bucket(digests[:, first : first + band], within)):
            left, right = keys // total, keys % total
            agreeing = (digests[left] == digests[right]).sum(1, dtype=np.uint8)
            found.append(keys[agreeing >= least * _PERMUTATIONS])
    keys = distinct(np.concatenate(found)) if found else np.empty(0, np.int64)
    return np.stack([keys // total, keys % total], axis=1)


def distinct(numbers: Numbers) -> Numbers:
    """Each of `numbers`, from 0 on, once and in ascending order."""
    # `np.unique` takes two hundred times as long for millions of numbers (numpy 2.4).
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _shingles(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint64], Numbers]:
    """The shingles of all texts, one text after another, and how many each has: at least one."""
    padded = [text.ljust(SHINGLE_CHARS) for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.array([len(text) for text in padded], np.int64)
    ends = np.cumsum(lengths)
    # A polynomial over code points, mixed by Fibonacci hashing; overflow is meant.
    total = len(codes) - SHINGLE_CHARS + 1
    mixed = np.zeros(total, np.uint64)
    for column in range(SHINGLE_CHARS):
        mixed *= np.uint64(1_000_003)
        mixed ^= codes[column : column + total].astype(np.uint64)
        mixed *= _MIX
        mixed ^= mixed >> np.uint64(29)
    inside = np.ones(total, dtype=bool)
    # A window that begins in the last letters of a text ends in the next text.
    across = (ends[:-1, None] - np.arange(1, SHINGLE_CHARS)).ravel()
    inside[across] = False
    return mixed[inside], lengths - SHINGLE_CHARS + 1


def _bucket(band: Digests, within: Numbers | None) -> npt.NDArray[np.uint64]:
    """One number for the minima of a band and the number within; others share it hardly ever."""
    mixed = np.zeros(len(band), np.uint64) if within is None else within.astype(np.uint64)
    for column in band.T:
        mixed = (mixed ^ column) * _MIX
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _pairs_of_band(bucket: npt.NDArray[np.uint64]) -> Iterator[Numbers]:
    """The pairs of rows of one bucket, as left times all rows plus right, in parts."""
    rows = np.argsort(bucket, kind="stable")
    starts = np.flatnonzero(np.diff(bucket[rows], prepend=~bucket[rows[:1]]) != 0)
    sizes = np.diff(np.append(starts, len(rows)))
    end = np.repeat(starts + sizes, sizes)
    reach = np.repeat(np.where(sizes <= _WHOLE_BUCKET, sizes, _LINKS_IN_LARGE_BUCKET), sizes)
    position = np.flatnonzero(end - np.arange(len(rows)) > 1)
    for offset in range(1, min(_WHOLE_BUCKET, int(sizes.max(initial=1)))):
        position = position[(position + offset < end[position]) & (offset <= reach[position])]
        for start in range(0, len(position), _CHUNK_PAIRS):
            left = position[start : start + _CHUNK_PAIRS]
            # Rows of a bucket are in ascending order: the sort is stable.
            yield rows[left] * len(rows) + rows[left + offset]

"""Texts that share most of their letters: MinHash over character shingles, in bands.

Broder 1997, "On the resemblance and containment of documents"; candidates only, to be verified.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Pairs = npt.NDArray[np.int64]

_SHINGLE_CHARS = 5
_PERMUTATIONS = 64
_ROWS_PER_BAND = 4
# Shingles of a longer text are those of its beginning: copies agree there too.
_MAX_CHARS = 4_000
# In a bucket up to this size every pair is a candidate. Larger ones would be quadratic: there each
# text meets its next few in the order of the bands, which still links the whole family.
_WHOLE_BUCKET = 64
_LINKS_IN_LARGE_BUCKET = 8
_CHUNK_TEXTS = 20_000


def copy_candidates(texts: Sequence[str], *, seed: int) -> Pairs:
    """Pairs of rows (left < right, sorted) whose texts may share over half of their shingles.

    `texts` are bare words; a text shorter than a shingle has no candidates.
    """
    if len(texts) < 2:
        return np.empty((0, 2), np.int64)
    digests = np.concatenate(
        [
            _digests(texts[start : start + _CHUNK_TEXTS], seed)
            for start in range(0, len(texts), _CHUNK_TEXTS)
        ]
    )
    usable = np.flatnonzero([len(text) >= _SHINGLE_CHARS for text in texts])
    found: Pairs = np.empty(0, np.int64)
    for first in range(0, _PERMUTATIONS, _ROWS_PER_BAND):
        band = digests[usable, first : first + _ROWS_PER_BAND]
        found = np.union1d(found, _pairs_of_band(band, usable, len(texts)))
    return np.stack([found // len(texts), found % len(texts)], axis=1)


def _digests(texts: Sequence[str], seed: int) -> npt.NDArray[np.uint32]:
    from rensa import RMinHash

    hashes = [_shingles(text) for text in texts]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in hashes])]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        np.concatenate(hashes), offsets, _PERMUTATIONS, seed
    )
    return np.asarray(matrix.to_rows(), np.uint32).reshape(len(texts), _PERMUTATIONS)


def _shingles(text: str) -> npt.NDArray[np.uint64]:
    codes = np.frombuffer(text[:_MAX_CHARS].encode("utf-32-le", "surrogatepass"), np.uint32)
    if len(codes) < _SHINGLE_CHARS:
        return np.array([zlib.crc32(codes.tobytes())], np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(codes.astype(np.uint64), _SHINGLE_CHARS)
    # A polynomial over code points, mixed by Fibonacci hashing; overflow is meant.
    mixed = np.zeros(len(windows), np.uint64)
    for column in range(_SHINGLE_CHARS):
        mixed = (mixed * np.uint64(1_000_003)) ^ windows[:, column]
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed)


def _pairs_of_band(band: npt.NDArray[np.uint32], rows: Pairs, total: int) -> Pairs:
    order = np.lexsort((rows, *band.T))
    sorted_band, sorted_rows = band[order], rows[order]
    begins = np.r_[True, (sorted_band[1:] != sorted_band[:-1]).any(1)]
    starts = np.flatnonzero(begins)
    sizes = np.diff(np.r_[starts, len(rows)])
    end = np.repeat(starts + sizes, sizes)
    reach = np.repeat(np.where(sizes <= _WHOLE_BUCKET, sizes, _LINKS_IN_LARGE_BUCKET), sizes)
    position = np.arange(len(rows))
    found = []
    for offset in range(1, min(_WHOLE_BUCKET, int(sizes.max(initial=1)))):
        left = position[(position + offset < end) & (offset <= reach)]
        if not len(left):
            continue
        ends = np.sort(np.stack([sorted_rows[left], sorted_rows[left + offset]]), axis=0)
        found.append(ends[0] * total + ends[1])
    return np.concatenate(found) if found else np.empty(0, np.int64)

"""Texts that share most of their letters: MinHash over character shingles, in bands.

Broder 1997, "On the resemblance and containment of documents"; candidates only, to be verified.
"""

from __future__ import annotations

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
_CHUNK_TEXTS = 2_000


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

    hashes, counts = _shingles([text[:_MAX_CHARS] for text in texts])
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, _PERMUTATIONS, seed)
    return np.asarray(matrix.to_rows(), np.uint32).reshape(len(texts), _PERMUTATIONS)


def _shingles(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint64], Pairs]:
    """The shingles of all texts, one text after another, and how many each has: at least one."""
    # Padded to a shingle, so that a shorter text has one; nothing is made of it.
    padded = [text.ljust(_SHINGLE_CHARS) for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.array([len(text) for text in padded], np.int64)
    ends = np.cumsum(lengths)
    # A polynomial over code points, mixed by Fibonacci hashing; overflow is meant.
    total = len(codes) - _SHINGLE_CHARS + 1
    mixed = np.zeros(total, np.uint64)
    for column in range(_SHINGLE_CHARS):
        mixed *= np.uint64(1_000_003)
        mixed ^= codes[column : column + total].astype(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    within = np.ones(total, dtype=bool)
    # A window that begins in the last letters of a text ends in the next text.
    across = (ends[:-1, None] - np.arange(1, _SHINGLE_CHARS)).ravel()
    within[across] = False
    return mixed[within], lengths - _SHINGLE_CHARS + 1


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

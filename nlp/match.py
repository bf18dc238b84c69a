"""Pairs of texts that say the same: copied, reworded or translated.

Copies are found by their letters, rewordings and translations by their vectors; then the claims of
the two are compared, because no encoder tells a claim from its denial (`baken.nlp.claims`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.model import MatchKind
from baken.nlp.claims import USUAL_MARKS, claim_of, marks_in_common, same_claim
from baken.nlp.language import UNDETERMINED
from baken.nlp.match_copies import copy_candidates
from baken.nlp.match_near import Described, Near, Sought, near_pairs
from baken.nlp.match_sentences import aligned_sentences
from baken.nlp.match_spans import aligned_spans
from baken.nlp.match_thresholds import Scores, Thresholds, thresholds_for, weighed
from baken.nlp.text import bare_words
from baken.protocols import Progress, Vectors, silent
from baken.resemblance import Pairs
from baken.schema import MATCHES, conform, from_rows

# Bands and centroids are drawn anew for no one: results depend on the texts alone.
_SEED = 2025
# Share of letters in common (2 * matching / both lengths) from which a text is a copy.
COPY_RATIO = 0.80
# Letters compared in a pair; the beginnings of copied articles decide.
_MAX_COMPARED_CHARS = 3_000
_CHUNK_PAIRS = 100_000
# All names and numbers in common count by so much more than the usual share of them.
_MOST_MARKS = 1 - USUAL_MARKS


@dataclass(frozen=True, slots=True)
class _Found:
    pairs: Pairs
    scores: Scores
    kind: MatchKind
    method: str


def match_texts(
    texts: pa.Table,
    vectors: Vectors,
    config: NlpConfig,
    *,
    model_id: str,
    progress: Progress = silent,
) -> pa.Table:
    """The pairs (schema `MATCHES`) among `texts` (text_id, text, language), each with its kind.

    Row i of `vectors` (unit length) belongs to row i of `texts`; text ids are distinct. Texts of
    fewer than `config.min_match_chars` letters match nothing. Scores are 0 to 1, higher is nearer:
    the share of letters for copies, the cosine for the rest. The order of rows doesn't matter.
    """
    ids = np.array(texts["text_id"].to_pylist(), dtype=object)
    order = np.argsort(ids, kind="stable") if len(ids) else np.empty(0, np.int64)
    raw = [text or "" for text in texts["text"].take(order).to_pylist()]
    bare = [bare_words(text) for text in raw]
    long_enough = np.array([len(text) >= config.min_match_chars for text in bare], dtype=bool)
    kept = np.flatnonzero(long_enough)
    if len(kept) < 2:
        return MATCHES.schema.empty_table()
    rows = order[kept]
    languages = [language or UNDETERMINED for language in texts["language"].take(rows).to_pylist()]
    in_order = len(rows) == len(vectors) and bool((rows == np.arange(len(rows))).all())
    matcher = _Matcher(
        ids=[str(ids[row]) for row in rows],
        texts=[raw[row] for row in kept],
        bare=[bare[row] for row in kept],
        languages=languages,
        # The vectors of a large corpus are not copied only to stand as they stood.
        vectors=np.ascontiguousarray(vectors if in_order else vectors[rows]),
    )
    with _uncollected():
        return matcher.matches(config, model_id, progress)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: it would look through the words of all texts many times."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Matcher:
    ids: Sequence[str]
    texts: Sequence[str]
    bare: Sequence[str]
    languages: Sequence[str]
    vectors: Vectors

    def matches(self, config: NlpConfig, model_id: str, progress: Progress) -> pa.Table:
        copies = self._copies(copy_candidates(self.bare, seed=_SEED), "minhash")
        near = self._by_meaning(copies.pairs, config, model_id, progress)
        rows = []
        for found in (copies, *near):
            for (left, right), score in zip(found.pairs.tolist(), found.scores, strict=True):
                if not self._same_claim(left, right):
                    continue
                rows.append(self._row(left, right, float(score), found))
        rows.sort(key=lambda row: (row["left"], row["right"]))
        return conform(from_rows(rows, MATCHES), MATCHES)

    def _copies(self, candidates: Pairs, method: str) -> _Found:
        ratios = self._ratios(candidates)
        kept = ratios >= COPY_RATIO
        return _Found(candidates[kept], ratios[kept], MatchKind.COPYPASTA, method)

    def _ratios(self, pairs: Pairs) -> Scores:
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cpdist

        pieces = [np.empty(0, np.float32)]
        for start in range(0, len(pairs), _CHUNK_PAIRS):
            chunk = pairs[start : start + _CHUNK_PAIRS].tolist()
            pieces.append(
                cpdist(
                    [self.bare[left][:_MAX_COMPARED_CHARS] for left, _ in chunk],
                    [self.bare[right][:_MAX_COMPARED_CHARS] for _, right in chunk],
                    scorer=Indel.normalized_similarity,
                    dtype=np.float32,
                )
            )
        return np.concatenate(pieces)

    def _by_meaning(
        self, known: Pairs, config: NlpConfig, model_id: str, progress: Progress
    ) -> list[_Found]:
        limits = thresholds_for(model_id, config)
        own, translated = limits.own, limits.translated
        within, between = near_pairs(
            Described(
                weighed(self.vectors, limits),
                np.unique(self.languages, return_inverse=True)[1].astype(np.int64),
                np.array([max(1, len(text)) for text in self.bare], np.int64),
            ),
            limits,
            within=Sought(
                own,
                limits.lowest_rewording,
                limits.rewording - _MOST_MARKS * own.marks - COPY_RATIO * own.letters,
            ),
            between=Sought(
                translated,
                limits.lowest,
                limits.translation - _MOST_MARKS * translated.marks,
            ),
            seed=_SEED,
            progress=progress,
        )
        return [
            *self._reworded(self._fresh(within, known), limits, model_id),
            self._translated(self._fresh(between, known), limits, model_id),
        ]

    def _fresh(self, near: Near, known: Pairs) -> Near:
        total = len(self.ids)
        keys = near.pairs[:, 0] * total + near.pairs[:, 1]
        fresh = ~np.isin(keys, known[:, 0] * total + known[:, 1])
        return Near(near.pairs[fresh], near.cosines[fresh], near.margins[fresh])

    def _reworded(self, near: Near, limits: Thresholds, model_id: str) -> list[_Found]:
        ratios = self._ratios(near.pairs)
        own = limits.own
        margins = near.margins + own.letters * ratios
        margins = self._with_marks(near.pairs, margins, limits.rewording, own.marks)
        found = margins >= limits.rewording
        copied, reworded = found & (ratios >= COPY_RATIO), found & (ratios < COPY_RATIO)
        return [
            _Found(near.pairs[copied], ratios[copied], MatchKind.COPYPASTA, "vectors+letters"),
            _Found(near.pairs[reworded], near.cosines[reworded], MatchKind.REWORDING, model_id),
        ]

    def _translated(self, near: Near, limits: Thresholds, model_id: str) -> _Found:
        marks = limits.translated.marks
        margins = self._with_marks(near.pairs, near.margins, limits.translation, marks)
        found = margins >= limits.translation
        return _Found(near.pairs[found], near.cosines[found], MatchKind.TRANSLATION, model_id)

    def _with_marks(self, pairs: Pairs, margins: Scores, lowest: float, share: float) -> Scores:
        """The margins and what names and numbers in common add, where that can change a thing."""
        total = margins.copy()
        for row in np.flatnonzero(margins >= lowest - _MOST_MARKS * share).tolist():
            left, right = (claim_of(self.texts[end], self.languages[end]) for end in pairs[row])
            total[row] += share * (marks_in_common(left, right) - USUAL_MARKS)
        return total

    def _same_claim(self, left: int, right: int) -> bool:
        return same_claim(
            self.texts[left], self.languages[left], self.texts[right], self.languages[right]
        )

    def _row(self, left: int, right: int, score: float, found: _Found) -> dict[str, object]:
        ends = (self.texts[left], self.texts[right])
        if found.kind is MatchKind.TRANSLATION:
            spoken = (self.languages[left], self.languages[right])
            spans = aligned_sentences(*ends, languages=spoken)
        else:
            spans = aligned_spans(*ends)
        return {
            "left": self.ids[left],
            "right": self.ids[right],
            "kind": found.kind.value,
            "score": min(1.0, score),
            "spans": spans,
            "method": found.method,
        }

"""Pairs of texts that say the same: copied, reworded or translated.

Copies are found by their letters, rewordings and translations by their vectors; then the claims of
the two are compared, because no encoder tells a claim from its denial (`baken.nlp.claims`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.model import MatchKind
from baken.nlp.claims import USUAL_MARKS, claim_of, marks_in_common, same_claim
from baken.nlp.language import UNDETERMINED
from baken.nlp.match_copies import Pairs, copy_candidates
from baken.nlp.match_near import Kept, Near, near_pairs
from baken.nlp.match_second import translated
from baken.nlp.match_spans import aligned_spans
from baken.nlp.match_thresholds import (
    DOUBT,
    LOWEST_COSINE_REWORDING,
    MARKS_SHARE,
    Scores,
    Thresholds,
    thresholds_for,
)
from baken.nlp.text import bare_words
from baken.protocols import Embedder, Progress, Vectors, silent
from baken.schema import MATCHES, conform, from_rows

# Bands and centroids are drawn anew for no one: results depend on the texts alone.
_SEED = 2025
# Share of letters in common (2 * matching / both lengths) from which a text is a copy.
COPY_RATIO = 0.80
# Letters compared in a pair; the beginnings of copied articles decide.
_MAX_COMPARED_CHARS = 3_000
_CHUNK_PAIRS = 100_000


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
    second: Embedder | None = None,
    progress: Progress = silent,
) -> pa.Table:
    """The pairs (schema `MATCHES`) among `texts` (text_id, text, language), each with its kind.

    Row i of `vectors` (unit length) belongs to row i of `texts`; text ids are distinct. Texts of
    fewer than `config.min_match_chars` letters match nothing. Scores are 0 to 1, higher is nearer:
    the share of letters for copies, the cosine for the rest. The order of rows doesn't matter.
    `second` (`baken.nlp.match_second`) is asked about translations in doubt.
    """
    ids = np.array(texts["text_id"].to_pylist(), dtype=object)
    order = np.argsort(ids, kind="stable") if len(ids) else np.empty(0, np.int64)
    raw = [texts["text"][int(row)].as_py() or "" for row in order]
    bare = [bare_words(text) for text in raw]
    long_enough = np.array([len(text) >= config.min_match_chars for text in bare], dtype=bool)
    kept = np.flatnonzero(long_enough)
    if len(kept) < 2:
        return MATCHES.schema.empty_table()
    rows = order[kept]
    languages = [texts["language"][int(row)].as_py() or UNDETERMINED for row in rows]
    matcher = _Matcher(
        ids=[str(ids[row]) for row in rows],
        texts=[raw[row] for row in kept],
        bare=[bare[row] for row in kept],
        languages=languages,
        vectors=np.ascontiguousarray(vectors[rows]),
        second=second,
    )
    return matcher.matches(config, model_id, progress)


@dataclass(frozen=True, slots=True)
class _Matcher:
    ids: Sequence[str]
    texts: Sequence[str]
    bare: Sequence[str]
    languages: Sequence[str]
    vectors: Vectors
    second: Embedder | None

    def matches(self, config: NlpConfig, model_id: str, progress: Progress) -> pa.Table:
        copies = self._copies(copy_candidates(self.bare, seed=_SEED), "minhash")
        near = self._by_meaning(copies.pairs, config, model_id, progress)
        rows = []
        for found in (copies, *near):
            for (left, right), score in zip(found.pairs.tolist(), found.scores, strict=True):
                if not same_claim(
                    self.texts[left], self.languages[left], self.texts[right], self.languages[right]
                ):
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
        within, between = near_pairs(
            self.vectors,
            np.unique(self.languages, return_inverse=True)[1].astype(np.int64),
            np.array([len(text) for text in self.bare], np.int64),
            limits,
            kept=self._kept(limits),
            seed=_SEED,
            progress=progress,
        )
        within = self._fresh(within, known)
        margins = within.margins + self._marks(within.pairs)
        reworded = within.cosines >= LOWEST_COSINE_REWORDING
        reworded &= (within.cosines >= limits.sure) | (margins >= limits.rewording)
        ratios = np.zeros(len(reworded), np.float32)
        ratios[reworded] = self._ratios(within.pairs[reworded])
        copied = reworded & (ratios >= COPY_RATIO)
        reworded &= ~copied
        margins = between.margins + self._marks(between.pairs)
        margins[between.cosines >= limits.sure] = np.inf
        method = f"{model_id}+{self.second.model_id}" if self.second else model_id
        same = translated(between.pairs, margins, limits, (self.texts, self.languages), self.second)
        return [
            _Found(within.pairs[copied], ratios[copied], MatchKind.COPYPASTA, "vectors+letters"),
            _Found(within.pairs[reworded], within.cosines[reworded], MatchKind.REWORDING, model_id),
            _Found(between.pairs[same], between.cosines[same], MatchKind.TRANSLATION, method),
        ]

    def _kept(self, limits: Thresholds) -> Kept:
        gain = MARKS_SHARE * (1 - USUAL_MARKS)
        doubt = DOUBT if self.second else 0.0
        return Kept(limits.rewording - gain, limits.translation - doubt - gain)

    def _fresh(self, near: Near, known: Pairs) -> Near:
        total = len(self.ids)
        keys = near.pairs[:, 0] * total + near.pairs[:, 1]
        fresh = ~np.isin(keys, known[:, 0] * total + known[:, 1])
        return Near(near.pairs[fresh], near.cosines[fresh], near.margins[fresh])

    def _marks(self, pairs: Pairs) -> Scores:
        """What names and numbers in common add to the margin of each pair."""
        gained = np.zeros(len(pairs), np.float32)
        for row, ends in enumerate(pairs.tolist()):
            left, right = (claim_of(self.texts[end], self.languages[end]) for end in ends)
            gained[row] = MARKS_SHARE * (marks_in_common(left, right) - USUAL_MARKS)
        return gained

    def _row(self, left: int, right: int, score: float, found: _Found) -> dict[str, object]:
        ends = (self.texts[left], self.texts[right])
        spans = [] if found.kind is MatchKind.TRANSLATION else aligned_spans(*ends)
        return {
            "left": self.ids[left],
            "right": self.ids[right],
            "kind": found.kind.value,
            "score": min(1.0, score),
            "spans": spans,
            "method": found.method,
        }

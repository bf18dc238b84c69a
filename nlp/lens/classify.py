"""One taxonomy over sentences: cue words and nearness to examples, each with its confidence.

What nearness is worth is learnt from the examples themselves: every example is held against the
others, so that a model that cannot tell the labels apart leaves them `unclear`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.nlp.lens.cues import cue_confidence
from baken.protocols import Embedder, Vectors
from baken.taxonomies import Taxonomy

# From here on a sentence carries a label; below it is unclear.
CLEAR = 0.5
MAX_SENTENCE_CHARS = 400
_MIN_LANGUAGE_EXAMPLES = 8
# Centred cosine from which a sentence is a copy or a translation of an example. Not tuned.
_COPY = 0.7
_RIDGE = 1.0
_STEPS = 25
Floats = npt.NDArray[np.float64]


class Example(NamedTuple):
    """A sentence that carries `label`, or none of them where it is `None`.

    Examples of one `fold` (translations of each other) are never held against each other.
    """

    text: str
    language: str
    label: str | None
    fold: str


class Lens:
    """Reads sentences by one taxonomy; `more` are examples that people added by correcting."""

    def __init__(
        self, taxonomy: Taxonomy, embedder: Embedder, more: Sequence[Example] = ()
    ) -> None:
        self.taxonomy = taxonomy
        self.labels = tuple(taxonomy.labels)
        examples = [*_examples(taxonomy), *more]
        texts = [clean(example.text) for example in examples]
        languages = [example.language for example in examples]
        encoded = embedder.encode(texts, languages)
        self._centre = _Centre(encoded, languages)
        vectors = self._centre.of(encoded, languages)
        self._known = _Known(examples, vectors, self.labels)
        self._weights = self._known.calibrated()

    def confidences(
        self, sentences: Sequence[str], languages: Sequence[str], vectors: Vectors
    ) -> Floats:
        """How likely each sentence (row) carries each label (column), 0 to 1.

        `vectors` are those of `sentences` by the embedder that the lens was made with.
        """
        if not sentences:
            return np.zeros((0, len(self.labels)))
        words = np.array(
            [
                [cue_confidence(text, language, label) for label in self.taxonomy.labels.values()]
                for text, language in zip(map(clean, sentences), languages, strict=True)
            ]
        )
        near = self._known.nearness(self._centre.of(vectors, languages))
        meaning = _sigmoid(_features(near) @ self._weights)
        # The examples hold no copies of each other, so that calibration cannot know what one means.
        meaning = np.maximum(meaning, np.where(near[:, :-1] >= _COPY, near[:, :-1], 0.0))
        both: Floats = 1.0 - (1.0 - words) * (1.0 - meaning)
        return both


def clean(text: str) -> str:
    """The beginning of `text` that is read, without what no model takes."""
    return text[:MAX_SENTENCE_CHARS].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _examples(taxonomy: Taxonomy) -> list[Example]:
    named = [(name, label.examples) for name, label in taxonomy.labels.items()]
    return [
        Example(text, language, name, f"{name}:{number}")
        for name, by_language in [*named, (None, taxonomy.none.examples)]
        for language, texts in sorted(by_language.items())
        for number, text in enumerate(texts)
    ]


class _Centre:
    """Takes away what all examples of a language have in common: the language, the genre."""

    def __init__(self, vectors: Vectors, languages: Sequence[str]) -> None:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, language in enumerate(languages):
            rows[language].append(row)
        self._whole = vectors.mean(axis=0)
        self._means = {
            language: vectors[mine].mean(axis=0)
            for language, mine in rows.items()
            if len(mine) >= _MIN_LANGUAGE_EXAMPLES
        }

    def of(self, vectors: Vectors, languages: Sequence[str]) -> Floats:
        means = np.stack([self._means.get(language, self._whole) for language in languages])
        return _unit(vectors.astype(np.float64) - means)


class _Known:
    """The examples by label; those that carry none stand in the last column."""

    def __init__(self, examples: Sequence[Example], vectors: Floats, labels: Sequence[str]) -> None:
        place = {label: column for column, label in enumerate(labels)}
        self._vectors = vectors
        self._columns = np.array([place.get(one.label or "", len(place)) for one in examples])
        self._folds = np.array([one.fold for one in examples])
        self._width = len(place) + 1

    def nearness(self, vectors: Floats) -> Floats:
        """Cosine to the middle or, if larger, to the nearest example of each label, and of none."""
        return self._nearness(vectors, np.ones(len(self._vectors), np.bool_))

    def _nearness(self, vectors: Floats, known: npt.NDArray[np.bool_]) -> Floats:
        near = np.full((len(vectors), self._width), -1.0)
        for column in range(self._width):
            mine = self._vectors[known & (self._columns == column)]
            if len(mine):
                middle = _unit(mine.sum(axis=0)[None, :])
                near[:, column] = (vectors @ np.concatenate([mine, middle]).T).max(axis=1)
        return near

    def calibrated(self) -> Floats:
        """The logistic weights that tell from nearness whether an example has a label."""
        near = np.empty((len(self._vectors), self._width))
        for fold in sorted(set(self._folds.tolist())):
            mine = self._folds == fold
            near[mine] = self._nearness(self._vectors[mine], ~mine)
        truth = self._columns[:, None] == np.arange(self._width - 1)[None, :]
        features = _features(near)
        return _logistic(features.reshape(-1, features.shape[2]), truth.ravel().astype(np.float64))


def _features(near: Floats) -> Floats:
    """For each label its nearness, and by how much it leads the best of the others."""
    ordered = np.sort(near, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    lead = near - np.where(near == best, second, best)
    stacked = np.stack([np.ones_like(near), near, lead], axis=2)
    kept: Floats = stacked[:, :-1, :]
    return kept


def _logistic(features: Floats, truth: Floats) -> Floats:
    """Ridge logistic regression by Newton's method; the constant is not shrunk."""
    weights = np.zeros(features.shape[1])
    shrink = np.diag([1e-6, _RIDGE, _RIDGE])
    for _ in range(_STEPS):
        told = _sigmoid(features @ weights)
        slope = features.T @ (truth - told) - shrink @ weights
        curve = (features * (told * (1 - told))[:, None]).T @ features + shrink
        weights += np.linalg.solve(curve, slope)
    return weights


def _sigmoid(values: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))
    return result


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.maximum(lengths, 1e-12)
    return unit

"""The middles of narratives, kept while texts come and go."""

from __future__ import annotations

import numpy as np

from baken.nlp.leiden import NOISE, Labels, members
from baken.protocols import Vectors


class Middles:
    """The unit middle of each label by weighted rows, computed anew only where rows came or went.

    A middle starts from its rows each time, so that what was asked before leaves no mark.
    """

    def __init__(self, space: Vectors, weights: Vectors) -> None:
        self._space = space
        self._weights = weights
        self._labels: Labels = np.full(len(space), NOISE, np.int64)
        self._middles = np.zeros((0, space.shape[1]), np.float32)

    def of(self, labels: Labels, count: int) -> Vectors:
        """The middle of each of `count` labels, zero where one has no row; good until asked again.

        `count` never falls.
        """
        new = np.zeros((count - len(self._middles), self._space.shape[1]), np.float32)
        if len(new):
            self._middles = np.concatenate([self._middles, new])
        changed = labels != self._labels
        # Noise, which is -1, has the last place.
        stale = np.zeros(count + 1, bool)
        stale[labels[changed]] = stale[self._labels[changed]] = True
        stale[NOISE] = False
        self._middles[stale[:-1]] = 0
        for label, rows in members(np.where(stale[labels], labels, NOISE)):
            total = self._weights[rows] @ self._space[rows]
            self._middles[label] = total / max(float(np.linalg.norm(total)), 1e-6)
        self._labels = labels.copy()
        return self._middles

"""How the time of matching grows with the texts: `python bench/match.py [TEXTS]` (default 60,000).

The vectors are synthetic (topics, near copies and noise), the texts seeded nonsense, so that the
figure is that of `match_texts` alone. It also measures how many of the nearest the inverted file
finds. For the race against D3lta (VIGINUM, package `d3lta` 1.0.2) install it in an environment of
its own: it pins TensorFlow 2.18. It takes vectors in its argument `df_embeddings_use`, so that
both can be given the same.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from baken.config import NlpConfig
from baken.nlp import neighbours
from baken.nlp.match import match_texts
from baken.nlp.neighbours import nearest
from baken.protocols import Vectors

DIMENSION = 512
TEXTS_PER_TOPIC = 30
COPIES_SHARE = 0.1
RECALL_TEXTS = 20_000
SEED = 2025


def main(count: int) -> None:
    """Print times for a tenth of `count` texts and for all, and the recall of neighbours."""
    seconds = []
    _timed(*_world(100))  # Reads the lists of names, once.
    for size in (count // 10, count):
        found, spent = _timed(*_world(size))
        seconds.append(spent)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{size:>9,} texts: {seconds[-1]:8.1f} CPU s, {found.num_rows:,} pairs, {peak:.1f} GB"
        )
    print(f"ten times the texts take {seconds[1] / seconds[0]:.1f} times as long (target: <= 12)")
    print(f"recall of the 15 nearest by files: {_recall():.3f}")


def _timed(texts: pa.Table, vectors: Vectors) -> tuple[pa.Table, float]:
    """The matches, and the processor time on one thread: waiting threads count as busy."""
    with threadpool_limits(limits=1):
        start = time.process_time()
        found = match_texts(texts, vectors, NlpConfig(), model_id="use-multilingual-3.v1")
        return found, time.process_time() - start


def _world(size: int) -> tuple[pa.Table, Vectors]:
    random = np.random.default_rng(SEED)
    middles = random.normal(size=(max(1, size // TEXTS_PER_TOPIC), DIMENSION)).astype(np.float32)
    words = np.array([f"w{number:04}" for number in range(5_000)], object)
    texts = [" ".join(words[random.integers(0, len(words), 18)]) for _ in range(size)]
    vectors = middles[random.integers(0, len(middles), size)]
    vectors = vectors + random.normal(size=vectors.shape).astype(np.float32)
    for row in random.choice(size, int(size * COPIES_SHARE), replace=False).tolist():
        origin = int(random.integers(0, size))
        texts[row] = f"{texts[origin]} {words[row % len(words)]}"
        vectors[row] = vectors[origin] + 0.05 * random.normal(size=DIMENSION)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    table = pa.table(
        {
            "text_id": [f"text-{row:08}" for row in range(size)],
            "text": texts,
            "language": [("nl", "en", "de", "ru")[row % 4] for row in range(size)],
        }
    )
    return table, vectors.astype(np.float32)


def _recall() -> float:
    _, vectors = _world(RECALL_TEXTS)
    filed = nearest(vectors, 15, seed=SEED)
    exact_below = neighbours._EXACT_BELOW
    try:
        neighbours._EXACT_BELOW = RECALL_TEXTS
        exact = nearest(vectors, 15, seed=SEED)
    finally:
        neighbours._EXACT_BELOW = exact_below
    shared = [len(set(a) & set(b)) for a, b in zip(exact.rows, filed.rows, strict=True)]
    return float(np.mean(shared)) / 15


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)

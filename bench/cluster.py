"""Time and memory of clustering: `python bench/cluster.py [TEXTS [NEW]]` (100,000 and 5,000).

Synthetic vectors: topics of very different sizes in four languages and 30 % noise. First all at
once, then with `NEW` more as on the next day. Where `bertopic` is installed (it isn't among the
dependencies: `pip install bertopic`), it is given the same vectors of at most 30,000 texts.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import time

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp.cluster import cluster
from baken.protocols import Vectors

DIMENSION = 512
NOISE_SHARE = 0.3
BERTOPIC_TEXTS = 30_000
SEED = 2025


def main(count: int, new: int) -> None:
    """Print the time of a first run, of a day's addition, and of BERTopic where installed."""
    texts, vectors, planted = _world(count + new)
    first = texts.slice(0, count)
    start = time.process_time()
    found = cluster(first, vectors[:count], NlpConfig(), seed=SEED).assignment
    _report(f"first run, {count:,} texts", start, found, planted[:count])
    start = time.process_time()
    later = cluster(texts, vectors, NlpConfig(), previous=found, seed=SEED).assignment
    _report(f"with {new:,} more", start, later, planted)
    if importlib.util.find_spec("bertopic") is None:
        print("bertopic is not installed: no comparison")
        return
    _bertopic(vectors[:BERTOPIC_TEXTS], planted[:BERTOPIC_TEXTS])


def _bertopic(vectors: Vectors, planted: np.ndarray) -> None:
    from bertopic import BERTopic  # type: ignore[import-not-found]

    start = time.process_time()
    topics, _ = BERTopic().fit_transform(["text"] * len(vectors), vectors)
    alone = np.array(topics)[planted] == -1
    print(f"BERTopic, {len(vectors):,}: {time.process_time() - start:.1f} s, {alone.mean():.0%}")


def _report(name: str, start: float, found: pa.Table, planted: np.ndarray) -> None:
    seconds = time.process_time() - start
    alone = np.array([one is None for one in found["narrative_id"].to_pylist()])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name}: {seconds:.1f} CPU s, {peak:.1f} GB at most, "
        f"{len(set(found['narrative_id'].to_pylist())) - 1:,} narratives, "
        f"noise rejected {alone[planted].mean():.0%}, texts kept {1 - alone[~planted].mean():.0%}"
    )


def _world(size: int) -> tuple[pa.Table, Vectors, np.ndarray]:
    random = np.random.default_rng(SEED)
    topics = max(1, size // 60)
    chance = 1 / np.arange(1, topics + 1) ** 0.7
    topic = random.choice(topics, size, p=chance / chance.sum())
    planted = random.random(size) < NOISE_SHARE
    middles = random.normal(size=(topics, DIMENSION)).astype(np.float32)
    vectors = random.normal(size=(size, DIMENSION)).astype(np.float32)
    vectors[~planted] = middles[topic[~planted]] + 0.7 * vectors[~planted]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    table = pa.table(
        {
            "text_id": [f"text-{row:08}" for row in range(size)],
            "language": [("nl", "en", "de", "ru")[row % 4] for row in range(size)],
        }
    )
    return table, vectors, planted


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    main(sizes[0] if sizes else 100_000, sizes[1] if len(sizes) > 1 else 5_000)

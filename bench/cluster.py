"""Clustering beside BERTopic, and at a million texts: `python bench/run.py cluster`.

Vectors are synthetic, with the geometry of sentence embeddings: a common direction, one for each of
four languages, variances that fall off, topics of very unequal size within themes, and 30 % noise
that has the theme of some topic and nothing else of it. BERTopic runs in an environment of its own
(`pip install torch==2.13.0 bertopic`), named by BAKEN_BENCH_BERTOPIC_PYTHON, on the same vectors.
BAKEN_BENCH_CLUSTER_TEXTS and BAKEN_BENCH_CLUSTER_NEW make the large run smaller.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from apart import apart, peak_gb

from baken.config import NlpConfig
from baken.nlp.cluster import cluster
from baken.protocols import Vectors

DIMENSION = 896
NOISE_SHARE = 0.3
BESIDE_TEXTS, BESIDE_TOPICS = 30_000, 100
TEXTS_PER_TOPIC = 60
TOPICS_PER_THEME = 10
# How fast variances fall off: cosines of random pairs then have a deviation of .11; of real texts
# it is .08.
FALL = 0.40
LANGUAGES = ("nl", "en", "de", "ru")
SEED = 2025
PYTHON = "BAKEN_BENCH_BERTOPIC_PYTHON"
_HERE = Path(__file__).resolve()
_BLOCK_ROWS = 100_000

Labels = npt.NDArray[np.int64]
Row = dict[str, Any]


def run(_shared: Path) -> list[Row]:
    """Both in one run at 30,000 texts; then a million, and the next day."""
    return [*_beside(), *_large()]


def _beside() -> list[Row]:
    texts, vectors, planted = _world(BESIDE_TEXTS, BESIDE_TOPICS)
    order = np.random.default_rng(SEED).permutation(len(vectors))
    _labels(texts.slice(0, 2_000), vectors[:2_000])  # Imports, and the lists they read, once.
    start, busy = time.perf_counter(), time.process_time()
    labels = _labels(texts, vectors)
    seconds, processor_s = time.perf_counter() - start, time.process_time() - busy
    shuffled = _labels(texts.take(pa.array(order)), vectors[order])
    what = f"clustering {BESIDE_TEXTS:,} texts"
    rows = [
        _row(f"{what}, seconds", seconds, note=f"{processor_s:.0f} processor s"),
        *_quality(what, labels, shuffled, order, planted, targets=(">= 0.80", ">= 0.98")),
    ]
    python = os.environ.get(PYTHON)
    if not python:
        missing = f"not measured: set {PYTHON} to a python that has bertopic"
        return [*rows, _row("clustering beside BERTopic, times faster", "-", ">= 10", missing)]
    other = _bertopic(python, vectors, order)
    what = f"BERTopic {other['version']}, the same texts"
    rows += [
        _row(f"{what}, {kind}, seconds", other[kind][0], note=f"{other[kind][1]:.0f} processor s")
        for kind in ("seeded", "default")
    ]
    # On a machine that is shared the processor time is the fairer of the two.
    faster, lighter = (min(other["seeded"][at], other["default"][at]) for at in (0, 1))
    times = f"{lighter / processor_s:.1f} times less processor time"
    given = (np.array(other["labels"]), np.array(other["shuffled"]))
    return [
        *rows,
        *_quality(what, *given, order, planted, targets=("", "")),
        _row("clustering beside BERTopic, times faster", faster / seconds, ">= 10", times),
    ]


def _quality(
    what: str,
    labels: Labels,
    shuffled: Labels,
    order: Labels,
    planted: npt.NDArray[np.bool_],
    *,
    targets: tuple[str, str],
) -> list[Row]:
    """Noise is one label, -1, in every partition that is compared."""
    from sklearn.metrics import adjusted_rand_score

    back = np.empty_like(shuffled)
    back[order] = shuffled
    kept = f"{(labels[~planted] >= 0).mean():.1%} of the other texts kept"
    noise = (labels[planted] < 0).mean()
    return [
        _row(f"{what}, planted noise rejected", noise, targets[0], kept),
        _row(f"{what}, adjusted Rand, shuffled", adjusted_rand_score(labels, back), targets[1]),
    ]


def _bertopic(python: str, vectors: Vectors, order: Labels) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "in.npz", vectors=vectors, order=order)
        script = _HERE.parent / "beside" / "bertopic_fit.py"
        subprocess.run([python, str(script), folder], check=True, stdout=sys.stderr)
        found: dict[str, Any] = json.loads((Path(folder) / "out.json").read_text("utf-8"))
        return found


def _large() -> list[Row]:
    """In a process of its own, whose memory is that of the clustering and its input."""
    count = os.environ.get("BAKEN_BENCH_CLUSTER_TEXTS", "1000000")
    new = os.environ.get("BAKEN_BENCH_CLUSTER_NEW", "50000")
    rows: list[Row] = apart(__file__, count, new)
    return rows


def _measured(count: int, new: int) -> list[Row]:
    total = count + new
    texts, vectors, planted = _world(total, total // TEXTS_PER_TOPIC)
    start, busy = time.perf_counter(), time.process_time()
    found = cluster(texts.slice(0, count), vectors[:count], NlpConfig(), seed=SEED).assignment
    first_s, first_gb = time.perf_counter() - start, peak_gb()
    first_note = f"{time.process_time() - busy:.0f} processor s; {_note(found, planted)}"
    start, busy = time.perf_counter(), time.process_time()
    later = cluster(texts, vectors, NlpConfig(), previous=found, seed=SEED).assignment
    later_s = time.perf_counter() - start
    later_note = f"{time.process_time() - busy:.0f} processor s; {_note(later, planted)}"
    return [
        _row(f"clustering {count:,} texts, seconds", first_s, "<= 1200", first_note),
        _row(f"clustering {count:,} texts, GB at most", first_gb, "<= 12", "vectors included"),
        _row(f"adding {new:,} texts, seconds", later_s, "<= 120", later_note),
        _row(f"adding {new:,} texts, GB at most", peak_gb(), "<= 12"),
    ]


def _note(found: pa.Table, planted: npt.NDArray[np.bool_]) -> str:
    names = found["narrative_id"]
    alone = names.is_null().to_numpy()
    noise = planted[: len(alone)]
    return (
        f"{len(names.unique()) - 1:,} narratives, {alone[noise].mean():.1%} of the noise rejected, "
        f"{1 - alone[~noise].mean():.1%} of the other texts kept"
    )


def _labels(texts: pa.Table, vectors: Vectors) -> Labels:
    """The narrative of each row as a number, -1 for none."""
    found = cluster(texts, vectors, NlpConfig(), seed=SEED).assignment
    names = dict(zip(found["text_id"].to_pylist(), found["narrative_id"].to_pylist(), strict=True))
    numbers = {name: place for place, name in enumerate(sorted(set(names.values()) - {None}))}
    return np.array([numbers.get(names[text], -1) for text in texts["text_id"].to_pylist()])


def _world(size: int, topics: int) -> tuple[pa.Table, Vectors, npt.NDArray[np.bool_]]:
    """Texts, their vectors, and which of them are noise."""
    random = np.random.default_rng(SEED)
    fall = (np.arange(1, DIMENSION + 1) ** -FALL).astype(np.float32)

    def drawn(rows: int) -> Vectors:
        points = random.standard_normal((rows, DIMENSION), np.float32) * fall
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        return points

    themes = drawn(max(1, topics // TOPICS_PER_THEME))
    theme_of = np.arange(topics) % len(themes)
    middles = 0.55 * themes[theme_of] + 0.65 * drawn(topics)
    accents = 0.5 * drawn(1) + 0.35 * drawn(len(LANGUAGES))
    chance = 1 / np.arange(1, topics + 1) ** 0.7
    topic = random.choice(topics, size, p=chance / chance.sum())
    planted = random.random(size) < NOISE_SHARE
    language = np.arange(size) % len(LANGUAGES)
    vectors = np.empty((size, DIMENSION), np.float32)
    for start in range(0, size, _BLOCK_ROWS):
        block = slice(start, min(size, start + _BLOCK_ROWS))
        noise = planted[block, None]
        own = np.where(noise, 0.55 * themes[theme_of[topic[block]]], middles[topic[block]])
        apart = drawn(len(own)) * np.where(noise, 0.85, 0.7).astype(np.float32)
        made = own + apart + accents[language[block]]
        vectors[block] = made / np.linalg.norm(made, axis=1, keepdims=True)
    table = pa.table(
        {
            "text_id": [f"text-{row:08}" for row in range(size)],
            "language": [LANGUAGES[code] for code in language.tolist()],
        }
    )
    return table, vectors, planted


def _row(name: str, value: Any, target: str = "", note: str = "") -> Row:
    shown = value if isinstance(value, str) else round(float(value), 4)
    return {"name": name, "value": shown, "target": target, "note": note}


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]), int(sys.argv[2]))))

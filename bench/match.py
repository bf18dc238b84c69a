"""How the time of matching grows, and D3lta beside it: `python bench/run.py match`.

The vectors are synthetic (topics, near copies and noise), the texts seeded nonsense, so that the
figures are those of `match_texts` alone. It also measures how many of the nearest the inverted file
finds. D3lta (VIGINUM) pins TensorFlow 2.18, so it runs in an environment of its own (`pip install
d3lta`), named by BAKEN_BENCH_D3LTA_PYTHON, on the same texts, languages and vectors.
BAKEN_BENCH_MATCH_TEXTS makes all of it smaller, BAKEN_BENCH_MATCH_MOST the largest run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from apart import apart, peak_gb
from threadpoolctl import threadpool_limits

from baken.config import NlpConfig
from baken.nlp import neighbours
from baken.nlp.match import match_texts
from baken.nlp.neighbours import nearest
from baken.protocols import Vectors

DIMENSION = 896
TEXTS = 60_000
MOST_TEXTS = 1_000_000
TEXTS_PER_TOPIC = 30
COPIES_SHARE = 0.1
# How fast variances fall off from one direction to the next, as in sentence embeddings.
FALL = 0.375
RECALL_TEXTS = 20_000
# Both are warmed up on so many: imports, lists of names, the libraries' first calls.
WARM_UP_TEXTS = 10_000
SEED = 2025
PYTHON = "BAKEN_BENCH_D3LTA_PYTHON"
# D3lta compares every pair; past this it is stopped.
D3LTA_LIMIT_S = 1_800.0

Row = dict[str, Any]


def run(_shared: Path) -> list[Row]:
    """The growth of time, both in one run, a million texts, and the recall of neighbours."""
    count = int(os.environ.get("BAKEN_BENCH_MATCH_TEXTS", str(TEXTS)))
    _matched(*_world(WARM_UP_TEXTS))
    recall = _row("recall of the 15 nearest by files", _recall())
    # What claims were read is remembered: the texts of this run must be new to it.
    beside = _beside(count)
    return [*_growth(count), *beside, *_large(), recall]


def _growth(count: int) -> list[Row]:
    """Processor time on one thread, because waiting threads count as busy."""
    rows, seconds = [], []
    for size in (count // 10, count):
        given = _world(size)
        with threadpool_limits(limits=1):
            start = time.process_time()
            found = _matched(*given)
            seconds.append(time.process_time() - start)
        note = f"{found.num_rows:,} pairs, {peak_gb():.1f} GB"
        rows.append(_row(f"matching {size:,} texts, CPU seconds", seconds[-1], "", note))
    growth = _row("matching ten times the texts, times as long", seconds[1] / seconds[0], "<= 12")
    return [*rows, growth]


def _beside(count: int) -> list[Row]:
    texts, vectors = _world(count)
    start, busy = time.perf_counter(), time.process_time()
    found = Counter(_matched(texts, vectors)["kind"].to_pylist())
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - busy
    note = f"{cpu_s:.1f} of CPU; {_kinds(found)}"
    rows = [_row(f"matching {count:,} texts, seconds", seconds, "", note)]
    python = os.environ.get(PYTHON)
    name = "matching beside D3lta, times faster"
    if not python:
        missing = f"not measured: set {PYTHON} to a python that has d3lta"
        return [*rows, _row(name, "-", ">= 20", missing)]
    other = _d3lta(python, texts, vectors)
    if other is None:
        stopped = f"at least: stopped after {D3LTA_LIMIT_S:.0f} s"
        return [*rows, _row(name, D3LTA_LIMIT_S / seconds, ">= 20", stopped)]
    what = f"D3lta {other['version']}, the same texts, seconds"
    note = f"{other['cpu_s']:.1f} of CPU; {_kinds(other['kinds'])}"
    return [
        *rows,
        _row(what, other["seconds"], "", note),
        _row(name, other["seconds"] / seconds, ">= 20", f"{other['cpu_s'] / cpu_s:.0f} in CPU"),
    ]


def _large() -> list[Row]:
    """In a process of its own, whose memory is that of matching and its input."""
    count = os.environ.get("BAKEN_BENCH_MATCH_MOST", str(MOST_TEXTS))
    rows: list[Row] = apart(__file__, count)
    return rows


def _measured(count: int) -> list[Row]:
    given = _world(count)
    start, busy = time.perf_counter(), time.process_time()
    found = _matched(*given)
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - busy
    note = f"{cpu_s:.0f} of CPU; {found.num_rows:,} pairs"
    return [
        _row(f"matching {count:,} texts, seconds", seconds, "", note),
        _row(f"matching {count:,} texts, GB at most", peak_gb(), "", "texts and vectors included"),
    ]


def _d3lta(python: str, texts: pa.Table, vectors: Vectors) -> Row | None:
    """What D3lta took and found; `None` where it was stopped."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"texts": texts["text"].to_pylist(), "languages": texts["language"].to_pylist()}
        (Path(folder) / "in.json").write_text(json.dumps(given), "utf-8")
        np.save(Path(folder) / "in.npy", vectors)
        script = Path(__file__).resolve().parent / "beside" / "d3lta_match.py"
        try:
            subprocess.run(
                [python, str(script), folder], check=True, stdout=sys.stderr, timeout=D3LTA_LIMIT_S
            )
        except subprocess.TimeoutExpired:
            return None
        found: Row = json.loads((Path(folder) / "out.json").read_text("utf-8"))
        return found


def _matched(texts: pa.Table, vectors: Vectors) -> pa.Table:
    return match_texts(texts, vectors, NlpConfig(), model_id="use-multilingual-3.v1")


def _world(size: int) -> tuple[pa.Table, Vectors]:
    random = np.random.default_rng(SEED)
    fall = (np.arange(1, DIMENSION + 1) ** -FALL).astype(np.float32)
    topics = max(1, size // TEXTS_PER_TOPIC)
    middles = fall * random.standard_normal((topics, DIMENSION), np.float32)
    words = np.array([f"w{number:04}" for number in range(5_000)], object)
    texts = [" ".join(words[random.integers(0, len(words), 18)]) for _ in range(size)]
    vectors = middles[random.integers(0, len(middles), size)]
    # In place: at a million texts what is measured is the memory of matching, not of this.
    noise = random.standard_normal(vectors.shape, np.float32)
    noise *= fall
    vectors += noise
    del noise
    for row in random.choice(size, int(size * COPIES_SHARE), replace=False).tolist():
        origin = int(random.integers(0, size))
        texts[row] = f"{texts[origin]} {words[row % len(words)]}"
        vectors[row] = vectors[origin] + 0.05 * fall * random.standard_normal(DIMENSION, np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    table = pa.table(
        {
            "text_id": [f"text-{row:08}" for row in range(size)],
            "text": texts,
            "language": [("nl", "en", "de", "ru")[row % 4] for row in range(size)],
        }
    )
    return table, vectors


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


def _kinds(kinds: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))


def _row(name: str, value: float | str, target: str = "", note: str = "") -> Row:
    return {"name": name, "value": value, "target": target, "note": note}


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))

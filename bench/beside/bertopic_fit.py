"""Cluster the vectors of FOLDER/in.npz by BERTopic: `python bertopic_fit.py FOLDER`.

Runs in an environment that has bertopic and not baken. FOLDER/out.json gets the labels in the given
order and in another, both with a seed (UMAP then runs on one thread), and the seconds and processor
seconds of a fit with the seed and with BERTopic's defaults (UMAP on all threads). Compiling is done
before.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from bertopic import BERTopic
from umap import UMAP

_WARM_UP_TEXTS = 3_000


def main(folder: Path) -> None:
    """Fit three times, and write what came out."""
    given = np.load(folder / "in.npz")
    vectors, order = given["vectors"], given["order"]
    _fit(vectors[:_WARM_UP_TEXTS], seeded=True)
    _fit(vectors[:_WARM_UP_TEXTS], seeded=False)
    _, *default = _fit(vectors, seeded=False)
    labels, *seeded = _fit(vectors, seeded=True)
    shuffled, *_ = _fit(vectors[order], seeded=True)
    found = {
        "version": version("bertopic"),
        "default": default,
        "seeded": seeded,
        "labels": labels,
        "shuffled": shuffled,
    }
    (folder / "out.json").write_text(json.dumps(found), "utf-8")


def _fit(vectors: Any, *, seeded: bool) -> tuple[list[int], float, float]:
    settings = {"n_neighbors": 15, "n_components": 5, "min_dist": 0.0, "metric": "cosine"}
    reducer = UMAP(**settings, random_state=1) if seeded else UMAP(**settings)
    model = BERTopic(embedding_model=None, umap_model=reducer)
    # It wants words to name topics by; what they are plays no part in the clustering.
    texts = [f"word{row % 997} word{row % 991}" for row in range(len(vectors))]
    start, busy = time.perf_counter(), time.process_time()
    topics, _ = model.fit_transform(texts, vectors)
    spent = time.perf_counter() - start, time.process_time() - busy
    return [int(topic) for topic in topics], *spent


if __name__ == "__main__":
    main(Path(sys.argv[1]))

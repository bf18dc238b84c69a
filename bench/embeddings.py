"""Texts a second: the default and the static tier against plain sentence-transformers.

The same texts (Dutch, English, Russian and German in equal parts), the same CPU, one run: the
models take turns, and each keeps its best round, so that a busy machine harms them alike.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.protocols import Embedder

COLUMNS = {"nl": "nld", "en": "eng", "ru": "rus", "de": "deu"}
BASELINE = "e5"
ROUNDS = 3
# The fast ones need more texts to be timed at all.
REPEATS = {"static": 40, "baken": 2, "baken-quick": 1, BASELINE: 1}
TARGETS = {"baken": 4, "baken-quick": 4, "static": 300}


def run(shared: Path, *, sentences_each: int = 64) -> list[dict[str, Any]]:
    """Rows with texts a second and, for the default and the static tier, how many times e5's."""
    table = pd.read_parquet(shared / "ntrex128" / "parallel_dev.parquet").head(sentences_each)
    texts = [text for column in COLUMNS.values() for text in table[column]]
    languages = [language for language in COLUMNS for _ in range(len(table))]
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    texts, languages = [texts[row] for row in order], [languages[row] for row in order]
    embedders = {name: make_embedder(NlpConfig(embedder=name)) for name in REPEATS}
    best = dict.fromkeys(embedders, 0.0)
    for embedder in embedders.values():
        embedder.encode(texts, languages)
    for _ in range(ROUNDS):
        for name, embedder in embedders.items():
            best[name] = max(best[name], _rate(embedder, texts, languages, REPEATS[name]))
    note = f"{len(texts)} sentences of news, {os.cpu_count()} cores"
    rows = [
        {
            "name": f"embeddings: {name}, texts a second",
            "value": round(rate, 1),
            "target": "reported",
            "note": note,
        }
        for name, rate in best.items()
    ]
    rows.extend(
        {
            "name": f"embeddings: {name}, times plain sentence-transformers e5",
            "value": round(best[name] / best[BASELINE], 1),
            "target": f">= {times}",
            "note": note,
        }
        for name, times in TARGETS.items()
    )
    return rows


def _rate(embedder: Embedder, texts: list[str], languages: list[str], repeats: int) -> float:
    texts, languages = texts * repeats, languages * repeats
    began = time.perf_counter()
    embedder.encode(texts, languages)
    return len(texts) / (time.perf_counter() - began)


def main() -> None:
    """Print the rows; the data lies in the folder given, or in BAKEN_SHARED_DATA."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BAKEN_SHARED_DATA", default)
    for row in run(Path(folder)):
        print(f"{row['name']:60} {row['value']:<10} {row['target']:10} {row['note']}")


if __name__ == "__main__":
    main()

"""Embeddings: retrieval of translations (NTREX-128) and similarity (STSb), against e5 in float32.

`run` gives the rows of the table that `make eval` prints; as a script it prints them itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.protocols import Embedder, Vectors

NTREX = {"nl": "nld", "en": "eng", "de": "deu", "fr": "fra", "pl": "pol", "ru": "rus", "uk": "ukr"}
STSB = ("nl", "en", "de", "fr", "pl", "ru")
BASELINE = "e5"
# Every second sentence and every third pair: e5 takes minutes for them.
NTREX_STEP = 2
STSB_STEP = 3


def run(
    shared: Path,
    *,
    embedders: Sequence[str] = ("baken", "baken-quick", "static", BASELINE),
    ntrex_step: int = NTREX_STEP,
    stsb_step: int = STSB_STEP,
) -> list[dict[str, Any]]:
    """Rows for each of `embedders`; the target of the default is what plain e5 reaches."""
    sentences = pd.read_parquet(shared / "ntrex128" / "parallel_dev.parquet").iloc[::ntrex_step]
    pairs = pd.read_parquet(shared / "stsb_multi_mt" / "pairs_dev.parquet")
    pairs = pairs[pairs["split"] == "dev"].iloc[::stsb_step]
    figures = {}
    for name in embedders:
        embedder = make_embedder(NlpConfig(embedder=name))
        figures[name] = {**retrieval(embedder, sentences), **similarity(embedder, pairs)}
        if name == "static":
            figures[name] |= recall(embedder, sentences)
    rows = []
    for name, values in figures.items():
        for metric, value in values.items():
            target = "reported"
            if name in ("baken", "baken-quick") and BASELINE in figures:
                target = f">= {figures[BASELINE][metric]:.3f} (e5)"
            rows.append(
                {
                    "name": f"embeddings: {name}, {metric}",
                    "value": round(value, 4),
                    "target": target,
                    "note": f"{len(sentences)} sentences, {len(pairs)} pairs",
                }
            )
    return rows


def encoded(embedder: Embedder, texts: Sequence[str], language: str) -> Vectors:
    """The vectors of `texts` of one language, made in batches of like length."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    vectors = np.empty((len(texts), embedder.dimension), np.float32)
    for first in range(0, len(order), 256):
        rows = order[first : first + 256]
        vectors[rows] = embedder.encode([texts[row] for row in rows], [language] * len(rows))
    return vectors


def retrieval(embedder: Embedder, sentences: pd.DataFrame) -> dict[str, float]:
    """How often the nearest sentence of another language is the translation, 0 to 1.

    For each language the mean over the six others and both directions.
    """
    vectors = {
        language: encoded(embedder, sentences[column].tolist(), language)
        for language, column in NTREX.items()
    }
    found: dict[str, list[float]] = {language: [] for language in NTREX}
    for left in NTREX:
        for right in NTREX:
            if left != right:
                nearest = (vectors[left] @ vectors[right].T).argmax(axis=1)
                accuracy = float((nearest == np.arange(len(nearest))).mean())
                found[left].append(accuracy)
                found[right].append(accuracy)
    return {
        f"translation found, {language}": float(np.mean(all_)) for language, all_ in found.items()
    }


def recall(embedder: Embedder, sentences: pd.DataFrame, nearest: int = 50) -> dict[str, float]:
    """How often the translation into English is among the `nearest` sentences, 0 to 1."""
    english = encoded(embedder, sentences["eng"].tolist(), "en")
    figures = {}
    for language, column in NTREX.items():
        if language == "en":
            continue
        cosines = encoded(embedder, sentences[column].tolist(), language) @ english.T
        rank = (cosines > np.diag(cosines)[:, None]).sum(axis=1)
        figures[f"recall at {nearest}, {language}"] = float((rank < nearest).mean())
    return figures


def similarity(embedder: Embedder, pairs: pd.DataFrame) -> dict[str, float]:
    """Spearman's correlation with the judgements: in each language, across, and all as one."""
    gold = pairs["score"].to_numpy()
    first = {one: encoded(embedder, pairs[f"s1_{one}"].tolist(), one) for one in STSB}
    second = {one: encoded(embedder, pairs[f"s2_{one}"].tolist(), one) for one in STSB}
    cosines = {
        (left, right): (first[left] * second[right]).sum(axis=1) for left in STSB for right in STSB
    }
    figures = {
        f"similarity, {one}": float(spearmanr(cosines[one, one], gold).statistic) for one in STSB
    }
    across = [spearmanr(values, gold).statistic for (a, b), values in cosines.items() if a != b]
    figures["similarity, across languages"] = float(np.mean(across))
    together = np.concatenate(list(cosines.values()))
    figures["similarity, pooled"] = float(
        spearmanr(together, np.tile(gold, len(cosines))).statistic
    )
    return figures


def main() -> None:
    """Print the rows; the data lies in the folder given, or in BAKEN_SHARED_DATA."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BAKEN_SHARED_DATA", default)
    for row in run(Path(folder)):
        print(f"{row['name']:55} {row['value']:<8} {row['target']:20} {row['note']}")


if __name__ == "__main__":
    main()

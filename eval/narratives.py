"""Narratives on NTREX-128 and STSb: languages mixed, noise planted, rows shuffled.

The texts are paragraphs of four sentences of 68 news documents in Dutch, English, German and
Russian: the document is the gold narrative. Noise are single sentences of STSb, unlike each
other in their words. The limits of `baken.nlp.cluster` were set on these very texts.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp.cluster import cluster
from baken.nlp.embed import make_embedder
from baken.protocols import Embedder, Vectors

LANGUAGES = {"nld": "nl", "eng": "en", "deu": "de", "rus": "ru"}
NOISE_LANGUAGES = ("nl", "en", "de", "ru")
PARAGRAPH_SENTENCES = 4
NOISE_SHARE = 0.3
# STSb tells of many dogs in snow: of sentences with more English words in common one is used.
MAX_SHARED_WORDS = 0.2
SEED = 2025


def run(shared: Path) -> list[dict[str, Any]]:
    """V-measures, the share of noise rejected, and the agreement after shuffling."""
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    embedder = make_embedder(NlpConfig())
    paragraphs = _paragraphs(shared)
    noise = _noise(shared, round(len(paragraphs) * NOISE_SHARE / (1 - NOISE_SHARE)))
    everything = pd.concat([paragraphs, noise], ignore_index=True)
    vectors = _encode(everything, embedder)
    plain = _labels(paragraphs, vectors[: len(paragraphs)])
    mixed = _labels(everything, vectors)
    order = np.random.default_rng(SEED).permutation(len(everything))
    shuffled = _labels(everything.iloc[order].reset_index(drop=True), vectors[order])
    back = np.empty(len(order), object)
    back[order] = shuffled
    planted = (everything["document"] == "").to_numpy()
    rejected = np.mean([label.startswith("alone") for label in mixed[planted]])
    kept = np.mean([not label.startswith("alone") for label in mixed[~planted]])
    size = f"{len(paragraphs)} paragraphs, {len(set(plain)):,} groups with texts left alone"
    return [
        _row(
            "narratives: V-measure with the document",
            v_measure_score(paragraphs["document"], plain),
            ">= 0.85",
            size,
        ),
        _row(
            "narratives: V-measure with the language",
            v_measure_score(paragraphs["language"], plain),
            "<= 0.20",
            size,
        ),
        _row(
            "narratives: planted noise rejected",
            float(rejected),
            ">= 0.80",
            f"{planted.sum()} of {len(everything)} texts; {kept:.0%} of the others kept",
        ),
        _row(
            "narratives: adjusted Rand index after shuffling",
            adjusted_rand_score(mixed, back),
            ">= 0.98",
            f"{len(everything)} texts",
        ),
    ]


def _paragraphs(shared: Path) -> pd.DataFrame:
    sentences = pd.read_parquet(shared / "ntrex128" / "parallel_dev.parquet")
    rows = []
    for document, group in sentences.groupby("doc_id", sort=True):
        for first in range(0, len(group), PARAGRAPH_SENTENCES):
            part = group.iloc[first : first + PARAGRAPH_SENTENCES]
            for column, language in LANGUAGES.items():
                rows.append(
                    {
                        "text_id": f"{document}:{first:03}:{language}",
                        "text": " ".join(part[column]),
                        "language": language,
                        "document": document,
                    }
                )
    return pd.DataFrame(rows)


def _noise(shared: Path, count: int) -> pd.DataFrame:
    pairs = pd.read_parquet(shared / "stsb_multi_mt" / "pairs_dev.parquet")
    seen: dict[str, set[int]] = defaultdict(set)
    sizes: list[int] = []
    rows: list[dict[str, str]] = []
    for _, row in pairs.sample(frac=1, random_state=SEED).iterrows():
        words = set(re.findall(r"\w+", row["s1_en"].casefold()))
        shared = Counter(other for word in words for other in seen[word])
        if any(
            both > MAX_SHARED_WORDS * (len(words) + sizes[other] - both)
            for other, both in shared.items()
        ):
            continue
        for word in words:
            seen[word].add(len(rows))
        sizes.append(len(words))
        language = NOISE_LANGUAGES[len(rows) % len(NOISE_LANGUAGES)]
        rows.append(
            {
                "text_id": f"noise:{len(rows):05}",
                "text": row[f"s1_{language}"],
                "language": language,
                "document": "",
            }
        )
        if len(rows) == count:
            break
    return pd.DataFrame(rows)


def _encode(texts: pd.DataFrame, embedder: Embedder) -> Vectors:
    return embedder.encode(texts["text"].tolist(), texts["language"].tolist())


def _labels(texts: pd.DataFrame, vectors: Vectors) -> Any:
    """The narrative of each text; a text left alone is a group of its own."""
    table = pa.table({"text_id": texts["text_id"], "language": texts["language"]})
    found = cluster(table, vectors, NlpConfig(), seed=SEED).assignment
    narrative = dict(
        zip(found["text_id"].to_pylist(), found["narrative_id"].to_pylist(), strict=True)
    )
    return np.array([narrative[text] or f"alone {text}" for text in texts["text_id"]], object)


def _row(name: str, value: float, target: str, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": float(value), "target": target, "note": note}


def _main() -> None:
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    shared = Path(os.environ.get("BAKEN_SHARED_DATA", default))
    for row in run(shared):
        sys.stdout.write(f"{row['name']:48} {row['value']:.3f}  {row['target']:10} {row['note']}\n")


if __name__ == "__main__":
    _main()

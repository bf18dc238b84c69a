"""The cognitive lens: on UNLP 2025, on the claims of EUvsDisinfo, and on sentences of our own.

`run` gives the rows of the table that `make eval` prints; as a script it prints them itself. The
own set (`sets/lens.csv`, 220 sentences in five languages, all fictitious) was written before the
cue words and examples of the lens, by the same author; nothing was tuned on any of the three.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.nlp.entities_spacy import sentence_spans
from baken.nlp.lens import Lens
from baken.nlp.lens.classify import CLEAR, clean
from baken.protocols import Embedder
from baken.taxonomies import load_taxonomies

OWN_SET = Path(__file__).resolve().parent / "sets" / "lens.csv"
NONE = "none"
# Keywords of the EUvsDisinfo database that imply a target; many claims with one lack the keyword.
_KEYWORDS = {
    "defence": {"NATO", "US presence in Europe", "European army", "Defender Europe 2020"},
    "energy": {"Energy", "gas", "Nord Stream 2"},
    "eu": {"European Union", "European Parliament", "European Commission", "EU regulations"},
    "government": {"Elections", "election meddling", "Manipulated elections/referendum"},
    "health": {"coronavirus", "health", "vaccination"},
    "migration": {"Migration crisis", "Refugees", "migration"},
}
_MAX_SENTENCES = 40
_BATCH = 2_048


def run(shared: Path, embedder: Embedder | None = None) -> list[dict[str, Any]]:
    """Macro-F1 on both sets, with how often the lens says nothing and how often it should have."""
    embedder = embedder or make_embedder(NlpConfig())
    taxonomies = {one.name: one for one in load_taxonomies()}
    rows = _own_rows(embedder, taxonomies)
    claims = shared / "euvsdisinfo_cases" / "cases_dev.csv.gz"
    if claims.is_file():
        rows += _claim_rows(claims, Lens(taxonomies["target"], embedder), embedder)
    posts = shared / "unlp2025_manipulation" / "posts_dev.parquet"
    if posts.is_file():
        rows += _unlp_rows(posts, Lens(taxonomies["technique"], embedder), embedder)
    return rows


def _own_rows(embedder: Embedder, taxonomies: dict[str, Any]) -> list[dict[str, Any]]:
    with OWN_SET.open(encoding="utf-8", newline="") as file:
        sentences = list(csv.DictReader(file))
    texts = [row["text"] for row in sentences]
    languages = [row["language"] for row in sentences]
    vectors = embedder.encode(texts, languages)
    results = []
    for name in ("target", "move", "emotion"):
        lens = Lens(taxonomies[name], embedder)
        told = lens.confidences(texts, languages, vectors)
        gold = [row[name] for row in sentences]
        answers = [
            lens.labels[best] if row[best] >= CLEAR else NONE
            for row, best in zip(told, told.argmax(axis=1), strict=True)
        ]
        results.append(
            _row(
                f"lens: {name}, macro-F1",
                macro_f1(gold, answers, lens.labels),
                _note(gold, answers),
            )
        )
        by_language = {
            code: macro_f1(
                [g for g, c in zip(gold, languages, strict=True) if c == code],
                [a for a, c in zip(answers, languages, strict=True) if c == code],
                lens.labels,
            )
            for code in sorted(set(languages))
        }
        note = ", ".join(f"{code} {value:.2f}" for code, value in by_language.items())
        results.append(_row(f"lens: {name}, worst language", min(by_language.values()), note))
    return results


def _claim_rows(file: Path, lens: Lens, embedder: Embedder) -> list[dict[str, Any]]:
    import pandas as pd

    cases = pd.read_csv(file).dropna(subset=["title", "keywords"])
    texts = cases["title"].tolist()
    codes = ["en"] * len(texts)
    told = lens.confidences(texts, codes, embedder.encode(texts, codes)) >= CLEAR
    keywords = [set(entry.split("+")) for entry in cases["keywords"]]
    found, rates = {}, {}
    for label, implied in _KEYWORDS.items():
        marked = np.array([bool(implied & one) for one in keywords])
        given = told[:, lens.labels.index(label)]
        found[label] = given[marked].mean()
        rates[label] = given[~marked].mean()
    note = ", ".join(f"{label} {found[label]:.2f}/{rates[label]:.2f}" for label in found)
    name = "lens: target, recall on one-line claims by keyword"
    return [_row(name, float(np.mean(list(found.values()))), f"with/without the keyword: {note}")]


def macro_f1(gold: Sequence[str], answers: Sequence[str], labels: Sequence[str]) -> float:
    """The mean F1 of the labels that occur in `gold`; an unclear answer counts as a miss."""
    scores = []
    for label in sorted(set(labels) & set(gold)):
        hits = sum(g == a == label for g, a in zip(gold, answers, strict=True))
        whole = list(gold).count(label) + list(answers).count(label)
        if whole:
            scores.append(2 * hits / whole)
    return float(np.mean(scores))


def _note(gold: Sequence[str], answers: Sequence[str]) -> str:
    pairs = list(zip(gold, answers, strict=True))
    given = [(g, a) for g, a in pairs if a != NONE]
    right = sum(g == a for g, a in given)
    idle = [a for g, a in pairs if g == NONE]
    silent = sum(a == NONE for a in idle)
    return (
        f"{len(pairs)} sentences; {len(given)} labels, {right / max(1, len(given)):.0%} right; "
        f"of {len(idle)} sentences without one {silent} are left unclear"
    )


def _unlp_rows(posts: Path, lens: Lens, embedder: Embedder) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows = pq.read_table(posts, columns=["id", "content", "lang", "techniques"]).to_pylist()
    rows.sort(key=lambda row: str(row["id"]))
    truth = np.array([[label in _techniques(row) for label in lens.labels] for row in rows])
    pieces = [
        (number, clean(row["content"][start:end]), row["lang"])
        for number, row in enumerate(rows)
        for start, end in sentence_spans([row["content"]], row["lang"])[0][:_MAX_SENTENCES]
    ]
    told = np.zeros(truth.shape)
    for first in range(0, len(pieces), _BATCH):
        numbers, sentences, codes = zip(*pieces[first : first + _BATCH], strict=True)
        found = lens.confidences(sentences, codes, embedder.encode(sentences, codes))
        np.maximum.at(told, list(numbers), found)
    scores = _multilabel_f1(truth, told >= CLEAR)
    note = ", ".join(
        f"{label} {score:.2f}" for label, score in zip(lens.labels, scores, strict=True)
    )
    always = float(np.mean(_multilabel_f1(truth, np.ones_like(truth))))
    return [
        _row("lens: unlp2025_manipulation, macro-F1", float(np.mean(scores)), note),
        _row("lens: unlp2025_manipulation, if every label were given", always, "for comparison"),
    ]


def _techniques(row: dict[str, Any]) -> set[str]:
    return set((row["techniques"] or "").split("|"))


def _multilabel_f1(truth: Any, told: Any) -> list[float]:
    hits = (truth & told).sum(axis=0)
    whole = truth.sum(axis=0) + told.sum(axis=0)
    return [float(2 * hit / max(1, total)) for hit, total in zip(hits, whole, strict=True)]


def _row(name: str, value: float, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "target": "reported", "note": note}


def main() -> None:
    """Print the rows; the data lies in the folder given, or in BAKEN_SHARED_DATA."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BAKEN_SHARED_DATA", default)
    for row in run(Path(folder)):
        print(f"{row['name']:55} {row['value']:<8} {row['target']:10} {row['note']}")


if __name__ == "__main__":
    main()

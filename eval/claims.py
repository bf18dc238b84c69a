"""Claims with a denial, a number or a name changed: how many are taken for the same claim.

The pairs of sets/claims.csv are hand-written, in five languages. Two harder sets are made of them:
altered claims beside a rewording, and beside the same claim in another language.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.nlp.match import match_texts
from baken.protocols import Embedder

CLAIMS = Path(__file__).parent / "sets" / "claims.csv"


class Pair(NamedTuple):
    """Two claims with their languages, and what was altered between them."""

    change: str
    left: str
    left_language: str
    right: str
    right_language: str


def run(shared: Path) -> list[dict[str, Any]]:
    """How many altered claims are called the same, each pair by itself."""
    del shared
    with CLAIMS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    pairs = [
        Pair(row["change"], row["left"], row["language"], row["right"], row["language"])
        for row in rows
    ]
    reworded, abroad = _reworded(pairs), _abroad(pairs)
    called = iter(_called([*pairs, *reworded, *abroad], make_embedder(NlpConfig())))
    own = list(islice(called, len(pairs)))
    altered = [kind for pair, kind in zip(pairs, own, strict=True) if pair.change != "none"]
    kept = [kind for pair, kind in zip(pairs, own, strict=True) if pair.change == "none"]
    both = list(islice(called, len(reworded)))
    return [
        _share("claims: altered claims called rewording", altered, "rewording", "<= 0.10"),
        _share("claims: altered claims called any match", altered),
        _share("claims: true rewordings still matched", kept),
        _share("claims: altered and reworded, called any match", both),
        _share("claims: altered and translated, called any match", list(called)),
    ]


def _reworded(pairs: list[Pair]) -> list[Pair]:
    """Altered claims beside a rewording of the claim that was altered."""
    rewordings = {pair.left: pair.right for pair in pairs if pair.change == "none"}
    return [
        pair._replace(left=rewordings[pair.left])
        for pair in pairs
        if pair.change != "none" and pair.left in rewordings
    ]


def _abroad(pairs: list[Pair]) -> list[Pair]:
    """Altered claims beside the claim in the other languages, which names other places there."""
    claims: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        if pair.left not in claims[pair.left_language]:
            claims[pair.left_language].append(pair.left)
    return [
        pair._replace(left=others[place], left_language=language)
        for pair in pairs
        if pair.change in {"negation", "number"}
        for place in [claims[pair.left_language].index(pair.left)]
        for language, others in claims.items()
        if language != pair.left_language
    ]


def _called(pairs: list[Pair], embedder: Embedder) -> list[str | None]:
    """The kind of match that each pair is called."""
    texts = sorted({end for pair in pairs for end in (pair[1:3], pair[3:5])})
    vectors = embedder.encode([text for text, _ in texts], [language for _, language in texts])
    place = {end: row for row, end in enumerate(texts)}
    config = NlpConfig(min_match_chars=0)
    called: list[str | None] = []
    for pair in pairs:
        table = pa.table(
            {
                "text_id": ["left", "right"],
                "text": [pair.left, pair.right],
                "language": [pair.left_language, pair.right_language],
            }
        )
        both = vectors[[place[pair[1:3]], place[pair[3:5]]]]
        matches = match_texts(table, both, config, model_id=embedder.model_id).to_pylist()
        called.append(matches[0]["kind"] if matches else None)
    return called


def _share(
    name: str, called: list[str | None], wanted: str | None = None, target: str = "reported"
) -> dict[str, Any]:
    """Which share of the pairs is called `wanted`, or anything."""
    hits = sum(kind == wanted if wanted else kind is not None for kind in called)
    note = f"{hits} of {len(called)} pairs"
    return {"name": name, "value": hits / len(called), "target": target, "note": note}

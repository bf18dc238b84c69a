"""`baken match`: the pairs of equal, reworded and translated texts in any table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product
from typing import Any

import numpy as np
import pyarrow as pa

from baken.config import NlpConfig
from baken.model import MatchKind
from baken.nlp.embed import embed_texts
from baken.nlp.language import LanguageIdentifier
from baken.nlp.match import match_texts
from baken.nlp.text import normalise, text_id
from baken.protocols import Embedder, Progress, Vectors, silent
from baken.schema import MATCHES, from_rows

_SPAN = ("left_start", "left_end", "right_start", "right_end")
_Row = dict[str, Any]
_CODE = re.compile("[a-z]{2,3}")
# Rows with one and the same text: up to this many, every pair is written. Of more, each row is
# paired with the first, because a text posted ten thousand times has fifty million pairs.
MAX_WHOLE_FAMILY = 100


def match_rows(
    rows: pa.Table, embedder: Embedder, config: NlpConfig, *, progress: Progress = silent
) -> pa.Table:
    """Pairs (schema `MATCHES`) of `rows` (text; optional language, id), by their ids.

    Spans count the characters of a text as `baken.nlp.text.normalise` leaves it.

    Without ids the number of the row is its id. Rows with equal words are copypasta pairs of score
    1; families of over `MAX_WHOLE_FAMILY` such rows, and pairs between families whose product is
    over its square, are written as stars around the first row of each.
    """
    texts = [normalise(text or "") for text in rows["text"].to_pylist()]
    names = rows.column_names
    ids = (
        [str(value) for value in rows["id"].to_pylist()]
        if "id" in names
        else [str(number) for number in range(len(texts))]
    )
    given = rows["language"].to_pylist() if "language" in names else [None] * len(texts)
    families: dict[str, list[int]] = defaultdict(list)
    for number in sorted(range(len(texts)), key=lambda row: (ids[row], texts[row])):
        if texts[number]:
            families[text_id(texts[number])].append(number)
    distinct = _distinct(families, texts, given)
    vectors = _vectors(distinct, embedder, config, progress)
    matches = match_texts(
        distinct,
        vectors,
        config,
        model_id=embedder.model_id,
        progress=progress,
    )
    members = {name: [ids[row] for row in family] for name, family in families.items()}
    lengths = {name: len(texts[family[0]]) for name, family in families.items()}
    return _expanded(members, lengths, matches)


def _distinct(
    families: dict[str, list[int]], texts: list[str], given: list[str | None]
) -> pa.Table:
    names = sorted(families)
    first = [families[name][0] for name in names]
    languages = [_short(given[row]) for row in first]
    unknown = [place for place, language in enumerate(languages) if not language]
    if unknown:
        found, _ = LanguageIdentifier().identify([texts[first[place]] for place in unknown])
        for place, language in zip(unknown, found, strict=True):
            languages[place] = language
    return pa.table(
        {
            "text_id": pa.array(names, pa.string()),
            "text": pa.array([texts[row] for row in first], pa.string()),
            "language": pa.array(languages, pa.string()),
        }
    )


def _short(language: str | None) -> str:
    """The code without script and country; empty for what is no code, such as a name."""
    code = (language or "").strip().casefold().replace("_", "-").split("-")[0]
    return code if _CODE.fullmatch(code) else ""


def _vectors(
    distinct: pa.Table, embedder: Embedder, config: NlpConfig, progress: Progress
) -> Vectors:
    vectors = np.zeros((distinct.num_rows, embedder.dimension), np.float32)
    place = {name: row for row, name in enumerate(distinct["text_id"].to_pylist())}
    for batch in embed_texts(
        distinct["text_id"].to_pylist(),
        distinct["text"].to_pylist(),
        distinct["language"].to_pylist(),
        embedder,
        known=set(),
        batch_size=config.batch_size,
        progress=progress,
    ):
        rows = [place[name] for name in batch["text_id"].to_pylist()]
        values = batch["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        vectors[rows] = values.reshape(-1, embedder.dimension)
    return vectors


def _expanded(
    members: dict[str, list[str]], lengths: dict[str, int], matches: pa.Table
) -> pa.Table:
    found: dict[tuple[str, str], _Row] = {}
    for name, family in members.items():
        whole = dict(zip(_SPAN, (0, lengths[name]) * 2, strict=True))
        equal = {"kind": MatchKind.COPYPASTA, "score": 1.0, "spans": [whole], "method": "equal"}
        for pair in _family_pairs(family):
            found[pair] = equal
    for row in matches.to_pylist():
        for left, right in _cross_pairs(members[row["left"]], members[row["right"]]):
            if left < right:
                found.setdefault((left, right), row)
            elif (right, left) not in found:
                found[right, left] = {**row, "spans": [_turned(span) for span in row["spans"]]}
    rows = [{**row, "left": left, "right": right} for (left, right), row in sorted(found.items())]
    return from_rows(rows, MATCHES)


def _turned(span: dict[str, int]) -> dict[str, int]:
    return {name: span[other] for name, other in zip(_SPAN, _SPAN[2:] + _SPAN[:2], strict=True)}


def _family_pairs(family: list[str]) -> Iterator[tuple[str, str]]:
    distinct = sorted(set(family))
    if len(distinct) <= MAX_WHOLE_FAMILY:
        yield from combinations(distinct, 2)
    else:
        yield from ((distinct[0], other) for other in distinct[1:])


def _cross_pairs(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, str]]:
    pairs: Iterable[tuple[str, str]] = product(ours, theirs)
    if len(ours) * len(theirs) > MAX_WHOLE_FAMILY**2:
        pairs = chain(product(ours[:1], theirs), product(ours[1:], theirs[:1]))
    yield from ((left, right) for left, right in pairs if left != right)

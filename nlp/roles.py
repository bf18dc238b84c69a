"""What a document does with its narrative: promotes, reports, rebuts, or nobody can tell.

Rules over cue words (`roles.toml`), the kind of the source, and the denial of the claim that most
members make. A role is a suggestion with its reason; a rebuttal never counts to a flag.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from baken.model import Role, SourceKind

# Cues further on belong to the details of an article.
_HEAD_CHARS = 1_200


class Judged(NamedTuple):
    """A role and the words or facts that led to it."""

    role: Role
    reason: str


def role_of(
    text: str, language: str, *, source_kind: str | None, denies_claim: bool | None
) -> Judged:
    """The role of a document; `denies_claim` says whether it denies what its narrative asserts.

    `None` stands for a language in which denials are not known (`baken.nlp.denials`).
    """
    if source_kind == SourceKind.FACTCHECKER:
        return Judged(Role.REBUTS, "published by a fact-checker")
    cues = _cues().get(language)
    if cues is None:
        return Judged(Role.UNCLEAR, f"no cue words for language {language}")
    head = text[:_HEAD_CHARS].casefold().replace("’", "'")
    rebuttal = cues["rebut"].search(head)
    if rebuttal:
        return Judged(Role.REBUTS, f"says “{rebuttal.group().strip()}”")
    if denies_claim:
        return Judged(Role.REBUTS, "denies what the others assert")
    attribution = cues["report"].search(head)
    if attribution:
        return Judged(Role.REPORTS, f"attributes with “{attribution.group().strip()}”")
    if denies_claim is None:
        return Judged(Role.UNCLEAR, "no cue, and its claim could not be compared")
    return Judged(Role.PROMOTES, "asserts the claim in its own voice")


@cache
def _cues() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    file = resources.files("baken.nlp") / "roles.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        language: {kind: _pattern(words) for kind, words in entry.items()}
        for language, entry in raw.items()
    }


def _pattern(cues: list[str]) -> re.Pattern[str]:
    parts = [re.escape(cue.rstrip("*")) + (r"\w*" if cue.endswith("*") else "") for cue in cues]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?!\w)")

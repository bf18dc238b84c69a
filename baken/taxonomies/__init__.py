"""Taxonomies of the cognitive lens: one TOML file each, for a researcher to edit or add to."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from baken.errors import ConfigError

UNCLEAR = "unclear"
_MAX_FILE_BYTES = 5_000_000
_ByLanguage = dict[str, tuple[str, ...]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Part):
    """One label: what it means, the words that point to it, sentences that carry it."""

    titles: dict[str, str] = Field(default_factory=dict)
    description: str
    cues: _ByLanguage = Field(default_factory=dict)
    hints: _ByLanguage = Field(default_factory=dict)
    examples: _ByLanguage = Field(default_factory=dict)


class Unlabelled(_Part):
    """Sentences that carry no label of the taxonomy."""

    examples: _ByLanguage = Field(default_factory=dict)


class Taxonomy(_Part):
    """A question about a text and the labels that may answer it.

    `min_share` is the share of a narrative's distinct texts, 0 to 1, from which a label is the
    narrative's too.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    titles: dict[str, str] = Field(default_factory=dict)
    question: str
    source: str
    several: bool = True
    min_share: float = Field(0.3, gt=0, le=1)
    labels: dict[str, Label] = Field(min_length=2)
    none: Unlabelled = Unlabelled()

    def title(self, language: str) -> str:
        """The name of the taxonomy for a reader of `language`."""
        return self.titles.get(language) or self.titles.get("en") or self.name

    def label_title(self, label: str, language: str) -> str:
        """The name of `label` for a reader of `language`."""
        titles = self.labels[label].titles if label in self.labels else {}
        return titles.get(language) or titles.get("en") or label


def load_taxonomies(folder: Path | None = None) -> tuple[Taxonomy, ...]:
    """The bundled taxonomies and those in `folder`, by name; one of the same name replaces ours.

    Raises `ConfigError` naming the file and the key that is wrong.
    """
    bundled = resources.files("baken.taxonomies").iterdir()
    found = {
        one.name: one
        for file in sorted(bundled, key=lambda path: path.name)
        if file.name.endswith(".toml")
        for one in [_parse(file.name, file.read_text(encoding="utf-8"))]
    }
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.toml")):
            one = _parse(str(path), _read(path))
            found[one.name] = one
    return tuple(found[name] for name in sorted(found))


def taxonomies_digest(taxonomies: tuple[Taxonomy, ...]) -> str:
    """Sixteen hex digits that change with any word of `taxonomies`."""
    text = "\x1f".join(one.model_dump_json() for one in taxonomies)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise ConfigError(f"{path} is larger than {_MAX_FILE_BYTES:,} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _parse(name: str, text: str) -> Taxonomy:
    try:
        raw: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not valid TOML: {error}") from error
    try:
        taxonomy = Taxonomy.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{name}: {where}: {first['msg']}") from error
    if UNCLEAR in taxonomy.labels:
        raise ConfigError(f"{name}: labels.{UNCLEAR}: this name is baken's own answer in doubt")
    return taxonomy

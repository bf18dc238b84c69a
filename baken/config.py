"""One `baken.toml`: every key has a default, a misspelt key is an error that names it.

`BAKEN__SECTION__KEY` in the environment overrides a key; secrets come from the environment only.
Loaded once, frozen, and handed down section by section.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from baken.errors import ConfigError

FILE_NAME = "baken.toml"
ENVIRONMENT_PREFIX = "BAKEN__"


class Section(BaseModel):
    """A part of the configuration; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProjectConfig(Section):
    """Where this project keeps its things; paths are relative to the folder of the file."""

    name: str = "baken"
    data: Path = Path("data")
    sources: Path = Path("sources")
    key_file: Path = Path("secret/pseudonym.key")
    seed: int = 2025


class CollectConfig(Section):
    """How the crawler behaves towards other people's servers."""

    contact: str = ""
    delay_s: float = Field(1.0, ge=0)
    concurrent_per_host: int = Field(1, ge=1, le=8)
    concurrent: int = Field(16, ge=1, le=64)
    timeout_s: float = Field(30.0, gt=0)
    max_page_bytes: int = Field(5_000_000, gt=0)
    max_pages_per_source: int = Field(2_000, gt=0)
    max_run_s: float = Field(3_600.0, gt=0)
    evidence: bool = True
    hosts: dict[str, str] = Field(default_factory=dict)
    """Names that resolve to a given address (`"*.example" = "127.0.0.1"`), as a hosts file does.

    Only names listed here may resolve to a private or loopback address.
    """


class ImportConfig(Section):
    """Limits for imported files."""

    batch_rows: int = Field(20_000, gt=0)
    max_text_chars: int = Field(100_000, gt=0)
    earliest_year: int = 1990
    latest_days_ahead: int = 2


class NlpConfig(Section):
    """Language: models, thresholds and windows of the understanding stages."""

    embedder: str = "baken"
    batch_size: int = Field(1_024, gt=0)
    spacy: dict[str, str] = Field(default_factory=dict)
    """Language code to the name of an installed spaCy pipeline; it replaces the bundled one."""
    min_match_chars: int = Field(40, ge=0)
    rewording_threshold: float | None = Field(None, ge=-1, le=1)
    translation_threshold: float | None = Field(None, ge=-1, le=1)
    """Where they are not set, those that were calibrated for the embedder serve."""
    neighbours: int = Field(15, gt=1)
    min_narrative_texts: int = Field(5, gt=1)
    sleep_days: int = Field(14, gt=0)
    lens: Path = Path("lens")
    """The folder of the project's own taxonomies: new ones, and any in place of bundled ones."""


class DetectConfig(Section):
    """Detection: what is counted, what is tested and what enters the queue."""

    traces: tuple[str, ...] = (
        "url",
        "domain",
        "text",
        "similar-text",
        "hashtag-sequence",
        "repost",
        "media",
        "infrastructure",
    )
    windows_s: tuple[int, ...] = (600, 3_600, 86_400)
    method: Literal["tested", "cooccurrence"] = "tested"
    q_max: float = Field(0.01, gt=0, lt=1)
    min_observed: int = Field(3, ge=2)
    min_participation: int = Field(2, ge=1)
    """For `method = "cooccurrence"`: posts an account needs to take part."""
    min_actors: int = Field(3, ge=3)
    min_objects: int = Field(3, ge=1)
    min_symmetry: float = Field(0.2, ge=0, le=1)
    max_documents_per_edge: int = Field(200, gt=0)
    campaign_overlap: float = Field(0.5, gt=0, le=1)


class IndexConfig(Section):
    """Where results are published: one line chooses the embedded index or Elasticsearch.

    The password or API key of a server is read from BAKEN_ELASTICSEARCH_API_KEY.
    """

    kind: Literal["embedded", "elasticsearch"] = "embedded"
    url: str = "http://127.0.0.1:9200"
    prefix: str = "baken"
    timeout_s: float = Field(30.0, gt=0)


class DashboardConfig(Section):
    """The Streamlit dashboard."""

    port: int = Field(8501, gt=0, lt=65_536)
    reader_language: Literal["en", "nl"] = "en"


class PrivacyConfig(Section):
    """Limits that protect persons; numbers are proposals, not law."""

    min_group: int = Field(5, ge=3)
    raw_text_days: int = Field(30, gt=0)


class Config(Section):
    """The whole configuration of a project."""

    project: ProjectConfig = ProjectConfig()
    collect: CollectConfig = CollectConfig()
    imports: ImportConfig = ImportConfig()
    nlp: NlpConfig = NlpConfig()
    detect: DetectConfig = DetectConfig()
    index: IndexConfig = IndexConfig()
    dashboard: DashboardConfig = DashboardConfig()
    privacy: PrivacyConfig = PrivacyConfig()
    root: Path = Path()
    """The folder of the file; not a key of it."""

    def path(self, relative: Path) -> Path:
        """`relative` seen from the folder of the configuration."""
        return self.root / relative

    @property
    def data(self) -> Path:
        """The folder of everything that baken stores, except the key."""
        return self.path(self.project.data)

    def digest(self, *sections: str) -> str:
        """Sixteen hex digits that change when a key of one of `sections` changes."""
        values = self.model_dump(mode="json", include=set(sections))
        canonical = json.dumps(values, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Read the configuration from `path` (default `baken.toml` here) and the environment.

    Raises `ConfigError`: no file, no valid TOML, a misspelt key (naming the likely one), a wrong
    value.
    """
    file = path or Path(FILE_NAME)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {file}: run `baken init` first") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: save it as UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    if "root" in raw:
        raise ConfigError(f"{file}: unknown key 'root'")
    _overlay(raw, os.environ if environment is None else environment)
    try:
        return Config.model_validate({**raw, "root": file.resolve().parent})
    except ValidationError as error:
        raise ConfigError(f"{file}: {_explain(error)}") from error


def _overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> None:
    for name, value in sorted(environment.items()):
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        parts = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if len(parts) != 2:
            raise ConfigError(f"{name}: expected {ENVIRONMENT_PREFIX}SECTION__KEY")
        section, key = parts
        try:
            parsed = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value
        raw.setdefault(section, {})[key] = parsed


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] != "extra_forbidden":
        return f"{where}: {first['msg']}"
    near = difflib.get_close_matches(str(first["loc"][-1]), _keys(first["loc"][:-1]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {where!r}{hint}"


def _keys(location: tuple[Any, ...]) -> list[str]:
    if not location:
        return [name for name in Config.model_fields if name != "root"]
    section = Config.model_fields.get(str(location[0]))
    if section is None or not isinstance(section.annotation, type):
        return []
    return list(section.annotation.model_fields) if issubclass(section.annotation, Section) else []

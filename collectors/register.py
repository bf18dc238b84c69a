"""The source register: TOML files of `[[source]]` entries, one for each outlet or channel.

A source is data with a life of its own: it says why it may be collected and until when.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from baken.errors import ConfigError, UsageError
from baken.files import write_whole
from baken.model import AccountKind, Source, SourceKind, Tier
from baken.urls import canonical_url, registrable_domain

ADDED_FILE = "added.toml"

_FIELDS = {field.name for field in dataclasses.fields(Source)}
_REQUIRED = ("source_id", "name", "kind", "url", "basis", "purpose", "review_by")
_LISTS = ("feeds", "sitemaps")
_ENUMS: dict[str, type[StrEnum]] = {"kind": SourceKind, "tier": Tier}
_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9:._-]{0,127}\Z")


def load(folder: Path) -> tuple[Source, ...]:
    """Every source in the TOML files of `folder`, sorted by id.

    Raises `ConfigError` naming the file, the source and the key that is misspelt, missing or wrong.
    """
    if not folder.is_dir():
        raise ConfigError(f"no source register at {folder}: run `baken sources add URL` first")
    found: dict[str, Source] = {}
    for file in sorted(folder.glob("*.toml")):
        for position, entry in enumerate(_entries(file), start=1):
            where = f"{file.name}: source {entry.get('source_id') or position}"
            source = parse(entry, where=where)
            if source.source_id in found:
                raise ConfigError(f"{where}: the id is used twice; every source needs its own")
            found[source.source_id] = source
    return tuple(found[source_id] for source_id in sorted(found))


def parse(entry: Mapping[str, Any], *, where: str) -> Source:
    """The source that `entry` describes; raises `ConfigError` that begins with `where`."""
    values = {key: value for key, value in entry.items() if value is not None}
    _check_keys(values, where)
    for key in _LISTS:
        values[key] = _addresses(values.get(key, ()), f"{where}: {key}")
    for key, kind in _ENUMS.items():
        if key in values:
            values[key] = _choice(values[key], kind, f"{where}: {key}")
    values["review_by"] = _date(values["review_by"], f"{where}: review_by")
    _addresses([values["url"]], f"{where}: url")
    if not isinstance(values["source_id"], str) or not _SOURCE_ID.match(values["source_id"]):
        raise ConfigError(f"{where}: source_id may hold a-z, 0-9 and : . _ - only")
    minimum = values.get("min_documents_per_day", 0)
    if not isinstance(minimum, int) or minimum < 0:
        raise ConfigError(f"{where}: min_documents_per_day must be a number from 0")
    for key in ("name", "basis", "purpose", "language", "country", "owner", "tier_reason"):
        if not isinstance(values.get(key, ""), str):
            raise ConfigError(f"{where}: {key} must be text in quotation marks")
    source = Source(**values)
    if source.tier is not Tier.UNCLASSIFIED and not (source.tier_reason or "").strip():
        raise ConfigError(
            f"{where}: tier {source.tier.value!r} needs a tier_reason with its source"
        )
    return source


def due(sources: Iterable[Source], *, today: date) -> tuple[list[Source], list[Source]]:
    """The sources that may be crawled, and those whose review date has passed."""
    allowed: list[Source] = []
    expired: list[Source] = []
    for source in sources:
        over = source.review_by is None or source.review_by < today
        (expired if over else allowed).append(source)
    return allowed, expired


def add_source(folder: Path, values: Mapping[str, Any]) -> Source:
    """Append one source to the register; without `source_id` it is named after its address.

    Raises `UsageError` where a value is missing or wrong, or the source is there already.
    """
    entry = {key: value for key, value in values.items() if value not in (None, "", [], ())}
    entry.setdefault("source_id", _derived_id(entry))
    try:
        source = parse(entry, where="the new source")
    except ConfigError as error:
        raise UsageError(str(error)) from error
    if folder.is_dir() and any(known.source_id == source.source_id for known in load(folder)):
        raise UsageError(f"{source.source_id} is in the register already")
    file = folder / ADDED_FILE
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    write_whole(file, (before + ("\n" if before else "") + _as_toml(source)).encode())
    return source


def account_id(source: Source) -> str:
    """The account under which documents of `source` are filed: `web:HOST` or `channel:NAME`."""
    prefix, _, rest = source.source_id.partition(":")
    if prefix in {"web", "channel"} and rest:
        return source.source_id
    if source.kind is SourceKind.CHANNEL:
        return f"channel:{source.source_id}"
    host = urlsplit(source.url).hostname or ""
    return f"web:{registrable_domain(host) or host}"


def account_kind(source: Source) -> AccountKind:
    """Outlets and channels are organisations; official sources are marked as such."""
    return AccountKind.OFFICIAL if source.kind is SourceKind.OFFICIAL else AccountKind.OUTLET


def as_plain(source: Source) -> dict[str, Any]:
    """The entry as plain values, with the account under which its documents are filed."""
    values = dataclasses.asdict(source)
    for key in _ENUMS:
        values[key] = values[key].value
    for key in _LISTS:
        values[key] = list(values[key])
    values["review_by"] = source.review_by.isoformat() if source.review_by else None
    values["account_id"] = account_id(source)
    return values


def _entries(file: Path) -> Sequence[Mapping[str, Any]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    unknown = sorted(set(content) - {"source"})
    if unknown:
        raise ConfigError(f"{file.name}: unknown key {unknown[0]!r}; entries begin with [[source]]")
    entries = content.get("source", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file.name}: entries begin with [[source]], in double brackets")
    return entries


def _check_keys(values: Mapping[str, Any], where: str) -> None:
    unknown = sorted(set(values) - _FIELDS)
    if unknown:
        near = difflib.get_close_matches(unknown[0], sorted(_FIELDS), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"{where}: unknown key {unknown[0]!r}{hint}")
    for key in _REQUIRED:
        if values.get(key) in (None, ""):
            raise ConfigError(f"{where}: {key!r} is missing; a source is not collected without it")


def _addresses(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise ConfigError(f"{where} must be a list of addresses")
    for url in value:
        if not isinstance(url, str) or canonical_url(url) is None:
            raise ConfigError(f"{where}: {url!r} is no http or https address")
    return tuple(value)


def _choice(value: Any, kind: type[StrEnum], where: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError as error:
        choices = ", ".join(member.value for member in kind)
        raise ConfigError(f"{where}: {value!r} is none of {choices}") from error


def _date(value: Any, where: str) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {value!r} is no date; write it as 2026-01-31") from error


def _derived_id(entry: Mapping[str, Any]) -> str:
    try:
        parts = urlsplit(str(entry.get("url", "")))
        host = registrable_domain(parts.hostname or "") or ""
    except ValueError:
        return ""
    if entry.get("kind") == SourceKind.CHANNEL:
        name = parts.path.strip("/").rpartition("/")[2] or host
        return f"channel:{re.sub(r'[^a-z0-9._-]+', '-', name.casefold()).strip('-.')}"
    return f"web:{host}" if host else ""


def _as_toml(source: Source) -> str:
    lines = ["[[source]]"]
    for key, value in dataclasses.asdict(source).items():
        if value in (None, (), "", 0):
            continue
        shown = value if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"

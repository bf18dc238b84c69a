"""Chunks of rows as documents: cleaned, without names of persons, with ids that never change."""

from __future__ import annotations

import functools
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa

from baken import schema
from baken.collectors.batch import Batch
from baken.collectors.imports.rows import Chunk
from baken.collectors.persons import Pseudonymise, Scrubber, without_contacts
from baken.collectors.times import (
    BadTime,
    Clock,
    Instant,
    coarser,
    column_precision,
)
from baken.config import ImportConfig
from baken.ids import content_sha256, document_id, stable_id
from baken.model import AccountKind, Order, Quarantined, TimeOrigin, TimePrecision
from baken.urls import canonical_url, hashtags_in, links_in

# Whatever shows nothing: blanks, controls, zero-width and direction marks.
_NOTHING = " \t\r\n\x0b\x0c\x00\x85\xa0\u00ad\u2028\u2029\u3000\ufeff" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x202A, 0x2030), *range(0x205F, 0x2070)])
)
_EXCERPT_CHARS = 80
_MAX_LIST = 200
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][A-Za-z0-9-]{2,12})?\Z")
_LIST_SIGNS = re.compile(r"[\s,;|]+")
_BETWEEN_URLS = re.compile(r"[\s|]+|[,;](?=https?://)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is the same for every row of one import."""

    source_id: str
    order: Order
    account_kind: AccountKind
    platform: str
    collected_at: datetime
    pseudonymise: Pseudonymise
    config: ImportConfig


class _Unusable(ValueError):
    """A row that goes to quarantine; the message is the reason."""


class Builder:
    """Makes documents of the chunks of one file, one chunk after the other."""

    def __init__(self, dataset: Dataset, origin: str) -> None:
        self._set = dataset
        self._origin = origin
        self._clock = Clock(
            dataset.collected_at,
            earliest_year=dataset.config.earliest_year,
            days_ahead=dataset.config.latest_days_ahead,
        )
        self._person = dataset.account_kind is AccountKind.PERSON
        self._scrubber = Scrubber(dataset.pseudonymise, dataset.platform)
        self._account = functools.lru_cache(maxsize=200_000)(self._account_id)
        self._coarsest: TimePrecision | None = None

    def batch(self, chunk: Chunk) -> Batch:
        """The documents of `chunk`, each doc_id once, and its rows that cannot be used."""
        quarantined = [
            Quarantined(origin=self._origin, position=position, reason=reason)
            for position, reason in chunk.bad
        ]
        times = self._times(chunk)
        rows: dict[str, dict[str, Any]] = {}
        names = list(chunk.columns)
        columns = [chunk.columns[name] for name in names]
        usable = 0
        for index, values in enumerate(zip(*columns, strict=True)):
            cells = dict(zip(names, values, strict=True))
            try:
                row = self._document(cells, times[index])
            except _Unusable as error:
                quarantined.append(
                    Quarantined(
                        origin=self._origin,
                        position=chunk.positions[index],
                        reason=str(error),
                        excerpt=self._excerpt(cells),
                    )
                )
                continue
            usable += 1
            known = rows.get(row["doc_id"])
            if known is None or row["content_sha256"] < known["content_sha256"]:
                rows[row["doc_id"]] = row
        return Batch(
            documents=self._table(list(rows.values())),
            quarantined=tuple(quarantined),
            duplicates=usable - len(rows),
        )

    def _times(self, chunk: Chunk) -> list[Instant | BadTime | None]:
        stated = chunk.columns.get("published", [None] * len(chunk.positions))
        if chunk.published_us:
            stamps: list[Instant | None] = [
                None if value is None else (value, TimePrecision.SECOND) for value in stated
            ]
            times = [self._checked(stamp) for stamp in stamps]
        else:
            times = [self._read(value) for value in stated]
        if self._coarsest is None:
            self._coarsest = column_precision(
                [time[0] for time in times if isinstance(time, tuple)]
            )
        return times

    def _read(self, value: Any) -> Instant | BadTime | None:
        try:
            return self._clock.read(value)
        except BadTime as error:
            return error

    def _checked(self, stamp: Instant | None) -> Instant | BadTime | None:
        try:
            if stamp is not None:
                self._clock.check(stamp[0])
        except BadTime as error:
            return error
        return stamp

    def _document(self, cells: Mapping[str, Any], time: Instant | BadTime | None) -> dict[str, Any]:
        if isinstance(time, BadTime):
            raise _Unusable(str(time))
        raw, title = self._words(cells)
        account = self._account(_text(cells.get("account"))) if "account" in cells else None
        if account == "":
            raise _Unusable("no account")
        links = self._links(cells, raw)
        tags = _tags(cells["hashtags"]) if "hashtags" in cells else list(hashtags_in(raw))
        text = self._scrub(raw)
        heading = self._scrub(title) or None
        sha = content_sha256(heading, text)
        published, precision = time if time is not None else (None, TimePrecision.UNKNOWN)
        if published is not None:
            precision = coarser(precision, self._coarsest or TimePrecision.SECOND)
        account = account or self._set.source_id
        native = _text(cells.get("id"))
        url = self._address(_text(cells.get("url")))
        return {
            # Some platforms number the posts of each account anew, so an id counts within it.
            "doc_id": document_id(self._set.source_id, f"{account}/{native}")
            if native
            else stable_id("doc", self._set.source_id, account, str(published), sha),
            "account_id": account,
            "url": url,
            "canonical_url": canonical_url(url) if url else None,
            "title": heading,
            "text": text,
            "published_at": published,
            "published_precision": precision.value,
            "published_from": (TimeOrigin.NONE if time is None else TimeOrigin.IMPORT).value,
            "repost_of": self._reference(cells.get("repost_of")),
            "reply_to": self._reference(cells.get("reply_to")),
            "hashtags": tags,
            "links": links,
            "media_sha256": _media(cells.get("media")),
            "credit": _text(cells.get("credit"))[:200] or None,
            "language_hint": _language(_text(cells.get("language"))),
            "content_sha256": sha,
        }

    def _words(self, cells: Mapping[str, Any]) -> tuple[str, str]:
        raw, title = _text(cells.get("text")), _text(cells.get("title"))
        limit = self._set.config.max_text_chars
        if len(raw) > limit or len(title) > limit:
            raise _Unusable(f"the text is too long ({max(len(raw), len(title))} characters)")
        raw = raw or title
        if not raw and ("text" in cells or not cells.get("repost_of")):
            raise _Unusable("no text")
        return raw, title

    def _account_id(self, name: str) -> str:
        if not name:
            return ""
        if self._person:
            return self._set.pseudonymise(self._set.platform, name.lstrip("@"))
        if name.startswith(("web:", "channel:")):
            return name
        named = canonical_url(name) or canonical_url(f"https://{name}") if "." in name else None
        if named:
            return f"web:{named.removeprefix('https://').partition('/')[0]}"
        return f"channel:{name.lstrip('@')}"

    def _scrub(self, text: str) -> str:
        return self._scrubber.text(text) if self._person else without_contacts(text)

    def _address(self, value: str) -> str | None:
        if not value or canonical_url(value) is None:
            return None
        return self._scrubber.url(value) if self._person else value

    def _links(self, cells: Mapping[str, Any], raw: str) -> list[str]:
        if "urls" in cells:
            found = dict.fromkeys(map(canonical_url, _addresses(cells["urls"])))
            links = [link for link in found if link is not None][:_MAX_LIST]
        else:
            links = list(links_in(raw))
        return [self._scrubber.url(link) for link in links] if self._person else links

    def _reference(self, value: Any) -> str | None:
        """Another post: by its address, or by a keyless hash of its id; only equality matters."""
        name = _text(value)
        if not name:
            return None
        url = canonical_url(name) if "://" in name else None
        if url:
            return self._scrubber.url(url) if self._person else url
        if name.startswith("@") and self._person:
            return self._set.pseudonymise(self._set.platform, name.lstrip("@"))
        return document_id(self._set.source_id, name)

    def _excerpt(self, cells: Mapping[str, Any]) -> str:
        text = self._scrub(_text(cells.get("text"))[: 4 * _EXCERPT_CHARS])
        account = _text(cells.get("account"))
        if account:
            text = re.sub(re.escape(account), "…", text, flags=re.IGNORECASE)
        return text[:_EXCERPT_CHARS]

    def _table(self, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        fixed = {
            "source_id": self._set.source_id,
            "account_kind": self._set.account_kind.value,
            "order_id": self._set.order.order_id,
            "collected_at": self._set.collected_at,
            "revision": 1,
        }
        arrays = []
        for column in schema.DOCUMENTS.schema:
            if column.name in fixed:
                scalar = pa.scalar(fixed[column.name], type=column.type)
                arrays.append(pa.repeat(scalar, len(rows)))
            elif column.name == "published_at":
                values = pa.array([row["published_at"] for row in rows], type=pa.int64())
                arrays.append(values.cast(column.type))
            else:
                values = [row.get(column.name) for row in rows]
                arrays.append(pa.array(values, type=column.type))
        return pa.Table.from_arrays(arrays, schema=schema.DOCUMENTS.schema)


def _text(value: Any) -> str:
    """A cell as text without what shows nothing around it; anything unknown is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        if isinstance(value, bool | list | dict | bytes):
            return ""
        if isinstance(value, float) and not math.isfinite(value):
            return ""
        value = str(value)
    if "\x00" in value:
        value = value.replace("\x00", "")
    return str(value).strip(_NOTHING)


def _listed(value: Any) -> list[str] | None:
    """The texts of a list, or of a text that is a JSON list; otherwise `None`."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, list | tuple):
        return [_text(item) for item in value[:_MAX_LIST]]
    return None


def _addresses(value: Any) -> list[str]:
    listed = _listed(value)
    if listed is None:
        listed = _BETWEEN_URLS.split(_text(value)[:100_000])
    return [address.strip("[]'\" ,") for address in listed if address]


def _tags(value: Any) -> list[str]:
    listed = _listed(value)
    if listed is None:
        listed = _LIST_SIGNS.split(_text(value)[:100_000].strip("[]"))
    folded = (
        unicodedata.normalize("NFKC", tag.strip("#＃'\" ")).casefold()[:140] for tag in listed
    )
    return list(dict.fromkeys(tag for tag in folded if tag))[:_MAX_LIST]


def _media(value: Any) -> list[str]:
    listed = _listed(value)
    if listed is None:
        listed = _LIST_SIGNS.split(_text(value)[:100_000])
    hashes = (
        item.lower() if _SHA256.match(item) else sha256(item.encode("utf-8", "replace")).hexdigest()
        for item in listed
        if item
    )
    return list(dict.fromkeys(hashes))[:_MAX_LIST]


@functools.lru_cache(maxsize=1_024)
def _language(value: str) -> str | None:
    match = _LANGUAGE.match(value)
    if match:
        return match.group(1)
    return _language_names().get(value.casefold()) if value else None


@functools.cache
def _language_names() -> dict[str, str]:
    from babel import Locale

    names = Locale("en").languages
    return {name.casefold(): code for code, name in names.items() if len(code) <= 3}

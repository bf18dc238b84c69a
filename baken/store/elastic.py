"""The index on an Elasticsearch server, 8.x or 9.x; the only module that knows its client.

A publication is loaded into a new index, `PREFIX-NAME-000002`, and becomes current when the alias
`PREFIX-NAME` moves to it in one step. Upserts into the live index would show readers a mixture, and
would keep what the tables no longer hold. The old index is then removed; a search that was in the
middle of it is asked again. Only mappings, aliases, bulk, kNN and terms aggregations
are used: what a plain server has without a licence.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pyarrow as pa
from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError
from elasticsearch.helpers import streaming_bulk

from baken.errors import ConfigError, StoreError
from baken.protocols import SearchHit
from baken.store import mappings
from baken.store.fusion import fuse, ranked
from baken.store.query import Conditions, Request, facet_column, read_filters, request, storable
from baken.store.words import QueryWords

log = logging.getLogger(__name__)

MAX_FACETS = 1_000
MAX_RETRIES = 4
_CHUNK_DOCUMENTS = 500
_CHUNK_BYTES = 10_000_000
_LEGAL_PREFIX = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
T = TypeVar("T")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ElasticIndex:
    """`baken.protocols.Index` on a server; the first use connects."""

    def __init__(
        self, url: str, *, prefix: str, api_key: str | None = None, timeout_s: float = 30.0
    ) -> None:
        if not _LEGAL_PREFIX.fullmatch(prefix):
            raise ConfigError(f"index.prefix {prefix!r}: lower case letters, digits, '-', '_', '.'")
        try:
            self._shown = _without_credentials(url)
            self._client = Elasticsearch(url, api_key=api_key, request_timeout=timeout_s)
        except ValueError as error:
            raise ConfigError("index.url is no address like http://127.0.0.1:9200") from error
        if api_key and urlsplit(url).scheme == "http" and urlsplit(url).hostname not in _LOOPBACK:
            log.warning("the API key for %s travels unencrypted: use https", self._shown)
        self._prefix = prefix

    def publish(self, name: str, rows: pa.Table, key: str) -> int:
        """Make `rows` the searchable content of `name`; see `baken.protocols.Index`."""
        ready = mappings.prepared(name, rows, key)
        with self._translated():
            current = self._current(name)
            self._drop(name, keep=current)
            aside = f"{self._alias(name)}-{max(self._numbers(name), default=0) + 1:06d}"
            try:
                self._build(aside, name, ready)
                self._move_alias(name, current, aside)
            except BaseException:
                self._abandon(aside)
                raise
            self._drop(name, keep=aside)
        return int(ready.num_rows)

    def _build(self, aside: str, name: str, ready: pa.Table) -> None:
        dimension = None
        if mappings.VECTOR in ready.column_names:
            dimension = int(ready.schema.field(mappings.VECTOR).type.list_size)
        # No refresh while it loads: nobody searches it yet.
        self._client.indices.create(
            index=aside,
            mappings=mappings.elasticsearch_mapping(name, dimension),
            settings={"index": {"refresh_interval": "-1"}},
        )
        key = mappings.collection(name).key
        self._bulk(name, _actions(aside, key, mappings.batches(name, ready)))
        self._client.indices.put_settings(index=aside, settings={"index.refresh_interval": None})
        self._client.indices.refresh(index=aside)
        stored = int(self._client.count(index=aside)["count"])
        if stored != ready.num_rows:
            raise StoreError(f"{name}: the server holds {stored} of {ready.num_rows} rows")

    def _bulk(self, name: str, actions: Iterator[dict[str, Any]]) -> int:
        done, failed, first = 0, 0, ""
        outcomes = streaming_bulk(
            self._client,
            actions,
            chunk_size=_CHUNK_DOCUMENTS,
            max_chunk_bytes=_CHUNK_BYTES,
            max_retries=MAX_RETRIES,
            initial_backoff=1,
            raise_on_error=False,
        )
        for fine, outcome in outcomes:
            item = next(iter(outcome.values()))
            if fine:
                done += 1
            elif item.get("status") != 404:
                failed += 1
                # The server's reason may quote the text itself, so only its kind is told.
                first = first or f"{item.get('_id')}: {_kind(item.get('error'))}"
        if failed:
            raise StoreError(f"{name}: the server refused {failed} rows, first {first}")
        return done

    def _abandon(self, index: str) -> None:
        try:
            self._client.indices.delete(index=index, ignore_unavailable=True)
        except (ApiError, TransportError) as error:
            # The next publication removes it.
            log.debug("%s is left over: %s", index, type(error).__name__)

    def search(
        self,
        query: str,
        *,
        vector: Sequence[float] | None = None,
        filters: Mapping[str, str | Sequence[str]] | None = None,
        limit: int = 20,
    ) -> list[SearchHit]:
        """Documents for `query`; see `baken.protocols.Index`."""
        asked = request(query, vector=vector, filters=filters, limit=limit)

        def answer() -> list[SearchHit]:
            best = fuse(self._lists(asked), asked.limit)
            rows = self._rows("documents", [key for key, _ in best])
            return [SearchHit(key, score, rows[key]) for key, score in best if key in rows]

        return self._reading("documents", answer) or []

    def _lists(self, asked: Request) -> list[list[str]]:
        conditions = clauses(asked.conditions)
        if asked.browse:
            newest = {"published_at": {"order": "desc", "missing": "_last"}}
            hits = self._hits(
                size=asked.limit,
                query={"bool": {"filter": conditions}},
                sort=[newest, {"doc_id": "asc"}],
            )
            return [[hit["_id"] for hit in hits]]
        lists = []
        if asked.words:
            best = [{"_score": "desc"}, {"doc_id": "asc"}]
            hits = self._hits(
                size=asked.depth, query=_full_text(asked.words, conditions), sort=best
            )
            lists.append(ranked((hit["_id"], hit["_score"]) for hit in hits))
        if asked.vector:
            hits = self._nearest(asked, conditions)
            lists.append(ranked((hit["_id"], hit["_score"]) for hit in hits))
        return lists

    def _nearest(self, asked: Request, conditions: list[dict[str, Any]]) -> list[Any]:
        mapping = self._client.indices.get_mapping(index=self._alias("documents"))
        properties = next(iter(mapping.values()))["mappings"]["properties"]
        if mappings.VECTOR not in properties:
            return []
        dimension = properties[mappings.VECTOR]["dims"]
        assert asked.vector is not None
        if len(asked.vector) != dimension:
            raise StoreError(
                f"the query has {len(asked.vector)} numbers, the index {dimension}: "
                "it was published with another model; run `baken publish`"
            )
        knn = {
            "field": mappings.VECTOR,
            "query_vector": list(asked.vector),
            "k": asked.depth,
            "num_candidates": 2 * asked.depth,
            "filter": conditions,
        }
        return self._hits(size=asked.depth, knn=knn)

    def _hits(self, **body: Any) -> list[Any]:
        answer = self._client.search(index=self._alias("documents"), source=False, **body)
        return list(answer["hits"]["hits"])

    def facets(
        self, field: str, *, filters: Mapping[str, str | Sequence[str]] | None = None
    ) -> list[tuple[str, int]]:
        """Documents for each value of `field`; see `baken.protocols.Index`."""
        column, conditions = facet_column(field), clauses(read_filters(filters or {}))
        by_count = [{"_count": "desc"}, {"_key": "asc"}]
        terms = {"field": column, "size": MAX_FACETS, "order": by_count}

        def answer() -> list[tuple[str, int]]:
            found = self._client.search(
                index=self._alias("documents"),
                size=0,
                query={"bool": {"filter": conditions}},
                aggs={"values": {"terms": terms}},
            )
            buckets = found["aggregations"]["values"]["buckets"]
            return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]

        return self._reading("documents", answer) or []

    def count(self, name: str) -> int:
        """How many rows of `name` are searchable."""
        alias = self._alias(name)
        return self._reading(name, lambda: int(self._client.count(index=alias)["count"])) or 0

    def fetch(self, name: str, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The stored rows with these keys; see `baken.protocols.Index`."""
        wanted = [storable(one) for one in dict.fromkeys(ids)]
        for start in range(0, len(wanted), _CHUNK_DOCUMENTS):
            part = wanted[start : start + _CHUNK_DOCUMENTS]
            rows = self._reading(name, partial(self._rows, name, part)) or {}
            yield from rows.values()

    def _rows(self, name: str, ids: list[str]) -> dict[str, dict[str, Any]]:
        if not ids:
            return {}
        answer = self._client.mget(
            index=self._alias(name), ids=ids, source_excludes=list(mappings.DERIVED)
        )
        columns = mappings.collection(name).schema
        return {
            found["_id"]: {field.name: _read(found["_source"], field) for field in columns}
            for found in answer["docs"]
            if found.get("found")
        }

    def delete(self, name: str, ids: Sequence[str]) -> int:
        """Remove rows from the search at once; see `baken.protocols.Index`."""
        with self._translated():
            current = self._current(name)
            if current is None or not ids:
                return 0
            actions = (
                {"_op_type": "delete", "_index": current, "_id": storable(one)}
                for one in sorted(set(ids))
            )
            done = self._bulk(name, actions)
            self._client.indices.refresh(index=current)
            return done

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _alias(self, name: str) -> str:
        return f"{self._prefix}-{mappings.collection(name).name}"

    def _current(self, name: str) -> str | None:
        alias = self._alias(name)
        try:
            indices = sorted(self._client.indices.get_alias(name=alias).keys())
        except ApiError as error:
            # A web server of another kind also knows nothing of the alias.
            if error.meta.headers.get("x-elastic-product") != "Elasticsearch":
                raise UnsupportedProductError("no product header", error.meta, None) from error
            if error.status_code == 404:
                return None
            raise
        return indices[-1] if indices else None

    def _numbers(self, name: str) -> dict[int, str]:
        alias = self._alias(name)
        found = self._client.indices.get(index=f"{alias}-*", allow_no_indices=True)
        suffixes = ((index, index.removeprefix(f"{alias}-")) for index in found)
        return {int(digits): index for index, digits in suffixes if re.fullmatch(r"\d{6}", digits)}

    def _drop(self, name: str, *, keep: str | None) -> None:
        for index in self._numbers(name).values():
            if index != keep:
                self._client.indices.delete(index=index, ignore_unavailable=True)

    def _move_alias(self, name: str, old: str | None, new: str) -> None:
        alias = self._alias(name)
        actions: list[dict[str, Any]] = [{"add": {"index": new, "alias": alias}}]
        if old is not None:
            actions.insert(0, {"remove": {"index": old, "alias": alias}})
        self._client.indices.update_aliases(actions=actions)

    def _reading(self, name: str, answer: Callable[[], T]) -> T | None:
        """What `answer` makes of the current index; `None` while nothing was published."""
        with self._translated():
            current = self._current(name)
            while current is not None:
                try:
                    return answer()
                except ApiError:
                    # Another process may have published meanwhile, and removed what was being read.
                    before, current = current, self._current(name)
                    if current == before:
                        raise
        return None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        where = f"Elasticsearch at {self._shown}"
        try:
            yield
        except (NoConnection, ConnectionTimeout) as error:
            raise StoreError(
                f"Elasticsearch does not answer at {self._shown}: start it, "
                'or set index.kind = "embedded"'
            ) from error
        except UnsupportedProductError as error:
            raise StoreError(f"{where} is not Elasticsearch 8 or 9: check index.url") from error
        except ApiError as error:
            if error.status_code == 401 or _kind(error.body) == "security_exception":
                raise StoreError(
                    f"{where} refuses ({error.status_code}): set BAKEN_ELASTICSEARCH_API_KEY "
                    f"to a key that may manage {self._prefix}-*"
                ) from error
            raise StoreError(
                f"{where} answered {error.status_code}: {_kind(error.body)}"
            ) from error
        except TransportError as error:
            raise StoreError(f"{where} cannot be used: {type(error).__name__}") from error


def _actions(index: str, key: str, batches: Iterator[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        for row in batch.to_pylist():
            source = {name: _written(value) for name, value in row.items() if value is not None}
            yield {"_op_type": "index", "_index": index, "_id": row[key], "_source": source}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _read(source: Mapping[str, Any], field: pa.Field) -> Any:
    value = source.get(field.name)
    if value is not None and pa.types.is_timestamp(field.type):
        return datetime.fromisoformat(value)
    return value


def _full_text(asked: QueryWords, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    should: list[dict[str, Any]] = [{"match": {mappings.WORDS: " ".join(asked.words)}}]
    if asked.stems:
        should.append({"match": {mappings.STEMS: " ".join(asked.stems)}})
    must = [{"match_phrase": {mappings.WORDS: " ".join(phrase)}} for phrase in asked.phrases]
    return {
        "bool": {
            "should": should,
            "must": must,
            "filter": conditions,
            "minimum_should_match": 0 if must else 1,
        }
    }


def clauses(conditions: Conditions) -> list[dict[str, Any]]:
    """The conditions as filter clauses of the server's query language."""
    found: list[dict[str, Any]] = [
        {"terms": {column: list(values)}} for column, values in conditions.values.items()
    ]
    bounds = {
        operator: moment.astimezone(UTC).isoformat()
        for operator, moment in (("gte", conditions.since), ("lt", conditions.until))
        if moment is not None
    }
    if bounds:
        found.append({"range": {"published_at": bounds}})
    return found


def _kind(error: Any) -> str:
    # Only the name of the error: its reason may quote a document.
    inner = error.get("error", error) if isinstance(error, Mapping) else error
    if isinstance(inner, Mapping):
        return str(inner.get("type", "unknown error"))[:100]
    return str(inner)[:100] if isinstance(inner, str) else "unknown error"


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

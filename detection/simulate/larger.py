"""Larger worlds of the same kind as files, made in shards and never held in memory as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from baken.detection.simulate.bursts import Special, special_posts
from baken.detection.simulate.phrases import Phrases
from baken.detection.simulate.world import DAYS, END
from baken.errors import StoreError, UsageError
from baken.files import write_whole
from baken.protocols import Progress, silent

MAX_DOCUMENTS = 10_000_000
TRUTH = "truth.csv"

SHARD_DOCUMENTS = 250_000
_BEGIN = datetime.combine(END, datetime.min.time(), UTC) - timedelta(days=DAYS - 1)
_HOURS = DAYS * 24
# The share of a day's posts by hour (UTC), as in the sample world.
_CIRCADIAN = (2, 1, 1, 1, 1, 3, 6, 7, 6, 5, 5, 6, 7, 6, 5, 6, 7, 8, 10, 11, 11, 9, 6, 3)
# Exponents of the popularity curves: of 10,000 accounts the busiest hundredth writes an eighth.
_ACCOUNT_SKEW = 2.2
_URL_SHARE, _TAG_SHARE, _REPOST_SHARE = 0.35, 0.2, 0.1

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SCHEMA = pa.schema(
    [
        ("post_id", pa.string()),
        ("platform", pa.string()),
        ("author", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("body", pa.string()),
        ("urls", pa.list_(pa.string())),
        ("hashtags", pa.list_(pa.string())),
        ("repost_of", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Burst:
    """A piece of news that breaks: when, and what everybody then shares."""

    at_s: float
    url: int
    tag: int


def simulate(documents: int, seed: int, out: Path, progress: Progress = silent) -> None:
    """Write a world of `documents` posts to `out`: Parquet shards in order of time, and its truth.

    The columns can be imported as they are; `truth.csv` holds `account,group` of the planted
    accounts. Memory is bounded by one shard. Raises `UsageError` where `out` holds a world already
    and `StoreError` where it can't be written.
    """
    if not 1 <= documents <= MAX_DOCUMENTS:
        raise UsageError(f"--documents takes 1 to {MAX_DOCUMENTS:,}, not {documents:,}")
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.glob("posts-*.parquet")):
            raise UsageError(f"{out} holds a simulated world already: choose an empty folder")
        truth: dict[str, str] = {}
        done = 0
        for number, table in enumerate(shards(documents, seed, truth), start=1):
            fresh = out / f"posts-{number:05}.part"
            pq.write_table(table, fresh, compression="zstd", compression_level=1)
            fresh.replace(out / f"posts-{number:05}.parquet")
            done += len(table)
            progress("simulate", done, documents)
        _write_truth(out / TRUTH, truth)
    except OSError as error:
        raise StoreError(f"{out} cannot be written: {error.strerror or error}") from error


def shards(documents: int, seed: int, truth: dict[str, str]) -> Iterator[pa.Table]:
    """The tables of the world, in order of time; fills `truth` with the planted accounts."""
    rng = np.random.default_rng(seed)
    accounts = max(60, documents // 40)
    phrases = Phrases(seed, urls=max(40, documents // 50), tags=max(20, documents // 500))
    special = special_posts(documents, accounts, phrases, _HOURS * 3_600, rng)
    truth.update(special.truth)
    bursts = [
        _Burst(float(rng.uniform(0, _HOURS * 3_600)), int(rng.integers(phrases.urls)), at)
        for at in range(6)
    ]
    cumulative = _intensity(bursts, rng)
    organic = documents - len(special)
    count = max(1, -(-documents // SHARD_DOCUMENTS))
    first = 0
    for shard in range(count):
        low, high = shard / count, (shard + 1) / count
        size = organic * (shard + 1) // count - organic * shard // count
        at_s = _times(np.sort(rng.uniform(low, high, size)), cumulative)
        limit = np.interp([low, high], cumulative, np.arange(_HOURS + 1)) * 3_600
        extra = special.between(limit[0], limit[1] if shard < count - 1 else np.inf)
        table = _shard(
            at_s,
            extra,
            first=first,
            accounts=accounts,
            bursts=bursts,
            phrases=phrases,
            rng=rng,
        )
        first += len(table)
        yield table


def _shard(
    at_s: Floats,
    extra: Special,
    *,
    first: int,
    accounts: int,
    bursts: list[_Burst],
    phrases: Phrases,
    rng: np.random.Generator,
) -> pa.Table:
    size = len(at_s)
    author = (accounts * rng.random(size) ** _ACCOUNT_SKEW).astype(np.int64)
    url = np.where(rng.random(size) < _URL_SHARE, _popular(phrases.urls, size, rng), -1)
    tag = np.where(rng.random(size) < _TAG_SHARE, _popular(phrases.tags, size, rng), -1)
    for burst in bursts:
        since = at_s - burst.at_s
        near = np.where(since >= 0, 0.6 * np.exp(-np.clip(since, 0, None) / 2_700), 0)
        caught = rng.random(size) < near
        url[caught], tag[caught] = burst.url, burst.tag
    body = phrases.bodies(author % phrases.languages, rng)
    joined = np.concatenate([at_s, extra.at_s])
    order = np.argsort(joined, kind="stable")
    author = np.concatenate([author, extra.author])[order]
    url = np.concatenate([url, extra.url])[order]
    tag = np.concatenate([tag, extra.tag])[order]
    bodies = pa.concat_arrays([body, extra.body]).take(pa.array(order))
    ids = _padded("s", np.arange(first, first + len(order)), 9)
    reposted = _reposts(len(order), size, order, rng)
    shown = np.where(reposted >= 0, reposted, np.arange(len(order)))
    bodies, url, tag = bodies.take(pa.array(shown)), url[shown], tag[shown]
    stamps = int(_BEGIN.timestamp()) * 1_000_000 + (joined[order] * 1_000_000).astype(np.int64)
    return pa.Table.from_arrays(
        [
            ids,
            pa.repeat("plaza.example", len(order)),
            _padded("user", author, 8),
            pa.array(stamps).cast(pa.timestamp("us", tz="UTC")),
            bodies,
            _lists(url, phrases.url_names),
            _lists(tag, phrases.tag_names),
            ids.take(pa.array(reposted, mask=reposted < 0)),
        ],
        schema=SCHEMA,
    )


def _reposts(total: int, organic: int, order: Ints, rng: np.random.Generator) -> Ints:
    """For each row the row of this shard that it reposts, or -1; planted rows repost nothing."""
    rows = np.arange(total)
    chosen = (rng.random(total) < _REPOST_SHARE) & (order < organic) & (rows > 0)
    back = np.ceil((np.minimum(rows, 20_000)) * rng.random(total) ** 3).astype(np.int64)
    target = np.maximum(rows - np.maximum(back, 1), 0)
    # A repost of a repost names the first post, as platforms do.
    chosen &= ~chosen[target]
    return np.where(chosen, target, -1)


def _intensity(bursts: list[_Burst], rng: np.random.Generator) -> Floats:
    hours = np.tile(np.array(_CIRCADIAN, dtype=float), DAYS) * rng.gamma(20, 1 / 20, _HOURS)
    for burst in bursts:
        since = np.arange(_HOURS) - np.floor(burst.at_s / 3_600)
        hours *= 1 + 2 * np.where((since >= 0) & (since < 8), np.exp(-since / 2), 0)
    return np.concatenate([[0], np.cumsum(hours) / hours.sum()])


def _times(uniform: Floats, cumulative: Floats) -> Floats:
    hours = np.interp(uniform, cumulative, np.arange(_HOURS + 1))
    return np.asarray(np.floor(np.minimum(hours * 3_600, _HOURS * 3_600 - 1)))


def _popular(objects: int, size: int, rng: np.random.Generator) -> Ints:
    """Objects by Zipf's law: the chance of an object falls with one over its rank."""
    rank = np.exp(rng.random(size) * np.log(objects)).astype(np.int64)
    return np.asarray(np.minimum(rank, objects - 1))


def _padded(prefix: str, numbers: Ints, width: int) -> pa.Array:
    text = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width=width, padding="0")
    return pc.binary_join_element_wise(pa.scalar(prefix), text, "")


def _lists(codes: Ints, names: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(codes >= 0)]).astype(np.int32)
    values = names.take(pa.array(codes[codes >= 0]))
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _write_truth(file: Path, truth: dict[str, str]) -> None:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(("account", "group"))
    writer.writerows(sorted(truth.items()))
    write_whole(file, lines.getvalue().encode())

"""Coordination on real posts: windows of a state operation among ordinary users, classic parity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from coordination import Row, detect, row

from baken.config import DetectConfig
from baken.detection.network import find_edges
from baken.detection.traces.texts import enough_words
from baken.nlp.text import own_words, text_id
from baken.schema import TRACES

# Accounts that naive co-text (same text, within an hour, three times) links: the data's own notes.
NAIVE = {
    "ru_2015-11": 604,
    "en_2016-10": 175,
    "de_2016": 83,
    "brussels_2016-03": 79,
    "all_2015-02": 4,
}
CLASSIC_WINDOW_S = 10


def run(shared: Path) -> list[Row]:
    """The windows, then the classic definition."""
    return [*window_rows(shared), classic_row(shared)]


def window_rows(shared: Path) -> list[Row]:
    """Accounts of a state operation found, and ordinary users flagged beside them.

    News channels are mixed in as well. Those of one owner copy each other and are truly in step:
    they are counted apart.
    """
    rows = []
    channels = _channels(shared)
    channels = channels.assign(account="channel:" + channels["account"].astype(str))
    for window, naive in NAIVE.items():
        posts = pd.concat([_operation(shared, window), _ordinary(shared), channels])
        traces = text_traces(_aligned(posts))
        edges, groups = detect(traces)
        flagged = {*edges["left"].to_pylist(), *edges["right"].to_pylist()}
        guilty = sum(account.startswith("operation:") for account in flagged)
        grouped = {account for members in groups["members"].to_pylist() for account in members}
        users = sum(account.startswith("ordinary:") for account in flagged)
        crossing = sum(
            left.partition(":")[0] != right.partition(":")[0]
            for left, right in zip(
                edges["left"].to_pylist(), edges["right"].to_pylist(), strict=True
            )
        )
        note = (
            f"{len(edges)} edges, {len(groups)} groups of together {len(grouped)}; "
            f"{len(flagged) - guilty - users} channels, {crossing} edges between kinds"
        )
        name = f"coordination: {window}"
        rows.append(row(f"{name}, accounts found", guilty, f">= {naive}", note))
        rows.append(row(f"{name}, ordinary users flagged", users, "0", ""))
    return rows


def classic_row(shared: Path) -> Row:
    """Edges of the classic rule that differ from a plain reading of its definition."""
    table = pd.read_parquet(shared / "coortweet" / "russian_coord_tweets.parquet").astype(
        {"object_id": str, "account_id": str}
    )
    at_s = table["timestamp_share"].astype("int64")
    traces = _table(
        "repost", table["account_id"], table["object_id"], table["content_id"], at_s * 1_000_000
    )
    config = DetectConfig(method="cooccurrence", windows_s=(CLASSIC_WINDOW_S,))
    edges = find_edges(traces, config)
    columns = (edges[name].to_pylist() for name in ("left", "right", "observed"))
    found = {(left, right): weight for left, right, weight in zip(*columns, strict=True)}
    expected = plain_classic(table.assign(at_s=at_s), CLASSIC_WINDOW_S, 2)
    differing = sum(found.get(pair) != expected.get(pair) for pair in {*found, *expected})
    note = f"{len(expected)} edges of {CLASSIC_WINDOW_S} s and 2 posts"
    return row("coordination: edges unlike the classic definition", differing, "0", note)


def plain_classic(posts: pd.DataFrame, window_s: int, least: int) -> dict[tuple[str, str], int]:
    """The definition word for word, post by post, slow on purpose."""
    posts = posts[posts.groupby("account_id")["account_id"].transform("size") >= least]
    met: list[tuple[str, str, str, str]] = []
    for _, same in posts.groupby("object_id"):
        rows = same.sort_values("at_s")[["at_s", "account_id", "content_id"]].to_numpy()
        for place, (at_s, account, content) in enumerate(rows):
            for later_s, other, its_content in rows[place + 1 :]:
                if later_s - at_s > window_s:
                    break
                if other != account:
                    met.append((account, content, other, its_content))
    taking_part = {content for row in met for content in (row[1], row[3])}
    counted = posts[posts["content_id"].isin(taking_part)].groupby("account_id").size()
    busy = set(counted[counted >= least].index)
    weights: dict[tuple[str, str], int] = {}
    for account, _, other, _ in met:
        if account in busy or other in busy:
            pair = (min(account, other), max(account, other))
            weights[pair] = weights.get(pair, 0) + 1
    return weights


def text_traces(posts: pd.DataFrame) -> pa.Table:
    """Text traces of posts with the columns account, at and text, as the pipeline makes them."""
    ids: dict[str, str] = {}
    own: dict[str, str] = {}
    for text in posts["text"].unique():
        own[text] = own_words(text).text
        ids[text] = text_id(own[text])
    words = pa.chunked_array([pa.array([own[text] for text in posts["text"]], pa.string())])
    chosen = posts[enough_words(words).to_numpy(zero_copy_only=False)]
    at_us = chosen["at"].astype("datetime64[us]").astype("int64")
    objects = chosen["text"].map(ids)
    return _table("text", chosen["account"], objects, chosen["doc_id"], at_us, precision_s=60)


def _operation(shared: Path, window: str) -> pd.DataFrame:
    posts = pd.read_parquet(shared / "ira_tweets" / "tweets_dev.parquet")
    posts = posts[posts["window"] == window]
    account = "operation:" + posts["account"].astype(str)
    return pd.DataFrame({"account": account, "at": posts["timestamp"], "text": posts["text"]})


def _ordinary(shared: Path) -> pd.DataFrame:
    posts = pd.read_csv(
        shared / "organic_airline_tweets" / "tweets_dev.csv.gz", parse_dates=["timestamp"]
    )
    account = "ordinary:" + posts["account"]
    return pd.DataFrame({"account": account, "at": posts["timestamp"], "text": posts["text"]})


def _channels(shared: Path) -> pd.DataFrame:
    posts = pd.read_parquet(shared / "telegram_ru_news" / "messages_dev.parquet")
    posts = posts[posts["text"].notna()]
    at = posts["timestamp"].dt.tz_localize(None)
    frame = pd.DataFrame({"account": posts["channel_id"], "at": at, "text": posts["text"]})
    return _numbered(frame)


def _aligned(posts: pd.DataFrame) -> pd.DataFrame:
    """Both parts from the same midnight on."""
    part = posts["account"].str.split(":").str[0]
    first = posts.groupby(part)["at"].transform("min").dt.normalize()
    return _numbered(posts.assign(at=posts["at"] - first + pd.Timestamp("2020-01-01")))


def _numbered(posts: pd.DataFrame) -> pd.DataFrame:
    return posts.assign(doc_id=[f"doc-{number:07}" for number in range(len(posts))])


def _table(
    kind: str,
    account: pd.Series,
    obj: pd.Series,
    doc: pd.Series,
    at_us: pd.Series,
    *,
    precision_s: int = 1,
) -> pa.Table:
    n = len(account)
    return pa.table(
        {
            "trace_kind": pa.repeat(pa.scalar(kind), n),
            "account_id": pa.array(account.tolist(), pa.string()),
            "object_id": pa.array(obj.tolist(), pa.string()),
            "doc_id": pa.array(doc.tolist(), pa.string()),
            "at": pa.array(at_us.to_numpy(), pa.timestamp("us", tz="UTC")),
            "precision_s": pa.array(np.full(n, precision_s, dtype=np.int32)),
        },
        schema=TRACES.schema,
    )

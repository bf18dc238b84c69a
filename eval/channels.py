"""News channels: families of one owner are to be found and explained, and nothing to be queued.

Words, links and domains only: reworded posts need an encoder, and are the work of `baken run`.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from baken import schema
from baken.config import DetectConfig
from baken.detection.campaigns import flag_campaigns
from baken.detection.groups import find_groups
from baken.detection.network import find_edges
from baken.detection.traces import make_traces
from baken.nlp.text import own_words, text_id
from baken.protocols import DetectionView
from baken.urls import hashtags_in, links_in

# Channels that repost each other for one owner, by what their names have in common: the data's own
# notes name these three families.
FAMILIES = {"Biblioteka": "библиотека", "Topor": "топор", "Moscow": "москв"}

Row = dict[str, Any]


def run(shared: Path) -> list[Row]:
    """What enters the queue of the channels' posts alone, and what becomes of each family."""
    posts = pd.read_parquet(shared / "telegram_ru_news" / "messages_dev.parquet")
    posts = posts[posts["text"].notna()].reset_index(drop=True)
    view = view_of(posts)
    config = DetectConfig()
    traces = make_traces(view, config)
    edges = find_edges(traces, config)
    campaigns, _ = flag_campaigns(
        groups=find_groups(edges, traces, config),
        edges=edges,
        view=view,
        narratives=schema.empty(schema.NARRATIVES),
        previous=None,
        config=config,
        coverage="one data set",
    )
    found = campaigns.to_pylist()
    queued = [row for row in found if row["queue"]]
    names = dict(zip(posts["channel_id"], posts["channel_name"], strict=True))
    rows = [
        _row(
            "channels: candidates in the review queue",
            len(queued),
            "0",
            f"{len(edges)} edges, {len(found)} candidates; queued: "
            + ("; ".join(_told(row, names) for row in queued) or "none"),
        )
    ]
    rows += [_family(family, part, names, edges, found) for family, part in FAMILIES.items()]
    return rows


def _family(
    family: str, part: str, names: dict[str, str], edges: pa.Table, found: list[Row]
) -> Row:
    """How many pairs of a family have an edge, and what its candidate was explained by.

    The candidate with most of the family speaks for it; a name in common is no owner in common, so
    others may hold channels that the name alone put here. None of them may be queued.
    """
    members = sorted(f"channel:{key}" for key, name in names.items() if part in name.casefold())
    pairs = set(zip(edges["left"].to_pylist(), edges["right"].to_pylist(), strict=True))
    tied = sum(pair in pairs for pair in combinations(members, 2))
    inside = [row for row in found if len(set(members) & set(row["members"])) > 1]
    inside.sort(key=lambda row: -len(set(members) & set(row["members"])))
    told = "; ".join(_told(row, names) for row in inside) or "in no candidate"
    explained = (
        inside
        and not any(row["queue"] for row in inside)
        and any(item["verdict"] == "ruled-in" for item in inside[0]["benign"])
    )
    value = "explained" if tied and explained else "found" if tied else "missed"
    note = f"{len(members)} channels, {tied} pairs with an edge; {told}"
    return _row(f"channels: family {family}", value, "explained", note)


def _told(row: Row, names: dict[str, str]) -> str:
    members = ", ".join(names[name.partition(":")[2]] for name in row["members"])
    ruled_in = [item["benign_class"] for item in row["benign"] if item["verdict"] == "ruled-in"]
    weak = row["queue_reason"].startswith("weak")
    reason = row["queue_reason"] if weak or not ruled_in else ", ".join(ruled_in)
    return f"{members} [{reason}]"


def view_of(posts: pd.DataFrame) -> DetectionView:
    """Posts of channels as the pipeline has them once they are imported and annotated."""
    n = len(posts)
    ids = [f"doc-{number:06}" for number in range(n)]
    own = [own_words(text).text for text in posts["text"]]
    documents = {
        "doc_id": ids,
        "account_id": [f"channel:{channel}" for channel in posts["channel_id"]],
        "account_kind": ["outlet"] * n,
        "text": posts["text"].tolist(),
        "published_at": pa.array(posts["timestamp"], pa.timestamp("us", tz="UTC")),
        "published_precision": ["second"] * n,
        "links": [list(links_in(text)) for text in posts["text"]],
        "hashtags": [list(hashtags_in(text)) for text in posts["text"]],
    }
    annotations = {
        "doc_id": ids,
        "language": ["ru"] * n,
        "text_id": [text_id(text) for text in own],
        "own_text": own,
    }
    return DetectionView(
        documents=schema.filled(documents, schema.DOCUMENTS, n),
        annotations=schema.filled(annotations, schema.ANNOTATIONS, n),
        matches=schema.empty(schema.MATCHES),
        members=schema.empty(schema.MEMBERS),
        site_traits=schema.empty(schema.SITE_TRAITS),
    )


def _row(name: str, value: object, target: str, note: str) -> Row:
    return {"name": name, "value": value, "target": target, "note": note}

"""The files of the sample world: the posts, the source register, and the truth."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from baken.detection.simulate.cast import PLATFORM, Channel, Outlet
from baken.detection.simulate.pages import feed_path
from baken.detection.simulate.world import DEFAULT_PORT, Planted, Post, World
from baken.files import write_whole

POSTS = "posts.jsonl.gz"
SOURCES = "sources.toml"
TRUTH = "truth.json"

_BASIS = "Publicly published; sample world, nobody is real"
_PURPOSE = "Show how baken works"
_REVIEW_BY = "2036-12-31"


def export(world: World, folder: Path, *, port: int = DEFAULT_PORT) -> None:
    """Write `posts.jsonl.gz`, `sources.toml` and `truth.json` to `folder`.

    Addresses of the world carry `port`, which is where `serve` must listen.
    """
    lines = "".join(
        json.dumps(_row(post, world, port), ensure_ascii=False) + "\n" for post in world.posts
    )
    write_whole(folder / POSTS, gzip.compress(lines.encode(), mtime=0))
    entries = [
        *(_outlet_entry(source, port) for source in world.outlets),
        *(_channel_entry(channel, port) for channel in world.channels),
    ]
    write_whole(folder / SOURCES, "\n".join(_toml(entry) for entry in entries).encode())
    truth = json.dumps(_truth(world, port), ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / TRUTH, truth.encode())


def _row(post: Post, world: World, port: int) -> dict[str, Any]:
    urls = [world.with_port(link, port) for link in post.links]
    tags = " ".join(f"#{tag}" for tag in post.hashtags)
    return {
        "post_id": post.post_id,
        "platform": PLATFORM,
        "author": post.account.name,
        "created_at": post.published_at.isoformat(),
        "body": " ".join(part for part in (post.text, tags, *urls) if part),
        "urls": urls,
        "hashtags": list(post.hashtags),
        "reply_to": post.reply_to,
        "repost_of": post.repost_of,
    }


def _outlet_entry(source: Outlet, port: int) -> dict[str, Any]:
    base = f"http://{source.host}:{port}"
    return {
        "source_id": source.account_id,
        "name": source.name,
        "kind": source.kind,
        "url": f"{base}/",
        "feeds": [base + feed_path(source)],
        "sitemaps": [f"{base}/sitemap.xml"],
        "language": source.language,
        "country": source.country,
        "owner": source.owner,
        "tier": source.tier,
        "tier_reason": source.tier_reason,
        "basis": _BASIS,
        "purpose": _PURPOSE,
        "review_by": _REVIEW_BY,
    }


def _channel_entry(channel: Channel, port: int) -> dict[str, Any]:
    return {
        "source_id": channel.account_id,
        "name": channel.name,
        "kind": "channel",
        "url": f"http://{channel.host}:{port}{channel.path}",
        "language": channel.language,
        "country": channel.country,
        "basis": _BASIS,
        "purpose": _PURPOSE,
        "review_by": _REVIEW_BY,
    }


def _toml(entry: dict[str, Any]) -> str:
    lines = ["[[source]]"]
    for key, value in entry.items():
        if value is None:
            continue
        shown = value if key == "review_by" else json.dumps(value, ensure_ascii=False)
        lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"


def _truth(world: World, port: int) -> dict[str, Any]:
    def entries(planted: Iterable[Planted], label: str) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                label: one.kind,
                "accounts": sorted(one.accounts),
                "documents": sorted(world.with_port(key, port) for key in one.documents),
            }
            for one in planted
        ]

    return {
        "seed": world.seed,
        "platform": PLATFORM,
        "documents": world.documents,
        "authors": {post.post_id: post.account.name for post in world.posts},
        "campaigns": entries(world.campaigns, "kind"),
        "benign": entries(world.innocents, "class"),
    }

from __future__ import annotations

import gzip
import json
import tomllib
from dataclasses import fields
from pathlib import Path

from baken.detection.simulate import export
from baken.detection.simulate.world import World
from baken.model import Source, SourceKind, Tier


def test_posts_are_json_lines_with_foreign_column_names(world: World, tmp_path: Path) -> None:
    export(world, tmp_path)
    rows = [
        json.loads(line)
        for line in gzip.decompress((tmp_path / "posts.jsonl.gz").read_bytes()).splitlines()
    ]
    assert len(rows) == len(world.posts)
    assert {row["author"] for row in rows} == {account.name for account in world.accounts}
    known = {row["post_id"] for row in rows}
    assert len(known) == len(rows)
    assert all(row["reply_to"] in known for row in rows if row["reply_to"])
    assert any(row["repost_of"] in known for row in rows)


def test_sources_have_exactly_the_fields_of_the_register(world: World, tmp_path: Path) -> None:
    export(world, tmp_path, port=9000)
    entries = tomllib.loads((tmp_path / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert len(entries) == len(world.outlets) + len(world.channels)
    allowed = {field.name for field in fields(Source)}
    for entry in entries:
        assert set(entry) <= allowed
        assert SourceKind(entry["kind"])
        assert Tier(entry.get("tier", "unclassified")) is Tier.UNCLASSIFIED or entry["tier_reason"]
        assert ":9000/" in entry["url"]


def test_the_truth_names_addresses_with_the_port(world: World, tmp_path: Path) -> None:
    export(world, tmp_path, port=9000)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert [entry["kind"] for entry in truth["campaigns"]] == ["sites", "accounts"]
    assert all(":9000/" in address for address in truth["campaigns"][0]["documents"])
    assert all(entry["class"] and entry["documents"] for entry in truth["benign"])


def test_files_are_the_same_every_time(world: World, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(world, tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from baken.detection.simulate import larger, simulate
from baken.errors import UsageError


def _truth(folder: Path) -> dict[str, str]:
    with (folder / "truth.csv").open(encoding="utf-8") as lines:
        return {row["account"]: row["group"] for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("larger") / "world"
    simulate(60_000, 3, out)
    return out


def test_it_has_as_many_documents_as_asked_for(folder: Path) -> None:
    table = pq.read_table(folder / "posts-00001.parquet")
    assert table.num_rows == 60_000
    assert pc.count_distinct(table["post_id"]).as_py() == 60_000
    assert table.schema == larger.SCHEMA


def test_posts_come_in_order_of_time_and_with_the_hours_of_people(folder: Path) -> None:
    at = pq.read_table(folder / "posts-00001.parquet")["created_at"]
    assert bool(np.all(np.diff(at.to_numpy().astype("int64")) >= 0))
    hours = np.bincount(pc.hour(at).to_numpy(), minlength=24)
    assert hours[19] > 4 * hours[3]


def test_accounts_and_links_are_heavy_tailed(folder: Path) -> None:
    table = pq.read_table(folder / "posts-00001.parquet")
    for column in (table["author"], pc.list_flatten(table["urls"])):
        counts = np.sort(pc.value_counts(column).field("counts").to_numpy())[::-1]
        assert counts[: len(counts) // 10].sum() > 0.25 * counts.sum()


def test_planted_groups_share_text_and_link_within_minutes(folder: Path) -> None:
    table = pq.read_table(folder / "posts-00001.parquet")
    truth = _truth(folder)
    sizes = np.unique(list(truth.values()), return_counts=True)[1]
    assert len(set(sizes.tolist())) >= 3
    group = max(truth.values())
    members = [name for name, own in truth.items() if own == group]
    rows = table.filter(pc.is_in(table["author"], value_set=pc.cast(members, "string")))
    copies = rows.group_by("body").aggregate([("author", "count_distinct")])
    assert pc.sum(pc.greater_equal(copies["author_count_distinct"], 2)).as_py() >= 10


def test_reposts_repeat_an_earlier_post(folder: Path) -> None:
    table = pq.read_table(folder / "posts-00001.parquet")
    place = {name: at for at, name in enumerate(table["post_id"].to_pylist())}
    bodies = table["body"].to_pylist()
    reposts = [(at, place[name]) for at, name in enumerate(table["repost_of"].to_pylist()) if name]
    assert len(reposts) > 3_000
    assert all(first < at and bodies[first] == bodies[at] for at, first in reposts)


def test_the_same_seed_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    simulate(60_000, 3, tmp_path)
    for file in sorted(folder.iterdir()):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()


def test_it_streams_in_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(larger, "SHARD_DOCUMENTS", 1_000)
    sizes = [table.num_rows for table in larger.shards(20_000, 5, {})]
    assert sum(sizes) == 20_000
    assert len(sizes) == 20
    assert max(sizes) < 2_000
    done: list[int] = []
    simulate(5_000, 5, tmp_path, progress=lambda _stage, count, _total: done.append(count))
    assert done == sorted(done)
    assert done[-1] == 5_000


@pytest.mark.parametrize("documents", [1, 2, 37, 1_000])
def test_small_worlds_work_too(documents: int, tmp_path: Path) -> None:
    simulate(documents, 1, tmp_path)
    assert pq.read_table(tmp_path / "posts-00001.parquet").num_rows == documents
    assert bool(_truth(tmp_path)) == (documents >= 1_000)


def test_a_folder_with_a_world_is_left_alone(folder: Path) -> None:
    with pytest.raises(UsageError, match="choose an empty folder"):
        simulate(10, 1, folder)


@pytest.mark.parametrize("documents", [0, -1, 10_000_001])
def test_an_impossible_size_is_refused(documents: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="10,000,000"):
        simulate(documents, 1, tmp_path)

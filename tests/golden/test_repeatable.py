"""The same input gives the same results in any order, and after being killed at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from baken import schema
from baken.config import load
from baken.store.project import Project
from baken.store.tables import sorted_by_key

BAKEN = Path(sys.executable).with_name("baken")
ORDER = ("--purpose", "p", "--legal-basis", "l", "--scope", "s", "--approver", "a")
MAPPING = [
    f"--map={field}={column}"
    for field, column in {
        "id": "post_id",
        "account": "author",
        "text": "body",
        "published": "created_at",
        "urls": "urls",
        "hashtags": "hashtags",
        "repost_of": "repost_of",
    }.items()
]
DOCUMENTS = 4_000
RESULTS = (schema.ANNOTATIONS, schema.MATCHES, schema.MEMBERS, schema.EDGES, schema.CAMPAIGNS)

pytestmark = pytest.mark.timeout(600)


def command(folder: Path, *arguments: str) -> list[str]:
    return [str(BAKEN), "--project", str(folder), *arguments]


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "BAKEN__NLP__EMBEDDER": "hashing"}
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def import_posts(folder: Path, file: Path) -> str:
    return run(folder, "import", str(file), *MAPPING, "--dataset=posts", "--platform=plaza")


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    run(folder, "simulate", "--documents", str(DOCUMENTS), "--seed", "5", "--out", str(folder))
    (file,) = folder.glob("*.parquet")
    return file


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory, posts: Path) -> Path:
    folder = tmp_path_factory.mktemp("straight") / "project"
    run(folder, "init", *ORDER, "--end", _in_a_month())
    import_posts(folder, posts)
    run(folder, "analyse")
    run(folder, "detect")
    return folder


def _in_a_month() -> str:
    from datetime import UTC, datetime, timedelta

    return str(datetime.now(UTC).date() + timedelta(days=30))


def another(straight: Path, folder: Path) -> Path:
    """An empty project with the same key and configuration."""
    run(folder, "init", *ORDER, "--end", _in_a_month())
    shutil.copy(straight / "secret" / "pseudonym.key", folder / "secret" / "pseudonym.key")
    shutil.copy(straight / "baken.toml", folder / "baken.toml")
    return folder


def results(folder: Path) -> dict[str, pa.Table]:
    tables = Project(load(folder / "baken.toml", {})).tables
    return {spec.name: sorted_by_key(tables.read(spec), spec) for spec in RESULTS}


def test_the_order_of_the_rows_does_not_matter(straight: Path, posts: Path, tmp_path: Path) -> None:
    table = pq.read_table(posts)
    order = list(range(table.num_rows))
    random.Random(1).shuffle(order)
    shuffled = tmp_path / "shuffled.parquet"
    pq.write_table(table.take(pa.array(order)), shuffled)
    folder = another(straight, tmp_path / "project")
    import_posts(folder, shuffled)
    run(folder, "analyse")
    run(folder, "detect")
    expected, found = results(straight), results(folder)
    for name, rows in expected.items():
        assert found[name].equals(rows), name
    assert expected["edges"].num_rows > 0


def killed_after(folder: Path, wait_s: float, *arguments: str) -> None:
    environment = {**os.environ, "BAKEN__NLP__EMBEDDER": "hashing"}
    process = subprocess.Popen(
        command(folder, *arguments),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    time.sleep(wait_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_at_any_moment_the_next_run_carries_on(
    straight: Path, posts: Path, tmp_path: Path
) -> None:
    folder = another(straight, tmp_path / "project")
    with (folder / "baken.toml").open("a", encoding="utf-8") as file:
        file.write("\n[imports]\nbatch_rows = 100\n")
    importing = ("import", str(posts), *MAPPING, "--dataset=posts", "--platform=plaza")
    for wait_s in (1.5, 2.5, 3.5):
        killed_after(folder, wait_s, *importing)
    import_posts(folder, posts)
    for wait_s in (2.0, 4.0, 6.0):
        killed_after(folder, wait_s, "analyse")
    run(folder, "analyse")
    killed_after(folder, 3.0, "detect")
    run(folder, "detect")
    expected, found = results(straight), results(folder)
    assert found["annotations"].num_rows == DOCUMENTS
    for name, rows in expected.items():
        assert found[name].equals(rows), name

"""Real data to candidate campaigns: 262,935 posts of an operation among ordinary ones.

Slow: run it with `make test-slow`. The limits are those of a machine with two cores.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from baken.config import load
from baken.store.project import Project

BAKEN = Path(sys.executable).with_name("baken")
LIMIT_S = 15 * 60
LIMIT_BYTES = 6 * 2**30

pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.timeout(2 * LIMIT_S)]


def baken(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(BAKEN), "--project", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_an_operation_among_ordinary_posts(shared_data: Path, tmp_path: Path) -> None:
    end = str(datetime.now(UTC).date() + timedelta(days=2))
    order = ("--purpose", "p", "--legal-basis", "l", "--scope", "s", "--approver", "a")
    baken(tmp_path, "init", *order, "--end", end)
    columns = ("--map=account=account", "--map=text=text", "--map=published=timestamp")
    started_s = time.monotonic()
    for file in ("ira_tweets/tweets_dev.parquet", "organic_airline_tweets/tweets_dev.csv.gz"):
        baken(tmp_path, "import", str(shared_data / file), *columns, "--platform=twitter")
    baken(tmp_path, "analyse")
    baken(tmp_path, "detect")
    elapsed_s = time.monotonic() - started_s
    peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

    flagged = json.loads(baken(tmp_path, "campaigns", "list", "--json"))
    queued = {row["campaign_id"] for row in flagged if row["queue"]}
    assert queued
    ordinary = _ordinary_accounts(shared_data, tmp_path)
    for campaign_id in sorted(queued):
        shown = json.loads(baken(tmp_path, "campaigns", "show", campaign_id, "--json"))
        assert ordinary.isdisjoint(shown["members"])
    assert elapsed_s < LIMIT_S
    assert peak_bytes < LIMIT_BYTES


def _ordinary_accounts(shared_data: Path, folder: Path) -> set[str]:
    posts = pd.read_csv(shared_data / "organic_airline_tweets" / "tweets_dev.csv.gz")
    pseudonymise = Project(load(folder / "baken.toml", {})).pseudonymise
    return {pseudonymise("twitter", str(name)) for name in posts["account"].unique()}

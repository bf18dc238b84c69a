"""coordination-network-toolkit on a CSV file: `python toolkit.py PYTHON FOLDER TIMEOUT_S`.

PYTHON is that of an environment with `pip install coordination-network-toolkit`. FOLDER holds
posts.csv, in the toolkit's own columns, and truth.csv (account, group). Prints one JSON object: for
each command its seconds and processor seconds (null where it failed or was stopped after TIMEOUT_S;
`error` says which), peak gigabytes, edges of its default weight, and their precision, the share
that joins two accounts of one planted group.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

WINDOW_S = 60
# The toolkit shows edges of this weight unless told otherwise.
MIN_WEIGHT = 2
# Co-similarity comes last: it may take longer than all the others.
JOBS = ("co_link", "co_tweet", "co_retweet", "co_post", "co_similar_tweet")


def main(python: str, folder: Path, timeout_s: float) -> dict[str, Any]:
    """Load the posts, then make each network."""
    database = folder / "posts.db"
    command = [python, "-m", "coordination_network_toolkit", str(database)]
    found = {"load": _timed([*command, "preprocess", str(folder / "posts.csv")], timeout_s)}
    truth = _truth(folder / "truth.csv")
    for job in JOBS:
        options = ["--time_window", str(WINDOW_S), "--output_format", "graphml"]
        output = ["--output_file", str(folder / f"{job}.graphml")]
        result = _timed([*command, "compute", job, *options, *output], timeout_s)
        if result["seconds"] is not None:
            result |= _precision(database, job, truth)
        found[job] = result
        print(job, result, file=sys.stderr, flush=True)
    return found


def _timed(command: list[str], timeout_s: float) -> dict[str, Any]:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stderr is not None
    ended = False
    while not ended and time.perf_counter() - start < timeout_s:
        time.sleep(0.05)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        ended = pid != 0
    if not ended:
        os.killpg(process.pid, 9)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = -9
        error: str | None = f"stopped after {timeout_s:.0f} s"
    else:
        process.returncode = os.waitstatus_to_exitcode(status)
        said = process.stderr.read().decode().splitlines()[-1:]
        error = f"exit {process.returncode} {''.join(said)[:200]}" if process.returncode else None
    return {
        "seconds": None if error else time.perf_counter() - start,
        "cpu_seconds": None if error else usage.ru_utime + usage.ru_stime,
        # Linux gives kilobytes.
        "gigabytes": usage.ru_maxrss / 1e6,
        "error": error,
    }


def _precision(database: Path, job: str, truth: dict[str, str]) -> dict[str, Any]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            f"select user_1, user_2 from {job}_network where weight >= ? and user_1 <> user_2",
            (MIN_WEIGHT,),
        )
        pairs = {(min(one, other), max(one, other)) for one, other in rows}
    right = sum(one in truth and truth.get(one) == truth.get(other) for one, other in pairs)
    return {"edges": len(pairs), "precision": right / len(pairs) if pairs else None}


def _truth(file: Path) -> dict[str, str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["account"]: row["group"] for row in csv.DictReader(lines)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))))

"""Coordination at a million posts and more: time and memory, beside the standard toolkit.

One simulated file goes to both. The toolkit (coordination-network-toolkit) is measured when its
command `compute_networks` is on the path, and left out otherwise. Each job is a process of its own,
so that its peak memory is its own.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from baken import schema
from baken.config import DetectConfig
from baken.detection.evaluate import evaluate_coordination
from baken.detection.groups import find_groups
from baken.detection.network import find_edges
from baken.detection.simulate import larger
from baken.detection.traces import make_traces
from baken.protocols import DetectionView

POSTS = (100_000, 1_000_000)
SEED = 1
# Co-link, co-text and co-post; co-similarity is made of the matches, which are timed apart.
TRACES = ("url", "text", "rhythm")
TOOLKIT = "compute_networks"
TOOLKIT_JOBS = ("co_link", "co_tweet", "co_similar_tweet", "co_post")
TOOLKIT_WINDOW_S = 60
# What the toolkit needed for all of co-link, co-text, co-similarity and co-post at a million posts.
TOOLKIT_S, TOOLKIT_GB = 742, 2.9
VIRAL_ACCOUNTS = 200_000

Row = dict[str, Any]


def run(shared: Path) -> list[Row]:
    """Seconds and gigabytes at each size, growth, and a page that 200,000 accounts share."""
    del shared
    rows, seconds = [], []
    for posts in POSTS:
        result = _measured("ours", posts)
        seconds.append(result["seconds"])
        rows += _own_rows(posts, result)
        rows += _toolkit_rows(posts)
    growth = seconds[-1] / seconds[0]
    times = POSTS[-1] // POSTS[0]
    rows.append(_row(f"coordination: time for {times}-fold data", round(growth, 1), "<= 12", ""))
    viral = _measured("viral", VIRAL_ACCOUNTS)
    note = f"peak {viral['gigabytes']:.2f} GB, {viral['edges']} edges"
    name = f"coordination: one page shared by {VIRAL_ACCOUNTS:,} accounts, seconds"
    rows.append(_row(name, round(viral["seconds"], 1), "reported", note))
    return rows


def _own_rows(posts: int, result: dict[str, float]) -> list[Row]:
    name = f"coordination: {posts:,} posts"
    million = posts == 1_000_000
    note = f"{', '.join(TRACES)}: traces, test and groups; {int(result['edges'])} edges"
    return [
        _row(
            f"{name}, seconds",
            round(result["seconds"], 1),
            f"<= {TOOLKIT_S / 20:.0f}" if million else "reported",
            note,
        ),
        _row(
            f"{name}, peak GB",
            round(result["gigabytes"], 2),
            f"<= {TOOLKIT_GB}" if million else "reported",
            "with the simulated posts in memory",
        ),
        _row(f"{name}, edge precision", round(result["precision"], 3), ">= 0.95", ""),
        _row(f"{name}, edge recall", round(result["recall"], 3), "reported", ""),
    ]


def world(posts: int) -> tuple[pa.Table, dict[str, str]]:
    """The simulated posts, and the group of each planted account."""
    truth: dict[str, str] = {}
    return pa.concat_tables(list(larger.shards(posts, SEED, truth))), truth


def view_of(posts: pa.Table) -> DetectionView:
    """What detection sees of simulated posts, each text being its own words."""
    n = len(posts)
    text_ids = posts["body"].combine_chunks().dictionary_encode().indices.cast(pa.string())
    documents = {
        "doc_id": posts["post_id"],
        "account_id": posts["author"],
        "account_kind": pa.repeat("person", n),
        "text": posts["body"],
        "published_at": posts["created_at"],
        "published_precision": pa.repeat("second", n),
        "links": posts["urls"],
        "hashtags": posts["hashtags"],
        "repost_of": posts["repost_of"],
    }
    annotations = {"doc_id": posts["post_id"], "text_id": text_ids, "own_text": posts["body"]}
    return DetectionView(
        documents=_filled(documents, schema.DOCUMENTS, n),
        annotations=_filled(annotations, schema.ANNOTATIONS, n),
        matches=schema.empty(schema.MATCHES),
        members=schema.empty(schema.MEMBERS),
        site_traits=schema.empty(schema.SITE_TRAITS),
    )


def _filled(columns: dict[str, Any], spec: schema.TableSpec, n: int) -> pa.Table:
    return pa.table(
        {field.name: columns.get(field.name, pa.nulls(n, field.type)) for field in spec.schema}
    )


def ours(posts: int) -> dict[str, float]:
    """Traces, test and groups of the simulated posts; making them is not timed."""
    table, truth = world(posts)
    view = view_of(table)
    config = DetectConfig(traces=TRACES)
    begin = time.perf_counter()
    traces = make_traces(view, config)
    edges = find_edges(traces, config)
    groups = find_groups(edges, traces, config)
    seconds = time.perf_counter() - begin
    pairs = evaluate_coordination(edges, groups, truth)["pairs"]
    return {
        "seconds": seconds,
        "edges": len(edges),
        "precision": pairs["precision"] or 0.0,
        "recall": pairs["recall"] or 0.0,
    }


def viral(accounts: int) -> dict[str, float]:
    """A page that everybody shares within two hours, and one more each."""
    n = 2 * accounts
    numbers = pa.array([place % accounts for place in range(n)])
    pages = pa.array(["https://viral.example/"] * accounts + ["https://also.example/"] * accounts)
    at = pc.cast(
        pc.multiply(pa.array([(place * 7919) % 7_200 for place in range(n)]), 1_000_000),
        pa.timestamp("us", tz="UTC"),
    )
    traces = pa.table(
        {
            "trace_kind": pa.repeat("url", n),
            "account_id": pc.binary_join_element_wise("person", pc.cast(numbers, pa.string()), ":"),
            "object_id": pages,
            "doc_id": pc.cast(pa.array(range(n)), pa.string()),
            "at": at,
            "precision_s": pa.repeat(pa.scalar(1, pa.int32()), n),
        }
    )
    begin = time.perf_counter()
    edges = find_edges(traces, DetectConfig())
    return {"seconds": time.perf_counter() - begin, "edges": len(edges)}


def _toolkit_rows(posts: int) -> list[Row]:
    if shutil.which(TOOLKIT) is None:
        return []
    result = _measured("toolkit", posts)
    note = f"{TOOLKIT_WINDOW_S} s window; peak {result['gigabytes']:.2f} GB"
    return [
        _row(
            f"coordination: {posts:,} posts, the standard toolkit, seconds",
            round(result["seconds"], 1),
            "reported",
            note,
        )
    ]


def toolkit(posts: int) -> dict[str, float]:
    """Load and the four networks of the standard toolkit."""
    table, _ = world(posts)
    with tempfile.TemporaryDirectory() as folder:
        file, database = Path(folder) / "posts.csv", Path(folder) / "posts.db"
        _write(table, file)
        begin = time.perf_counter()
        command = [TOOLKIT, str(database)]
        subprocess.run([*command, "preprocess", str(file)], check=True, capture_output=True)
        for job in TOOLKIT_JOBS:
            options = ["--time_window", str(TOOLKIT_WINDOW_S), "--output_format", "graphml"]
            output = ["--output_file", str(Path(folder) / job)]
            subprocess.run(
                [*command, "compute", job, *options, *output], check=True, capture_output=True
            )
        return {"seconds": time.perf_counter() - begin, "edges": 0}


def _write(posts: pa.Table, file: Path) -> None:
    header = ("message_id", "user_id", "username", "repost_id", "reply_id", "message")
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow((*header, "timestamp", "urls"))
        for row in posts.to_pylist():
            writer.writerow(
                (
                    row["post_id"],
                    row["author"],
                    row["author"],
                    row["repost_of"] or "",
                    "",
                    row["body"],
                    row["created_at"].timestamp(),
                    " ".join(row["urls"] or ()),
                )
            )


def _measured(job: str, size: int) -> dict[str, float]:
    """Run one job in a process of its own; what it prints, with its peak memory."""
    import json

    done = subprocess.run(
        [sys.executable, __file__, job, str(size)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(name: str, value: float, target: str, note: str) -> Row:
    return {"name": name, "value": value, "target": target, "note": note}


if __name__ == "__main__":
    import json
    import resource

    jobs = {"ours": ours, "viral": viral, "toolkit": toolkit}
    if len(sys.argv) > 2:
        answer = jobs[sys.argv[1]](int(sys.argv[2]))
        who = resource.RUSAGE_CHILDREN if sys.argv[1] == "toolkit" else resource.RUSAGE_SELF
        # Linux gives kilobytes.
        answer["gigabytes"] = resource.getrusage(who).ru_maxrss / 1e6
        print(json.dumps(answer))
    else:
        for row in run(Path()):
            print(f"{row['name']:70} {row['value']:>9} {row['target']:>9}  {row['note']}")

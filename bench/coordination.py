"""Coordination at a million posts and more: time and memory, beside the standard toolkit.

One simulated file goes to both. coordination-network-toolkit runs in an environment of its own
(`pip install coordination-network-toolkit`), whose python BAKEN_BENCH_CNT_PYTHON names; each of its
commands is stopped after BAKEN_BENCH_CNT_TIMEOUT_S. BAKEN_BENCH_COORDINATION_POSTS makes the
largest run smaller. Each job is a process of its own, so that its peak memory is its own.
Compared are processor seconds, which other work on the machine does not change.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from apart import apart, peak_gb

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
# The counterparts of the toolkit's co-link, co-tweet, co-retweet, co-post and co-similarity. Texts
# are not matched by meaning here, so that similar ones are near copies, as they are with it.
TRACES = ("url", "text", "repost", "rhythm", "similar-text")
COMPARED = ("load", "co_link", "co_tweet", "co_retweet", "co_post", "co_similar_tweet")
# Every kind of trace that the simulated posts leave.
ALL_TRACES = (*TRACES, "domain", "hashtag", "hashtag-sequence")
MOST_POSTS, MOST_MINUTES, MOST_GB = 10_000_000, 15, 16
TOOLKIT_PYTHON = "BAKEN_BENCH_CNT_PYTHON"
TIMES_FASTER = 20
VIRAL_ACCOUNTS = 200_000

Row = dict[str, Any]


def run(_shared: Path) -> list[Row]:
    """Both on one file at a million posts, growth, all traces of ten million, a viral page."""
    rows, seconds = [], []
    for posts in POSTS:
        result = _measured("ours", posts)
        seconds.append(result["cpu_seconds"])
        rows += _own_rows(f"coordination: {posts:,} posts", result, TRACES)
    rows += _beside(POSTS[-1], result)
    rows.append(_growth(POSTS[-1] / POSTS[0], seconds[-1] / seconds[0], TRACES))
    rows += _largest(int(os.environ.get("BAKEN_BENCH_COORDINATION_POSTS", MOST_POSTS)))
    viral = _measured("viral", VIRAL_ACCOUNTS)
    note = f"peak {viral['gigabytes']:.2f} GB, {viral['edges']} edges"
    name = f"coordination: one page shared by {VIRAL_ACCOUNTS:,} accounts, seconds"
    rows.append(_row(name, round(viral["seconds"], 1), "reported", note))
    return rows


def _own_rows(name: str, result: dict[str, float], traces: tuple[str, ...]) -> list[Row]:
    note = (
        f"{', '.join(traces)}: traces, test and groups; {result['cpu_seconds']:.1f} of processor "
        f"time; {int(result['edges'])} edges"
    )
    memory = f"of it {result['before_gigabytes']:.2f} are the simulated posts"
    return [
        _row(f"{name}, seconds", round(result["seconds"], 1), "reported", note),
        _row(f"{name}, peak GB", round(result["gigabytes"], 2), "reported", memory),
        _row(f"{name}, edge precision", round(result["precision"], 3), ">= 0.95", ""),
        _row(f"{name}, edge recall", round(result["recall"], 3), "reported", ""),
    ]


def _growth(times: float, growth: float, traces: tuple[str, ...]) -> Row:
    name = f"coordination: time for {times:.0f}-fold data"
    return _row(name, round(growth, 1), "<= 12", f"processor time; {', '.join(traces)}")


def _largest(posts: int) -> list[Row]:
    smaller, larger_run = (_measured("all", size) for size in (posts // 10, posts))
    rows = _own_rows(f"coordination: {posts:,} posts, all traces", larger_run, ALL_TRACES)
    rows[0]["target"], rows[1]["target"] = f"<= {MOST_MINUTES * 60}", f"<= {MOST_GB}"
    return [*rows, _growth(10, larger_run["cpu_seconds"] / smaller["cpu_seconds"], ALL_TRACES)]


def _beside(posts: int, own: dict[str, float]) -> list[Row]:
    """The toolkit's commands on the same posts, and how many times faster we are than they."""
    faster = "coordination: times faster than the toolkit"
    python = os.environ.get(TOOLKIT_PYTHON)
    if not python:
        why = f"not measured: set {TOOLKIT_PYTHON} to a python with coordination-network-toolkit"
        return [_row(faster, "-", f">= {TIMES_FASTER}", why)]
    found = toolkit(posts, python)
    rows = []
    for job, result in found.items():
        seconds = result["seconds"]
        note = f"peak {result['gigabytes']:.2f} GB"
        if seconds is not None:
            note += f", {result['cpu_seconds']:.1f} of processor time"
        if result.get("precision") is not None:
            note += f", {result['edges']:,} edges, precision {result['precision']:.3f}"
        name = f"coordination: {posts:,} posts, the toolkit, {job}, seconds"
        shown = "-" if seconds is None else round(seconds, 1)
        rows.append(_row(name, shown, "reported", f"{result['error'] or ''} {note}".strip()))
    compared = [found[job] for job in COMPARED]
    if any(result["seconds"] is None for result in compared):
        return [*rows, _row(faster, "-", f">= {TIMES_FASTER}", "a command did not end")]
    times = sum(result["cpu_seconds"] for result in compared) / own["cpu_seconds"]
    memory = max(result["gigabytes"] for result in compared)
    note = (
        f"processor time; {', '.join(COMPARED)}; its peak {memory:.2f} GB, "
        f"ours {own['gigabytes']:.2f}"
    )
    return [*rows, _row(faster, round(times, 1), f">= {TIMES_FASTER}", note)]


def world(posts: int) -> tuple[pa.Table, dict[str, str]]:
    """The simulated posts, and the group of each planted account."""
    truth: dict[str, str] = {}
    return pa.concat_tables(list(larger.shards(posts, SEED, truth))), truth


def view_of(posts: pa.Table) -> DetectionView:
    """What detection sees of simulated posts, each text being its own words."""
    n = len(posts)
    text_ids = pa.chunked_array(
        [
            [blake2b(text.encode(), digest_size=8).hexdigest() for text in part.to_pylist()]
            for part in posts["body"].chunks
        ]
    )
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
        documents=schema.filled(documents, schema.DOCUMENTS, n),
        annotations=schema.filled(annotations, schema.ANNOTATIONS, n),
        matches=schema.empty(schema.MATCHES),
        members=schema.empty(schema.MEMBERS),
        site_traits=schema.empty(schema.SITE_TRAITS),
    )


def ours(posts: int, kinds: tuple[str, ...] = TRACES) -> dict[str, float]:
    """Traces, test and groups of the simulated posts; making them is not timed."""
    table, truth = world(posts)
    view = view_of(table)
    del table
    config = DetectConfig(traces=kinds)
    before = peak_gb()
    begin, begin_cpu = time.perf_counter(), time.process_time()
    traces = make_traces(view, config)
    edges = find_edges(traces, config)
    groups = find_groups(edges, traces, config)
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - begin_cpu
    pairs = evaluate_coordination(edges, groups, truth)["pairs"]
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "before_gigabytes": before,
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


def toolkit(posts: int, python: str) -> dict[str, dict[str, Any]]:
    """What each command of the toolkit took, on the same posts in its own format."""
    table, truth = world(posts)
    timeout_s = os.environ.get("BAKEN_BENCH_CNT_TIMEOUT_S", "900")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(table, folder / "posts.csv")
        accounts = pa.table({"account": list(truth), "group": list(truth.values())})
        arrow_csv.write_csv(accounts, folder / "truth.csv")
        del table
        script = Path(__file__).parent / "beside" / "toolkit.py"
        done = subprocess.run(
            [sys.executable, script, python, folder, timeout_s],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _write(posts: pa.Table, file: Path) -> None:
    n = len(posts)
    columns = {
        "message_id": posts["post_id"],
        "user_id": posts["author"],
        "username": posts["author"],
        "repost_id": pc.fill_null(posts["repost_of"], ""),
        "reply_id": pa.repeat("", n),
        "message": posts["body"],
        "timestamp": pc.divide(pc.cast(posts["created_at"], pa.int64()), 1_000_000),
        "urls": pc.fill_null(pc.binary_join(posts["urls"], " "), ""),
    }
    arrow_csv.write_csv(pa.table(columns), file)


def _measured(job: str, size: int) -> dict[str, float]:
    """Run one job in a process of its own; what it prints, with its peak memory."""
    found: dict[str, float] = apart(__file__, job, size)
    return found


def _row(name: str, value: float | str, target: str, note: str) -> Row:
    return {"name": name, "value": value, "target": target, "note": note}


if __name__ == "__main__":
    jobs = {"ours": ours, "all": lambda posts: ours(posts, ALL_TRACES), "viral": viral}
    answer = jobs[sys.argv[1]](int(sys.argv[2]))
    answer["gigabytes"] = peak_gb()
    print(json.dumps(answer))

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.config import DetectConfig
from baken.detection.groups import find_groups
from baken.detection.network import find_edges
from baken.schema import EDGES, TRACES, from_rows

BEGIN = datetime(2025, 3, 3, tzinfo=UTC)
CONFIG = DetectConfig()


_NUMBERS = itertools.count()


def trace(account, obj, at_s, *, kind="url", precision_s=1):
    return {
        "trace_kind": kind,
        "account_id": account,
        "object_id": obj,
        "doc_id": f"doc-{next(_NUMBERS):07}",
        "at": BEGIN + timedelta(seconds=int(at_s)),
        "precision_s": precision_s,
    }


def background(rng, kind="url", posts=3_000, accounts=300, objects=400):
    popular = 1 / np.arange(1, objects + 1)
    chosen = rng.choice(objects, posts, p=popular / popular.sum())
    return [
        trace(
            f"person:{rng.integers(accounts):04}",
            f"object-{obj}",
            rng.uniform(0, 14 * 86_400),
            kind=kind,
        )
        for obj in chosen
    ]


def in_step(rng, *, size=5, events=6, jitter_s=300, kind="url", precision_s=1):
    return [
        trace(
            f"planted:{member}",
            f"planted-{event}",
            begin + rng.uniform(0, jitter_s),
            kind=kind,
            precision_s=precision_s,
        )
        for event, begin in enumerate(rng.uniform(0, 14 * 86_400, events))
        for member in range(size)
    ]


def table(rows):
    return from_rows(rows, TRACES)


@pytest.mark.parametrize("kind", ["url", "text", "repost"])
def test_a_group_in_step_is_found_and_nobody_else(kind):
    rng = np.random.default_rng(5)
    traces = table([*background(rng, kind), *in_step(rng, kind=kind)])
    edges = find_edges(traces, CONFIG)
    assert len(edges) == 10
    assert all(row["left"].startswith("planted:") for row in edges.to_pylist())
    groups = find_groups(edges, traces, CONFIG)
    assert groups["members"].to_pylist() == [[f"planted:{member}" for member in range(5)]]


def test_an_edge_carries_what_was_counted_and_the_very_documents():
    rng = np.random.default_rng(5)
    rows = [*background(rng), *in_step(rng)]
    edge = find_edges(table(rows), CONFIG).to_pylist()[0]
    account = {row["doc_id"]: row["account_id"] for row in rows}
    obj = {row["doc_id"]: row["object_id"] for row in rows}
    assert edge["observed"] == len(edge["doc_pairs"]) == 6
    assert edge["expected"] < 0.1
    assert edge["p_value"] < edge["q_value"] <= CONFIG.q_max
    assert 0 < edge["cosine"] <= 1
    for pair in edge["doc_pairs"]:
        assert account[pair["left"]] == edge["left"]
        assert account[pair["right"]] == edge["right"]
        assert obj[pair["left"]] == obj[pair["right"]]
    assert sorted(edge["objects"]) == sorted(obj[pair["left"]] for pair in edge["doc_pairs"])


def test_documents_of_an_edge_are_bounded():
    rng = np.random.default_rng(5)
    config = DetectConfig(max_documents_per_edge=2)
    edges = find_edges(table([*background(rng), *in_step(rng)]), config)
    assert {len(pairs) for pairs in edges["doc_pairs"].to_pylist()} == {2}
    assert set(edges["observed"].to_pylist()) == {6}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["url", "text"])
def test_an_innocent_world_has_no_edges(seed, kind):
    rng = np.random.default_rng(seed)
    assert len(find_edges(table(background(rng, kind)), CONFIG)) == 0


def test_one_viral_object_is_no_evidence_and_no_burden():
    crowd = 20_000
    rng = np.random.default_rng(0)
    at_s = rng.uniform(0, 3_000, crowd)
    rows = [trace(f"person:{i:06}", "viral", at_s[i]) for i in range(crowd)]
    rows += [trace(f"person:{i:06}", "viral too", at_s[i]) for i in range(crowd)]
    assert len(find_edges(table(rows), CONFIG)) == 0


def test_a_date_alone_is_no_synchrony():
    rng = np.random.default_rng(5)
    rows = [*background(rng), *in_step(rng, jitter_s=1, precision_s=86_400)]
    edges = find_edges(table(rows), CONFIG)
    assert set(edges["window_s"].to_pylist()) <= {86_400}
    assert len(find_edges(table(rows), DetectConfig(windows_s=(600,)))) == 0


def test_posts_without_a_time_leave_no_edge():
    rng = np.random.default_rng(5)
    rows = [*background(rng), *({**row, "at": None} for row in in_step(rng))]
    assert len(find_edges(table(rows), CONFIG)) == 0


def test_exempt_objects_are_no_evidence():
    rng = np.random.default_rng(5)
    traces = table([*background(rng), *in_step(rng)])
    exempt = {f"planted-{event}" for event in range(6)}
    assert len(find_edges(traces, CONFIG, exempt=exempt)) == 0


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random):
    rng = np.random.default_rng(5)
    rows = [*background(rng, "text", posts=800), *in_step(rng, kind="text")]
    traces = table(rows)
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    assert find_edges(traces.take(pa.array(shuffled)), CONFIG).equals(find_edges(traces, CONFIG))


def test_no_traces_no_edges():
    edges = find_edges(TRACES.schema.empty_table(), CONFIG)
    assert edges.schema == EDGES.schema
    assert len(edges) == 0


def test_a_crowd_that_owns_its_texts_is_found_among_people_who_write_their_own():
    # Everybody of the crowd takes a random part of its texts: popular among the crowd alone.
    rng = np.random.default_rng(2)
    rows = [
        trace(f"person:{n % 400:04}", f"own-{n}", rng.uniform(0, 14 * 86_400), kind="text")
        for n in range(2_000)
    ]
    for text in range(600):
        begin = rng.uniform(0, 14 * 86_400)
        rows += [
            trace(f"crowd:{member:02}", f"shared-{text}", begin + rng.uniform(0, 200), kind="text")
            for member in rng.choice(40, 10, replace=False)
        ]
    edges = find_edges(table(rows), CONFIG)
    found = {account for name in ("left", "right") for account in edges[name].to_pylist()}
    assert found == {f"crowd:{member:02}" for member in range(40)}
    assert "background" in edges["method"].to_pylist()

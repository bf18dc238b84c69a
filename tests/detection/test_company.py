"""Sets that come back together among many other posts, and those that only look like it."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from baken.config import DetectConfig
from baken.detection import null
from baken.detection.company import MIN_SET, companies
from baken.detection.events import events_of
from baken.detection.network import find_edges
from baken.detection.scales import corrections, grid_of, scales
from baken.schema import TRACES, from_rows

BEGIN = datetime(2025, 3, 3, tzinfo=UTC)
DAYS_S = 14 * 86_400
CONFIG = DetectConfig()


_NUMBERS = itertools.count()


def trace(account, obj, at_s):
    return {
        "trace_kind": "url",
        "account_id": account,
        "object_id": obj,
        "doc_id": f"doc-{next(_NUMBERS):07}",
        "at": BEGIN + timedelta(seconds=int(at_s)),
        "precision_s": 1,
    }


def busy_world(
    rng,
    *,
    size=6,
    events=5,
    other=240,
    accounts=400,
    objects=600,
    step_s=3_600,
    presence=1.0,
    rival=0.0,
):
    """Organic posts, and a set whose members post `other` of them for every `events` in step.

    A member takes part with chance `presence`; a post in step shows another object than its
    event's with chance `rival`.
    """
    popular = 1 / np.arange(1, objects + 1)
    popular /= popular.sum()
    names = [f"person:{number:04}" for number in rng.integers(accounts, size=12_000)]
    names += [f"planted:{member}" for member in range(size) for _ in range(other)]
    rows = [
        trace(name, f"object-{obj}", at_s)
        for name, obj, at_s in zip(
            names,
            rng.choice(objects, len(names), p=popular),
            rng.uniform(0, DAYS_S, len(names)),
            strict=True,
        )
    ]
    for event, begin in enumerate(rng.uniform(0, DAYS_S - step_s, events)):
        rows += [
            trace(
                f"planted:{member}",
                f"planted-{event}" + (f"-{rng.integers(3)}" if rng.random() < rival else ""),
                begin + rng.uniform(0, step_s),
            )
            for member in range(size)
            if rng.random() < presence
        ]
    return rows


def pairs_of(edges):
    return set(zip(edges["left"].to_pylist(), edges["right"].to_pylist(), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_a_set_is_found_that_no_pair_of_it_would_show(seed):
    edges = find_edges(from_rows(busy_world(np.random.default_rng(seed)), TRACES), CONFIG)
    planted = [f"planted:{member}" for member in range(6)]
    assert pairs_of(edges) == set(itertools.combinations(planted, 2))
    assert "company" in edges["method"].to_pylist()


@pytest.mark.parametrize("options", [{"presence": 0.6, "events": 14}, {"rival": 0.2, "events": 8}])
@pytest.mark.parametrize("seed", range(3))
def test_a_set_is_found_whose_members_skip_events_or_reword(seed, options):
    rows = busy_world(np.random.default_rng(seed), size=8, other=60, **options)
    found = pairs_of(find_edges(from_rows(rows, TRACES), CONFIG))
    planted = [f"planted:{member}" for member in range(8)]
    assert found <= set(itertools.combinations(planted, 2))
    # The rest met once or twice.
    assert len(found) >= 0.85 * 28


def test_an_edge_by_company_shows_what_the_pair_alone_would_expect():
    edges = find_edges(from_rows(busy_world(np.random.default_rng(0)), TRACES), CONFIG)
    for edge in edges.to_pylist():
        assert edge["observed"] >= CONFIG.min_observed
        assert edge["observed"] == len(edge["doc_pairs"])
        assert 0 < edge["expected"] < edge["observed"]
        assert 0 < edge["p_value"] <= edge["q_value"] <= CONFIG.q_max


@pytest.mark.parametrize("seed", range(5))
def test_the_same_posts_without_the_set_show_nothing(seed):
    rows = busy_world(np.random.default_rng(seed), events=0)
    assert len(find_edges(from_rows(rows, TRACES), CONFIG)) == 0


def test_one_object_that_comes_back_is_one_object():
    # Six people talk about one page every day: six columns, and no second thing in common.
    rng = np.random.default_rng(1)
    rows = busy_world(rng, events=0)
    rows += [
        {**row, "object_id": "the page"}
        for day in range(6)
        for row in (trace(f"planted:{member}", "", day * 86_400 + 600) for member in range(6))
    ]
    events = events_of(from_rows(rows, TRACES), "url")
    grid = grid_of(events, 3_600, 0)
    degrees = grid.columns.account_degrees()
    model = null.solve(degrees[degrees > 0], grid.columns.degree)
    counted = grid.columns.degree >= 2
    rarities = (8, int(np.iinfo(np.int64).max))
    assert not list(companies(grid, counted, model, rarities, q_max=0.01, least=3))


def test_a_set_has_four_members_at_least():
    rows = busy_world(np.random.default_rng(0), size=MIN_SET - 1)
    edges = find_edges(from_rows(rows, TRACES), CONFIG)
    assert "company" not in edges["method"].to_pylist()


def test_sets_take_no_share_from_the_pairs():
    every = scales("text", CONFIG)
    tries = corrections(every)
    assert tries["bicm"] == 2 * sum(scale.method == "bicm" for scale in every)
    assert tries["background"] == 2 * sum(scale.method == "background" for scale in every)
    assert tries["company"] == sum(scale.method == "company" for scale in every)


def test_a_minute_is_looked_at_once():
    assert {(scale.window_s, scale.shift_s) for scale in scales("rhythm", CONFIG)} == {(60, 0)}

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from baken.detection import pairs

EVENTS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 5), st.integers(0, 400)), min_size=1, max_size=60
)


def _columns(events, slot_s=100, shift_s=0):
    ordered = sorted(events, key=lambda event: (event[1], event[2], event[0]))
    account, obj, at_s = (np.array(values, dtype=np.int64) for values in zip(*ordered, strict=True))
    return pairs.columns(account, obj, at_s, slot_s=slot_s, shift_s=shift_s, accounts=8)


def _brute(events, slot_s, shift_s):
    members = {}
    for account, obj, at_s in events:
        members.setdefault((obj, (at_s + shift_s) // slot_s), set()).add(account)
    count = Counter()
    for accounts in members.values():
        count.update(combinations(sorted(accounts), 2))
    return count


def _counted(columns, stratum, strata, at_least):
    found = {}
    for part in pairs.meetings(columns, stratum, strata=strata, at_least=at_least):
        for left, right, counts in zip(part.left, part.right, part.counts, strict=True):
            found[int(left), int(right)] = counts.tolist()
    return found


@settings(deadline=None)
@given(EVENTS, st.integers(1, 3), st.sampled_from([0, 50]))
def test_pairs_are_counted_as_by_hand(events, at_least, shift_s):
    columns = _columns(events, shift_s=shift_s)
    stratum = np.zeros(len(columns.degree), dtype=np.int64)
    expected = {p: [c] for p, c in _brute(events, 100, shift_s).items() if c >= at_least}
    assert _counted(columns, stratum, 1, at_least) == expected


@settings(deadline=None)
@given(EVENTS)
def test_strata_add_up_to_the_whole(events):
    columns = _columns(events)
    stratum = np.arange(len(columns.degree)) % 3
    apart = _counted(columns, stratum, 3, 1)
    whole = _counted(columns, np.zeros_like(stratum), 1, 1)
    assert {pair: sum(counts) for pair, counts in apart.items()} == {
        pair: counts[0] for pair, counts in whole.items()
    }


def test_time_does_not_matter_without_slots():
    columns = _columns([(0, 1, 0), (1, 1, 399)], slot_s=0)
    assert columns.degree.tolist() == [2]


def test_a_shifted_grid_joins_what_a_border_parts():
    events = [(0, 1, 99), (1, 1, 101)]
    assert _columns(events, shift_s=0).degree.tolist() == [1, 1]
    assert _columns(events, shift_s=50).degree.tolist() == [2]


def test_columns_of_a_crowd_fall_outside_the_budget():
    crowd = [(account, 0, 0) for account in range(8)]
    columns = _columns([*crowd, (0, 1, 0), (1, 1, 0)])
    assert columns.largest(budget=10) == 2
    assert columns.largest(budget=1_000) == 8


def test_columns_left_out_are_not_counted():
    columns = _columns([(0, 1, 0), (1, 1, 0), (0, 2, 0), (1, 2, 0)])
    assert _counted(columns, np.array([0, -1]), 1, 1) == {(0, 1): [1]}


def test_counts_that_do_not_fit_go_to_the_last_stratum():
    # Five strata of 5,000 columns for both accounts need 13 bits each, and 15 for the total.
    strata, each = 5, 5_000
    n = strata * each
    account = np.tile([0, 1], n)
    obj = np.repeat(np.arange(n), 2)
    columns = pairs.columns(account, obj, np.zeros(2 * n, int), slot_s=0, shift_s=0, accounts=2)
    (part,) = pairs.meetings(columns, np.arange(n) // each, strata=strata, at_least=1)
    assert part.counts.sum() == n
    assert part.counts[0, 0] == each

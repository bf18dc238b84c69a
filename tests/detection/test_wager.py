"""Bets on columns: what the null expects is not exceeded, and what misses is not needed."""

import numpy as np
import pytest

from baken.detection import null
from baken.detection.wager import TASTE, Wager

ACCOUNTS, COLUMNS = 200, 60


@pytest.fixture(scope="module")
def worlds():
    """The model of one world, and who stands in which of its columns in three hundred others.

    The size of every column is fixed: accounts are drawn by their odds until all are different.
    """
    rng = np.random.default_rng(0)
    degree = rng.integers(3, 9, COLUMNS)
    odds = np.minimum(rng.pareto(2, ACCOUNTS) + 1, 6)
    odds /= odds.sum()
    drawn = np.zeros((300, COLUMNS, ACCOUNTS), dtype=bool)
    for world in drawn:
        for column, size in zip(world, degree, strict=True):
            chosen = np.zeros(0)
            while len(np.unique(chosen)) < size:
                chosen = rng.choice(ACCOUNTS, size, p=odds)
            column[chosen] = True
    activity = drawn.sum(axis=1).mean(axis=0).round().astype(np.int64)
    return null.solve(np.maximum(activity, 1), degree), degree, drawn


def test_a_column_holds_no_more_groups_than_a_set_is_thought_to_have(worlds):
    model, degree, drawn = worlds
    place = np.searchsorted(model.degrees, degree)
    wager = Wager(model, degree, np.arange(COLUMNS))
    busiest = np.argsort(-drawn.sum(axis=(0, 1)))[:6]
    for members in (busiest, np.arange(6)):
        mean = (wager.chance / TASTE)[model.account_class[members]].mean(axis=0)[place]
        pairs = np.exp(wager.log_groups(6, np.full(COLUMNS, 2), mean, place)).sum()
        triples = np.exp(wager.log_groups(6, np.full(COLUMNS, 3), mean, place)).sum()
        held = drawn[:, :, members].sum(axis=2)
        assert (held * (held - 1) / 2).sum(axis=1).mean() <= 1.05 * pairs
        assert (held * (held - 1) * (held - 2) / 6).sum(axis=1).mean() <= 1.05 * triples


def test_the_mean_of_an_e_value_is_at_most_one(worlds):
    model, degree, drawn = worlds
    place = np.searchsorted(model.degrees, degree)
    wager = Wager(model, degree, np.arange(COLUMNS))
    busiest = np.argsort(-drawn.sum(axis=(0, 1)))[:6]
    log_p = [
        wager.log_p(
            world[:, busiest].T,
            model.account_class[busiest],
            place,
            np.arange(COLUMNS),
            objects=0,
        )
        for world in drawn
    ]
    assert (np.exp(-np.array(log_p)).mean(axis=0) <= 1).all()


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_set_wins_where_some_of_its_members_are_missing(worlds, missing):
    model, _, _ = worlds
    degree = np.full(COLUMNS, 5)
    wager = Wager(model, degree, np.arange(COLUMNS))
    place = np.full(COLUMNS, np.searchsorted(model.degrees, 5))
    members = np.argsort(model.account_class)[:5]
    present = np.zeros((5, COLUMNS), dtype=bool)
    for column in range(6):
        present[:, column] = True
        present[np.arange(column, column + missing) % 5, column] = False
    log_p = wager.log_p(present, model.account_class[members], place, np.arange(COLUMNS), objects=3)
    assert log_p[-1] < 0


def test_an_object_that_comes_back_wins_once(worlds):
    model, _, _ = worlds
    degree = np.full(COLUMNS, 5)
    wager = Wager(model, degree, np.arange(COLUMNS) // 6)
    place = np.full(COLUMNS, np.searchsorted(model.degrees, 5))
    members = np.argsort(model.account_class)[:5]
    present = np.zeros((5, COLUMNS), dtype=bool)
    present[:, :6] = True
    first = np.arange(0, COLUMNS, 6)
    log_p = wager.log_p(present, model.account_class[members], place, first, objects=2)
    assert np.isinf(log_p[-1])

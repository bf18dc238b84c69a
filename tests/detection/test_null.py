import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from baken.detection import null


def _degrees(matrix):
    return matrix.sum(axis=1).astype(np.int64), matrix.sum(axis=0).astype(np.int64)


def _random_matrix(seed, accounts=40, columns=120):
    rng = np.random.default_rng(seed)
    matrix = rng.random((accounts, columns)) < np.outer(rng.random(accounts), rng.random(columns))
    matrix[:, matrix.sum(axis=0) == 0] = np.eye(accounts, dtype=bool)[:, [0]]
    matrix[matrix.sum(axis=1) == 0, 0] = True
    return matrix


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_model_keeps_every_degree_on_average(seed):
    rows, columns = _degrees(_random_matrix(seed))
    model = null.solve(rows, columns)
    by_column = np.bincount(np.searchsorted(model.degrees, columns))
    modelled = (model.probability @ by_column)[model.account_class]
    assert modelled == pytest.approx(rows, rel=1e-4)


def test_expected_meetings_add_up_to_the_observed_ones():
    matrix = _random_matrix(3)
    rows, columns = _degrees(matrix)
    model = null.solve(rows, columns)
    table = model.meetings(columns)[model.account_class][:, model.account_class]
    expected = (table.sum() - np.trace(table)) / 2
    observed = (columns * (columns - 1) / 2).sum()
    assert expected == pytest.approx(observed, rel=0.05)


def test_a_column_with_one_account_holds_no_meeting():
    model = null.solve(np.array([50, 50, 50]), np.ones(150, dtype=np.int64))
    assert model.meetings(np.ones(150, dtype=np.int64)).max() < 1e-9


def test_permuted_worlds_are_calibrated():
    # Accounts of equal activity in columns drawn at random: small p values must be rare.
    rng = np.random.default_rng(11)
    accounts, columns, size = 60, 400, 6
    matrix = np.zeros((accounts, columns), dtype=bool)
    for column in range(columns):
        matrix[rng.choice(accounts, size, replace=False), column] = True
    rows, degrees = _degrees(matrix)
    model = null.solve(rows, degrees)
    met = matrix.astype(int) @ matrix.T.astype(int)
    left, right = np.triu_indices(accounts, 1)
    expected = model.meetings(degrees)[model.account_class[left], model.account_class[right]]
    p_value = null.upper_tail(met[left, right], expected)
    for level in (0.05, 0.01, 0.001):
        assert (p_value <= level).mean() <= level * 1.5


@given(st.integers(1, 40), st.floats(1e-6, 20))
def test_small_tails_are_never_below_those_of_poisson(observed, expected):
    tail = null.upper_tail(np.array([observed]), np.array([expected]))[0]
    poisson = stats.poisson.sf(observed - 1, expected)
    assert poisson > 0.05 or tail >= poisson * (1 - 1e-9)


def test_what_is_expected_is_no_surprise():
    assert null.upper_tail(np.array([3]), np.array([3.5]))[0] == 1.0


def test_benjamini_hochberg_counts_the_tests_that_are_not_listed():
    p_values = np.array([0.0001, 0.04, 0.0002])
    assert null.benjamini_hochberg(p_values, 100) == pytest.approx([0.01, 1.0, 0.01])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_follow_the_order_of_p_values(values):
    p_values = np.array(values)
    q_values = null.benjamini_hochberg(p_values, len(values))
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(q_values[order]) >= -1e-12).all()
    assert (q_values >= p_values * (1 - 1e-12)).all()

import numpy as np
import pytest

from baken.detection import pairs
from baken.detection.null_background import background


def _grid(events, accounts):
    events = sorted(events, key=lambda event: (event[1], event[0]))
    account, obj = (np.array(values, dtype=np.int64) for values in zip(*events, strict=True))
    columns = pairs.columns(
        account, obj, np.zeros(len(obj), int), slot_s=0, shift_s=0, accounts=accounts
    )
    object_of = np.zeros(len(columns.degree), dtype=np.int64)
    object_of[columns.column] = obj[columns.first]
    return columns, object_of


def _own(account, posts, first):
    return [(account, first + number) for number in range(posts)]


def test_the_rate_is_that_of_those_who_write_for_themselves():
    # 100 accounts with ten posts of their own, of whom accounts 0 to 9 meet in pairs, once each.
    events = [event for account in range(100) for event in _own(account, 9, 1_000 * (account + 1))]
    events += [(account, account // 2) for account in range(10)]
    events += _shared(range(100, 110), 50)
    model = background(*_grid(events, 110))
    assert model.rate == pytest.approx(2 * 5.5 / (90 * 9) ** 2, rel=0.15)


def _shared(members, texts):
    return [(member, 500 + text) for member in members for text in range(texts)]


def test_objects_that_bystanders_touch_are_not_owned():
    events = [event for account in range(20) for event in _own(account, 9, 1_000 * (account + 1))]
    events += _shared(range(20, 25), 4)
    events += [(0, 500)]
    columns, object_of = _grid(events, 25)
    model = background(columns, object_of)
    assert sorted(object_of[model.owned].tolist()) == [501, 502, 503]


def test_few_bystanders_mean_an_uncertain_rate():
    few = background(*_grid([e for a in range(3) for e in _own(a, 4, 100 * (a + 1))], 3))
    many = background(*_grid([e for a in range(300) for e in _own(a, 4, 100 * (a + 1))], 300))
    assert many.rate < few.rate / 1_000
    assert few.variance == many.variance == 2.0

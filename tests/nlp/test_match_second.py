import numpy as np
import pytest

from baken.config import NlpConfig
from baken.nlp import match_second
from baken.nlp.match_second import agreed_margins, second_reader

PAIRS = np.array([[0, 1], [2, 3], [4, 5]], np.int64)
TEXTS = (["a", "a", "b", "c", "d", "d"], ["en"] * 6)


class Reader:
    """Gives equal texts equal vectors, and remembers what it was asked."""

    model_id = "reader"
    dimension = 4

    def __init__(self):
        self.asked = []

    def encode(self, texts, languages):
        assert len(texts) == len(languages)
        self.asked.extend(texts)
        return np.eye(4, dtype=np.float32)[["abcd".index(text[0]) for text in texts]]


def agreed(margins, reader, worth_asking=lambda *_: True):
    margins = np.array(margins, np.float32)
    return agreed_margins(PAIRS, margins, 0.5, TEXTS, reader, worth_asking=worth_asking)


def test_pairs_in_doubt_gain_where_the_reader_agrees_and_lose_where_not():
    before = [0.48, 0.52, 0.9]
    after = agreed(before, Reader())
    assert after[0] > before[0]
    assert after[1] < before[1]
    assert after[2] == np.float32(before[2])


def test_only_the_pairs_most_in_doubt_are_asked_about(monkeypatch):
    monkeypatch.setattr(match_second, "MAX_TEXTS", 2)
    reader = Reader()
    agreed([0.45, 0.51, 0.46], reader)
    assert reader.asked == ["b", "c"]


def test_pairs_not_worth_it_are_not_asked_about():
    reader = Reader()
    agreed([0.5, 0.5, 0.5], reader, worth_asking=lambda left, _: left == 4)
    assert reader.asked == ["d", "d"]


@pytest.mark.parametrize(
    ("model_id", "wanted", "there"),
    [
        ("baken.v1", True, True),
        ("baken.v1", False, False),
        # It is made of the second reader already.
        ("baken-fine.v1", True, False),
        ("hashing.v1", True, False),
    ],
)
def test_there_is_a_second_reader_only_where_it_was_calibrated(model_id, wanted, there):
    found = second_reader(model_id, NlpConfig(second_reader=wanted))
    assert (found is not None) == there

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from baken.detection.traces import near_copies as module
from baken.detection.traces.near_copies import near_copies

BEGIN = datetime(2025, 3, 3, 9, 7, tzinfo=UTC)
STORM = (
    "Storm closes the harbour and the bridge to the island for the whole weekend, says the mayor"
)
EDITED = STORM.replace("weekend", "week").upper()
OTHER = "Six painters opened a small exhibition about rivers and bridges in the valley this morning"


def pairs(posts):
    ids, minutes, texts = zip(*posts, strict=True)
    at = [None if minute is None else BEGIN + timedelta(minutes=minute) for minute in minutes]
    found = near_copies(
        pa.array(ids, pa.string()),
        pa.chunked_array([pa.array(at, pa.timestamp("us", tz="UTC"))]),
        pa.chunked_array([pa.array(texts, pa.string())]),
        pa.array(range(len(posts))),
    )
    return list(zip(found["left"].to_pylist(), found["right"].to_pylist(), strict=True))


def test_edited_copies_of_one_time_are_found():
    assert pairs([("a", 0, STORM), ("b", 5, OTHER), ("c", 20, EDITED)]) == [("a", "c")]


@pytest.mark.parametrize("start", range(0, 60, 7))
def test_half_an_hour_apart_they_always_meet_and_an_hour_apart_never(start):
    assert pairs([("a", start, STORM), ("b", start + 29, EDITED)]) == [("a", "b")]
    assert pairs([("a", start, STORM), ("b", start + 60, EDITED)]) == []


def test_a_text_is_no_copy_of_itself_and_pairs_come_once():
    posts = [("b", minute, STORM) for minute in range(0, 90, 10)]
    posts += [("a", minute, EDITED) for minute in range(0, 90, 10)]
    assert pairs(posts) == [("a", "b")]


def test_rows_without_id_or_time_take_no_part():
    assert pairs([("a", 0, STORM), (None, 1, EDITED), ("c", None, EDITED)]) == []


@pytest.mark.parametrize("cut", range(4))
def test_texts_may_lie_in_several_chunks(cut):
    texts = [OTHER, STORM, EDITED]
    found = near_copies(
        pa.array(["c", "b", "a"]),
        pa.chunked_array([pa.array([BEGIN] * 3, pa.timestamp("us", tz="UTC"))]),
        pa.chunked_array([pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())]),
        pa.array(range(3)),
    )
    assert found.to_pydict() == {"left": ["a"], "right": ["b"]}


def test_nothing_has_no_pairs():
    assert near_copies(
        pa.array([], pa.string()),
        pa.chunked_array([pa.array([], pa.timestamp("us", tz="UTC"))]),
        pa.chunked_array([pa.array([], pa.string())]),
        pa.array([], pa.int64()),
    ).to_pydict() == {"left": [], "right": []}


@pytest.mark.parametrize("most", [1, 2, 3, 5, 100])
def test_batches_change_nothing(monkeypatch, most):
    texts = [f"{STORM} {extra}" for extra in ("one", "two", "three", "four", "five", "six")]
    posts = [(f"text-{row}", 17 * row, text) for row, text in enumerate(texts)]
    expected = pairs(posts)
    assert expected
    monkeypatch.setattr(module, "_BATCH_TEXTS", most)
    assert pairs(posts) == expected

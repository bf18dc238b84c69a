from datetime import UTC, datetime

from baken.nlp.lineage import events

AT = datetime(2025, 3, 1, tzinfo=UTC)


def told(before, after, *, came_from=None, went_into=None, asleep=(), woken=()):
    rows = events(
        before=before,
        after=after,
        asleep_before={name: name in woken for name in before},
        asleep_after={name: name in asleep for name in after},
        came_from=came_from or {},
        went_into=went_into or {},
        at=AT,
    )
    return [(row["narrative_id"], row["event"], row["others"]) for row in rows]


def test_what_is_new_emerges_and_what_changes_by_a_fifth_grows_or_shrinks():
    before, after = {"a": 10, "b": 10, "c": 10}, {"a": 12, "b": 8, "c": 11, "d": 5}
    assert told(before, after) == [("a", "grow", []), ("b", "shrink", []), ("d", "emerge", [])]


def test_a_split_is_told_on_both_sides():
    assert told({"a": 20}, {"a": 17, "b": 9}, came_from={"b": "a"}) == [
        ("a", "split", ["b"]),
        ("b", "split", ["a"]),
    ]


def test_a_merger_is_told_on_both_sides_and_names_the_last_heir():
    before, after = {"a": 20, "b": 6, "c": 7}, {"a": 22}
    assert told(before, after, went_into={"b": "c", "c": "a"}) == [
        ("a", "merge", ["b", "c"]),
        ("b", "merge", ["a"]),
        ("c", "merge", ["a"]),
    ]


def test_it_sleeps_wakes_and_may_lose_every_text():
    assert told({"a": 5, "b": 5}, {"a": 5, "b": 5}, asleep={"a"}, woken={"b"}) == [
        ("a", "sleep", []),
        ("b", "wake", []),
    ]
    assert told({"a": 5}, {}) == [("a", "shrink", [])]

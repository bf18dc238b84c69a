"""Ids of candidates: kept by members, never given twice, splits and merges on record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baken.detection.identity import identify, merged_groups, overlap
from baken.ids import stable_id
from baken.schema import CAMPAIGNS, GROUPS, from_rows

A, B, C = frozenset("abcdef"), frozenset("ghijkl"), frozenset("mnopqr")


def campaigns(*rows):
    return from_rows(
        [
            {"campaign_id": name, "members": sorted(members), "parents": sorted(parents)}
            for name, members, parents in rows
        ],
        CAMPAIGNS,
    )


def ids(candidates, previous=None):
    return [found.campaign_id for found in identify(candidates, previous, least=0.5)]


def test_a_new_candidate_is_named_by_its_founding_members():
    assert ids([A]) == [stable_id("cam", *sorted(A))]
    assert identify([A], None, least=0.5)[0].parents == ()


def test_a_candidate_that_grew_keeps_its_id():
    (found,) = identify([A | frozenset("xyz123")], campaigns(("cam-1", A, ())), least=0.5)
    assert found.campaign_id == "cam-1"
    assert found.parents == ()


def test_a_candidate_that_lost_members_keeps_its_id():
    assert ids([frozenset("ab")], campaigns(("cam-1", A, ()))) == ["cam-1"]


def test_too_little_overlap_is_a_new_candidate():
    assert ids([frozenset("aaxyzw")], campaigns(("cam-1", A, ()))) != ["cam-1"]


def test_a_split_leaves_the_id_with_the_larger_part():
    large, small = frozenset("abcd"), frozenset("ef")
    one, two = identify([small, large], campaigns(("cam-1", A, ())), least=0.5)
    assert two.campaign_id == "cam-1"
    assert one.campaign_id != "cam-1"
    assert one.parents == ("cam-1",)


def test_a_merge_keeps_one_id_and_names_the_other():
    previous = campaigns(("cam-1", A, ()), ("cam-2", B | frozenset("z"), ()))
    (found,) = identify([A | B | frozenset("z")], previous, least=0.5)
    assert found.campaign_id == "cam-2"
    assert found.parents == ("cam-1",)


def test_parents_are_remembered():
    (found,) = identify([A], campaigns(("cam-1", A, ("cam-0",))), least=0.5)
    assert found.parents == ("cam-0",)


def test_an_id_in_use_is_not_given_again():
    """The founders of an earlier campaign meet again while that campaign went on without them."""
    founders = stable_id("cam", *sorted(A))
    previous = campaigns((founders, B, ()))
    assert len({founders, *ids([A, B], previous)}) == 2
    assert ids([A, B], previous)[1] == founders


@given(st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=1), max_size=6))
def test_ids_are_unique_and_stable_over_a_second_run(candidates):
    candidates = sorted(set(candidates), key=sorted)
    first = identify(candidates, None, least=0.5)
    assert len({found.campaign_id for found in first}) == len(candidates)
    previous = campaigns(
        *(
            (found.campaign_id, members, ())
            for found, members in zip(first, candidates, strict=True)
        )
    )
    again = identify(candidates, previous, least=0.5)
    assert [found.campaign_id for found in again] == [found.campaign_id for found in first]


@given(st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=1), max_size=6), st.randoms())
def test_merging_does_not_depend_on_order(sets, random):
    rows = [{"group_id": f"g{at}", "members": sorted(members)} for at, members in enumerate(sets)]
    found = merged_groups(from_rows(rows, GROUPS), least=0.5)
    random.shuffle(rows)
    assert merged_groups(from_rows(rows, GROUPS), least=0.5) == found


def test_disjoint_groups_stay_apart():
    rows = [{"group_id": str(at), "members": sorted(m)} for at, m in enumerate((A, B, C))]
    assert merged_groups(from_rows(rows, GROUPS), least=0.5) == [A, B, C]


def test_overlap_is_containment():
    assert overlap(frozenset("ab"), A) == 1.0
    assert overlap(A, B) == 0.0
    assert overlap(frozenset(), A) == 0.0

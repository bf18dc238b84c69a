"""Candidates: the rule of the queue, partial explanations, and what is written on a candidate."""

from __future__ import annotations

ACCOUNTS = [f"person:{name}" for name in ("ada", "bo", "cy", "di", "ed")]
TEXTS = [
    f"the harbour cranes of district {number} were sold abroad in secret and nobody was told"
    for number in range(6)
]


def test_an_account_network_on_text_and_links_is_queued(world):
    world.chatter()
    world.network(ACCOUNTS, TEXTS)
    (row,) = world.flag().to_pylist()
    assert row["queue"], row["queue_reason"]
    assert row["members"] == ACCOUNTS
    assert len(row["documents"]) == 30
    assert row["coordinated"] == "tested"
    assert row["trace_kinds"] == ["text", "url"]
    assert "5 accounts" in row["statement"]
    assert "q < 1e-06" in row["statement"]

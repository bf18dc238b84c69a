from __future__ import annotations

import pyarrow as pa

from baken.detection.simulate import score
from baken.ids import Pseudonymiser, document_id

PSEUDONYMISE = Pseudonymiser(b"k" * 32)
TRUTH = {
    "platform": "plaza.example",
    "authors": {"p1": "Ann", "p2": "Bob", "p7": "Eve"},
    "campaigns": [
        {
            "name": "sites",
            "kind": "sites",
            "accounts": ["web:a.example", "web:b.example", "web:c.example"],
            "documents": ["http://a.example:8642/1", "http://b.example:8642/1"],
        },
        {
            "name": "people",
            "kind": "accounts",
            "accounts": ["Ann", "Bob", "Cem", "Dee"],
            "documents": ["p1", "p2"],
        },
    ],
    "benign": [
        {
            "name": "wire",
            "class": "wire-copy",
            "accounts": ["web:x.example", "web:y.example"],
            "documents": ["http://x.example:8642/w", "http://y.example:8642/w"],
        },
        {"name": "petition", "class": "petition", "accounts": ["Eve"], "documents": ["p7"]},
    ],
}
DOCUMENTS = pa.table(
    {
        "doc_id": [
            "d1",
            "d2",
            document_id("dataset:posts", f"{PSEUDONYMISE('plaza.example', 'Eve')}/p7"),
        ],
        "canonical_url": ["http://x.example:8642/w", "http://y.example:8642/w", None],
        "account_id": ["web:x.example", "web:y.example", PSEUDONYMISE("plaza.example", "Eve")],
    }
)


def _person(name: str) -> str:
    return PSEUDONYMISE("plaza.example", name)


def _row(campaign_id: str, members: list[str], documents: list[str]) -> dict[str, object]:
    return {
        "campaign_id": campaign_id,
        "queue": True,
        "members": members,
        "document_ids": documents,
    }


def _score(*flagged: dict[str, object]) -> dict[str, object]:
    return score(TRUTH, flagged, documents=DOCUMENTS, pseudonymise=PSEUDONYMISE)


def test_both_found_and_nothing_else_is_perfect() -> None:
    result = _score(
        _row("c1", ["web:a.example", "web:b.example"], []),
        _row("c2", [_person("Ann"), _person("Bob"), _person("Eve")], ["x"]),
    )
    assert (result["precision"], result["recall"]) == (1.0, 1.0)
    assert not any(result["flags_per_benign_class"].values())


def test_a_candidate_with_few_of_the_planted_accounts_finds_nothing() -> None:
    result = _score(_row("c1", [_person("Ann"), "person:1", "person:2"], ["x"]))
    assert (result["precision"], result["recall"]) == (0.0, 0.0)
    assert result["flags_per_benign_class"]["unexplained"] == 1


def test_a_flag_counts_for_the_class_of_its_documents() -> None:
    post = document_id("dataset:posts", f"{_person('Eve')}/p7")
    result = _score(
        _row("c1", ["web:x.example", "web:y.example", "web:z.example"], ["d1", "d2"]),
        _row("c2", ["person:1", "person:2"], [post]),
    )
    assert result["flags_per_benign_class"] == {"wire-copy": 1, "petition": 1, "unexplained": 0}


def test_what_is_not_queued_does_not_count() -> None:
    weak = {**_row("c1", ["web:x.example", "web:y.example"], ["d1"]), "queue": False}
    result = _score(weak)
    assert result["flagged"] == 0
    assert not any(result["flags_per_benign_class"].values())

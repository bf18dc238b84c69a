"""What was flagged in the sample world, compared with what was planted in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from baken.ids import document_id
from baken.urls import canonical_url

# A planted campaign is found when a candidate holds this share of its accounts, and the same share
# of the candidate's members belong to it.
FOUND_SHARE = 0.5
POSTS_SOURCE = "dataset:posts"
UNEXPLAINED = "unexplained"


def score(
    truth: Mapping[str, Any],
    flagged: Sequence[Mapping[str, Any]],
    *,
    documents: pa.Table,
    pseudonymise: Callable[[str, str], str],
) -> dict[str, Any]:
    """Precision and recall of the queued candidates, and flags for each benign class.

    `flagged` are rows of `campaigns list` (queue, members, document_ids); `documents` needs doc_id
    and canonical_url. A flag that is no planted campaign counts for the benign class that holds at
    least half of its documents, and otherwise as `unexplained`.
    """
    queued = [row for row in flagged if row.get("queue", True)]
    names = _Names(truth, documents, pseudonymise)
    campaigns = [(entry["name"], names.accounts(entry)) for entry in truth["campaigns"]]
    flags = {str(entry["class"]): 0 for entry in truth["benign"]} | {UNEXPLAINED: 0}
    found: dict[str, list[str]] = {name: [] for name, _ in campaigns}
    false_flags: list[dict[str, str]] = []
    for row in queued:
        members = frozenset(row["members"])
        hit = next((name for name, accounts in campaigns if _is_found(accounts, members)), None)
        if hit is not None:
            found[hit].append(row["campaign_id"])
            continue
        innocent = names.benign_class(members, frozenset(row.get("document_ids") or ()))
        flags[innocent] += 1
        false_flags.append({"campaign_id": row["campaign_id"], "class": innocent})
    true = sum(map(len, found.values()))
    return {
        "precision": true / len(queued) if queued else 0.0,
        "recall": sum(map(bool, found.values())) / len(campaigns) if campaigns else 0.0,
        "flagged": len(queued),
        "campaigns": [
            {"name": name, "found": bool(ids), "candidates": ids} for name, ids in found.items()
        ],
        "flags_per_benign_class": flags,
        "false_flags": false_flags,
    }


class _Names:
    """The ids that the pipeline stores for the accounts and documents of the truth."""

    def __init__(
        self,
        truth: Mapping[str, Any],
        documents: pa.Table,
        pseudonymise: Callable[[str, str], str],
    ) -> None:
        self._platform = str(truth["platform"])
        self._pseudonymise = pseudonymise
        rows = zip(
            documents["canonical_url"].to_pylist(), documents["doc_id"].to_pylist(), strict=True
        )
        self._by_url: dict[str, str] = {}
        self._ids: set[str] = set()
        for url, doc_id in rows:
            self._ids.add(doc_id)
            if url:
                self._by_url[url] = doc_id
        self._authors: Mapping[str, str] = truth["authors"]
        self._benign = [
            (str(entry["class"]), self.accounts(entry), self.documents(entry))
            for entry in truth["benign"]
        ]

    def accounts(self, entry: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(
            name
            if name.startswith(("web:", "channel:"))
            else self._pseudonymise(self._platform, name)
            for name in entry["accounts"]
        )

    def documents(self, entry: Mapping[str, Any]) -> frozenset[str]:
        return frozenset(self._document(key) for key in entry["documents"])

    def benign_class(self, members: frozenset[str], documents: frozenset[str]) -> str:
        """The class that holds at least half of the documents, or of the members without any."""
        shares = [
            (len(documents & own) / len(documents), name)
            if documents
            else (len(members & accounts) / max(1, len(members)), name)
            for name, accounts, own in self._benign
        ]
        share, name = max(shares, default=(0.0, UNEXPLAINED))
        return name if share >= FOUND_SHARE else UNEXPLAINED

    def _document(self, key: str) -> str:
        if key.startswith("http"):
            return self._by_url.get(canonical_url(key) or key, key)
        author = self._pseudonymise(self._platform, self._authors[key])
        within = document_id(POSTS_SOURCE, f"{author}/{key}")
        return within if within in self._ids else document_id(POSTS_SOURCE, key)


def _is_found(planted: frozenset[str], members: frozenset[str]) -> bool:
    both = len(planted & members)
    return both >= FOUND_SHARE * len(planted) and both > FOUND_SHARE * len(members)

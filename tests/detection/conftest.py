"""A small hand-made world: accounts that post, and the edges that a test says were found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pyarrow as pa
import pytest
from scipy.stats import poisson

from baken.config import DetectConfig
from baken.detection.background import Background
from baken.detection.campaigns import flag_campaigns
from baken.detection.case import Examined, joined
from baken.ids import stable_id
from baken.protocols import DetectionView
from baken.schema import (
    ANNOTATIONS,
    DOCUMENTS,
    EDGES,
    GROUPS,
    MATCHES,
    MEMBERS,
    NARRATIVES,
    SITE_TRAITS,
    from_rows,
)

# Tests for each discovery, as if the rest of the window had been tested too.
TESTS = 1_000
START = datetime(2025, 3, 3, 9, 7, 11, tzinfo=UTC)


@dataclass
class World:
    """Rows of every table that flagging reads; `post` and `tie` add to them."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    traits: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    narratives: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def post(
        self,
        account: str,
        text: str,
        *,
        minutes: float = 0.0,
        kind: str = "person",
        language: str = "en",
        narrative: str | None = None,
        role: str = "promotes",
        flags: tuple[str, ...] = (),
        text_id: str | None = None,
        **columns: Any,
    ) -> str:
        doc_id = f"doc-{len(self.documents):05d}"
        at = START + timedelta(minutes=minutes)
        self.documents.append(
            {
                "doc_id": doc_id,
                "source_id": account if kind != "person" else "file",
                "account_id": account,
                "account_kind": kind,
                "order_id": "order",
                "text": text,
                "published_at": at,
                "published_precision": "second",
                "published_from": "feed",
                "collected_at": START + timedelta(days=40),
                "hashtags": [],
                "links": [],
                "media_sha256": [],
                **columns,
            }
        )
        self.annotations.append(
            {
                "doc_id": doc_id,
                "language": language,
                "language_confidence": 0.99,
                "text_id": text_id or stable_id("text", text.casefold()),
                "own_text": text,
                "credit": columns.get("credit"),
                "flags": list(flags),
            }
        )
        if narrative is not None:
            self.members.append(
                {"doc_id": doc_id, "narrative_id": narrative, "similarity": 0.9, "role": role}
            )
        return doc_id

    def tie(
        self,
        docs: dict[str, list[str]],
        trace_kind: str,
        *,
        observed: int | None = None,
        expected: float = 0.05,
        q_value: float | None = None,
        window_s: int = 3_600,
        objects: list[str] | None = None,
    ) -> None:
        """An edge between every two accounts of `docs`, whose n-th documents belong together."""
        for left, right in combinations(sorted(docs), 2):
            pairs = [{"left": a, "right": b} for a, b in zip(docs[left], docs[right], strict=False)]
            count = len(pairs) if observed is None else observed
            p_value = max(float(poisson.sf(count - 1, expected)), 1e-300)
            if q_value is not None:
                p_value = q_value / TESTS
            self.edges.append(
                {
                    "left": left,
                    "right": right,
                    "trace_kind": trace_kind,
                    "window_s": window_s,
                    "observed": count,
                    "expected": expected,
                    "p_value": p_value,
                    "q_value": p_value * TESTS,
                    "cosine": 0.8,
                    "objects": objects or [f"{trace_kind}-{at}" for at in range(count)],
                    "doc_pairs": pairs,
                    "method": "bicm",
                }
            )

    def mark(self, accounts: list[str], *, value: str = "analytics=UA-1") -> None:
        """An infrastructure edge between every two of `accounts`."""
        page = {name: [f"https://{name.partition(':')[2]}/"] for name in accounts}
        self.tie(page, "infrastructure", observed=1, q_value=1e-5, window_s=0, objects=[value])

    def group(self, accounts: list[str]) -> None:
        self.groups.append(
            {
                "group_id": stable_id("group", *sorted(accounts)),
                "members": sorted(accounts),
                "core": sorted(accounts),
                "trace_kinds": ["text"],
                "objects": 5,
                "min_q": 1e-8,
            }
        )

    def network(
        self,
        accounts: list[str],
        texts: list[str],
        *,
        links: bool = True,
        trace_kind: str = "text",
        lag: float = 3.0,
        begin: float = 0.0,
        links_to: list[str] | None = None,
        **columns: Any,
    ) -> dict[str, list[str]]:
        """Accounts that post `texts` in step, with links of their own when `links`, as a group."""
        docs: dict[str, list[str]] = {name: [] for name in accounts}
        for number, text in enumerate(texts):
            for place, name in enumerate(accounts):
                more = dict(columns)
                if links_to is not None:
                    more["links"] = links_to
                if links:
                    more.setdefault("links", [f"https://story.example/{number}"])
                minutes = begin + number * 1_000.0 + place * lag
                docs[name].append(self.post(name, text, minutes=minutes, **more))
        self.tie(docs, trace_kind)
        if links:
            self.tie(docs, "url")
        self.group(accounts)
        return docs

    def chatter(self, accounts: int = 30, posts: int = 5, **columns: Any) -> None:
        """Background: accounts that each write their own."""
        for name in range(accounts):
            for number in range(posts):
                self.post(
                    f"person:bystander{name}",
                    f"bystander {name} writes remark {number} of the day about the weather",
                    minutes=37.0 * number + 11.0 * name,
                    **columns,
                )

    def view(self) -> DetectionView:
        return DetectionView(
            documents=from_rows(self.documents, DOCUMENTS),
            annotations=from_rows(self.annotations, ANNOTATIONS),
            matches=MATCHES.schema.empty_table(),
            members=from_rows(self.members, MEMBERS),
            site_traits=from_rows(self.traits, SITE_TRAITS),
            sources=self.sources,
        )

    def case(self) -> Examined:
        """The first group as a case, all edges inside it, whatever their q."""
        table = joined(self.view())
        chosen = set(self.groups[0]["members"])
        edges = [edge for edge in self.edges if {edge["left"], edge["right"]} <= chosen]
        behind = {
            doc
            for edge in edges
            for pair in edge["doc_pairs"]
            for doc in (pair["left"], pair["right"])
        }
        rows = [at for at, doc in enumerate(table["doc_id"].to_pylist()) if doc in behind]
        return Examined(
            members=tuple(self.groups[0]["members"]),
            edges=from_rows(edges, EDGES),
            documents=table.take(pa.array(rows, type=pa.int64())),
            background=table,
            site_traits=from_rows(self.traits, SITE_TRAITS),
            sources=self.sources,
            outside=Background(table),
        )

    def flag(
        self, *, previous: pa.Table | None = None, config: DetectConfig | None = None, **more: Any
    ) -> pa.Table:
        return self.flag_both(previous=previous, config=config, **more)[0]

    def flag_both(
        self, *, previous: pa.Table | None = None, config: DetectConfig | None = None, **more: Any
    ) -> tuple[pa.Table, pa.Table]:
        return flag_campaigns(
            groups=from_rows(self.groups, GROUPS),
            edges=from_rows(self.edges, EDGES),
            view=self.view(),
            narratives=from_rows(self.narratives, NARRATIVES),
            previous=previous,
            config=config or DetectConfig(),
            coverage="3 sources up, 0 down",
            **more,
        )


@pytest.fixture
def world() -> World:
    return World()

"""What a crawl is told: handed from the caller to the process that runs Scrapy, as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baken.collectors import register
from baken.config import CollectConfig
from baken.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One crawl; `evidence` is None where no evidence is kept."""

    name: str
    order_id: str
    sources: tuple[Source, ...]
    config: CollectConfig
    spool: Path
    state: Path
    evidence: Path | None
    known_file: Path

    def dump(self) -> str:
        """The job in one line of JSON."""
        sources = [register.as_plain(source) for source in self.sources]
        for source in sources:
            del source["account_id"]
        return json.dumps(
            {
                "name": self.name,
                "order_id": self.order_id,
                "sources": sources,
                "config": self.config.model_dump(mode="json"),
                "spool": str(self.spool),
                "state": str(self.state),
                "evidence": str(self.evidence) if self.evidence else None,
                "known_file": str(self.known_file),
            }
        )

    @classmethod
    def parse(cls, line: str) -> Job:
        """The job in a line that `dump` wrote."""
        values: dict[str, Any] = json.loads(line)
        sources = [register.parse(entry, where="job") for entry in values["sources"]]
        return cls(
            name=values["name"],
            order_id=values["order_id"],
            sources=tuple(sources),
            config=CollectConfig.model_validate(values["config"]),
            spool=Path(values["spool"]),
            state=Path(values["state"]),
            evidence=Path(values["evidence"]) if values["evidence"] else None,
            known_file=Path(values["known_file"]),
        )


def write_known(path: Path, urls: Collection[str]) -> None:
    """Write the canonical addresses that need not be fetched again, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{url}\n" for url in sorted(urls)), encoding="utf-8")


def read_known(path: Path) -> set[str]:
    """The addresses that `write_known` wrote."""
    lines: Sequence[str] = path.read_text(encoding="utf-8").splitlines()
    return set(lines)

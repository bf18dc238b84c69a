"""What the collectors hand on: one batch of documents, site traits and records set aside."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from baken import schema
from baken.model import Quarantined


def _no_traits() -> pa.Table:
    return schema.empty(schema.SITE_TRAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Documents (schema `DOCUMENTS`), site traits (schema `SITE_TRAITS`) and what was unusable.

    Within a batch every doc_id is there once; `duplicates` counts the rows that repeated one.
    """

    documents: pa.Table
    site_traits: pa.Table = field(default_factory=_no_traits)
    quarantined: tuple[Quarantined, ...] = ()
    duplicates: int = 0

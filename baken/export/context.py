"""What an export needs to know beside the candidates themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Tlp(StrEnum):
    """How far an export may travel, by the Traffic Light Protocol 2.0."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContext:
    """Who exports what for whom.

    `exported_at` is the caller's clock. `min_group` is the fewest persons that may be listed, and
    `sources` and `narratives` map ids to rows of the source register and of the narratives.
    """

    project: str
    exported_at: datetime
    recipient: str = ""
    purpose: str = ""
    min_group: int = 5
    tlp: Tlp = Tlp.AMBER
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    narratives: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

"""The words on a candidate: its name and its statement of surprise, which accuse nobody."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from baken.detection.case import Examined
from baken.detection.rules import Support
from baken.model import AccountKind

MIN_ID_DIGITS = 6
_LABEL_CHARS = 60


def short_ids(campaign_ids: Sequence[str]) -> dict[str, str]:
    """For each id the first digits, as many as tell these ids apart."""
    digits = {name: name.rpartition("-")[2] for name in campaign_ids}
    longest = max((len(text) for text in digits.values()), default=0)
    for length in range(MIN_ID_DIGITS, longest):
        short = {name: text[:length] for name, text in digits.items()}
        if len(set(short.values())) == len(digits):
            return short
    return digits


def name_of(short_id: str, members: int, subject: str | None) -> str:
    """The name of a candidate, unique by its short id."""
    label = " ".join((subject or "no common narrative").split())
    printable = "".join(letter for letter in label if letter.isprintable())
    if len(printable) > _LABEL_CHARS:
        whole_words = printable[:_LABEL_CHARS].rpartition(" ")[0] or printable[:_LABEL_CHARS]
        printable = whole_words.rstrip(" ([{,;:–-") + "…"
    return f"Candidate {short_id}: {members} accounts, {printable}"


def statement_of(case: Examined, standing: Support) -> str:
    """What was found in step, against what chance would give, in one sentence."""
    edges = case.evidence.edges.filter(pa.array(standing.edges))
    if edges.num_rows == 0:
        return f"{_actors(case, len(case.members))} are not in step beyond chance."
    timed = edges.filter(
        pa.array([bool(window) for window in edges.column("window_s").to_pylist()])
    )
    shown = timed if timed.num_rows else edges
    observed = float(np.median(shown.column("observed").cast(pa.float64()).to_numpy()))
    expected = shown.column("expected").fill_null(0.0).to_numpy()
    kinds = sorted(set(edges.column("trace_kind").to_pylist()))
    windows = [window for window in shown.column("window_s").to_pylist() if window]
    within = f" within {_span(int(np.median(windows)))}" if windows else ""
    worst = max(value for value in edges.column("q_value").to_pylist() if value is not None)
    families = f"{len(kinds)} trace kind{'s' if len(kinds) > 1 else ''} ({', '.join(kinds)})"
    who = _actors(case, len(standing.actors))
    if standing.loose and len(standing.actors) > 2:
        # Of a star or a chain most pairs are not in step, and the sentence must not say they are.
        columns = (edges.column(end).to_pylist() for end in ("left", "right"))
        who = f"{len(set(zip(*columns, strict=True)))} pairs among {who}"
    return (
        f"{who} are in step on {families}: the middle pair of them "
        f"shared {observed:g} objects{within} where {_number(float(np.median(expected)))} were "
        f"expected by chance (q {_below(worst)})."
    )


def _actors(case: Examined, count: int) -> str:
    if set(case.column("account_kind")) != {AccountKind.OUTLET}:
        return f"{count} accounts"
    web = all(member.startswith("web:") for member in case.members)
    return f"{count} {'sites' if web else 'outlets'}"


def _span(window_s: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if window_s >= size:
            count = window_s / size
            return f"{count:.3g} {unit}{'s' if count != 1 else ''}"
    return f"{window_s} seconds"


def _number(value: float) -> str:
    return "fewer than 0.01" if value < 0.01 else f"{value:.2g}"


def _below(q_value: float) -> str:
    for bound in (1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.05):
        if q_value < bound:
            return f"< {bound:g}"
    return f"= {q_value:.2g}"

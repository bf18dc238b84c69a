"""What an innocent explanation says about a candidate, and which evidence it takes away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from baken.detection.case import Examined, examined
from baken.detection.families import ALL_FAMILIES, BEHAVIOUR
from baken.model import BenignVerdict, Verdict
from baken.protocols import BenignDetector, Case

# An explanation is ruled in when it accounts for half of the evidence; below a tenth it is ruled
# out as the explanation of the whole, though its own documents never count either way.
MOST = 0.5
SOME = 0.1


@dataclass(frozen=True, slots=True)
class Examination:
    """A verdict and the evidence that it explains.

    A pair of documents stops counting when both are in `documents`, or either is in `void`; an
    edge stops counting when its accounts are in `pairs`, all its objects are in `objects`, or
    `whole` is true. All this holds for edges of `families` only.
    """

    verdict: Verdict
    reason: str
    documents: frozenset[str] = frozenset()
    void: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    objects: frozenset[str] = frozenset()
    families: frozenset[str] = field(default=BEHAVIOUR)
    whole: bool = False

    @property
    def takes(self) -> bool:
        """Whether any evidence is taken away."""
        return bool(self.documents or self.void or self.pairs or self.objects or self.whole)


class Detector:
    """A built-in benign detector: it examines, and reports the short form that is stored."""

    benign_class: ClassVar[str]
    title: ClassVar[str]

    def examine(self, case: Examined) -> Examination:
        """The verdict on `case` with the evidence that this explanation takes away."""
        raise NotImplementedError

    def test(self, case: Case) -> BenignVerdict:
        """The verdict alone."""
        found = self.examine(examined(case))
        return BenignVerdict(
            benign_class=self.benign_class, verdict=found.verdict, evidence=found.reason
        )


def examine(detector: BenignDetector, case: Examined) -> Examination:
    """What `detector` says of `case`; a plug-in that only knows `test` speaks for the whole."""
    if isinstance(detector, Detector):
        return detector.examine(case)
    verdict = detector.test(case)
    return Examination(
        verdict.verdict,
        verdict.evidence,
        whole=verdict.verdict is Verdict.RULED_IN,
        families=ALL_FAMILIES,
    )


def by_share(
    case: Examined,
    documents: frozenset[str],
    *,
    what: str,
    families: frozenset[str] = BEHAVIOUR,
    either: bool = False,
) -> Examination:
    """The verdict that follows from how much of the evidence `documents` are.

    `what` continues "12 of 40 documents ..."; `either` lets one side of a pair suffice.
    """
    if case.size == 0:
        return unknown("no documents stand behind the edges")
    count = sum(doc_id in documents for doc_id in case.doc_ids)
    share = count / case.size
    verdict = Verdict.RULED_OUT
    if share >= MOST:
        verdict = Verdict.RULED_IN
    elif share >= SOME:
        verdict = Verdict.UNKNOWN
    reason = f"{count} of {case.size} documents {what}"
    if documents:
        reason = f"{reason}: {named(sorted(documents))}"
    nothing: frozenset[str] = frozenset()
    return Examination(
        verdict,
        reason,
        documents=nothing if either else documents,
        void=documents if either else nothing,
        families=families,
    )


def unknown(reason: str) -> Examination:
    """The data cannot tell, for this reason."""
    return Examination(Verdict.UNKNOWN, reason)


def ruled_out(reason: str) -> Examination:
    """The explanation was looked for and does not hold."""
    return Examination(Verdict.RULED_OUT, reason)


def named(ids: Sequence[str], *, most: int = 5) -> str:
    """The first few of `ids`, and how many more there are."""
    shown = ", ".join(ids[:most])
    return f"{shown} and {len(ids) - most} more" if len(ids) > most else shown

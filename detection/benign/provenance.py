"""Explanations by a common source: an agency, an official, a quoted speaker, a rebutted claim."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from baken.detection.benign.examination import (
    Detector,
    Examination,
    by_share,
    unknown,
)
from baken.detection.benign.origins import derived, linking_to_officials, published_by
from baken.detection.case import Examined
from baken.detection.families import Family
from baken.detection.judgement import owner_of, recorded
from baken.detection.lexicon import agencies
from baken.model import Role, SourceKind, TraceKind, Verdict

CONTENT = frozenset({Family.CONTENT.value, Family.MEDIA.value})
# The larger part of a text that stands in quotation marks is somebody else's text.
QUOTED_SHARE = 0.5
# Publishing systems print within two minutes of the hour at which an embargo ends.
ROUND_S = 120


class WireCopy(Detector):
    """The same agency report printed by many outlets within minutes: syndication, not a network.

    Looked for: a credit to a known agency, or to one of the register; the same text published by an
    agency; uncredited copies where at least half of the copies carry the credit. Not accepted:
    credits to an agency that the register records with a state, and credits that nobody outside the
    group confirms while its sites share technical marks without a common owner.
    """

    benign_class = "wire-copy"
    title = "wire copy and syndication"

    def examine(self, case: Examined) -> Examination:
        """Follow credits and copies back to an agency."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        known, tiered = _agencies_of_register(case)
        stated_credits = [str(credit or "").strip().casefold() for credit in case.column("credit")]
        keys = case.column("text_id")
        printed = derived(case, SourceKind.AGENCY)
        outside = case.bystanders("text_id")
        doubtful = _hidden_owners(case)
        credited = case.select(
            lambda at: (
                (
                    stated_credits[at] not in tiered
                    and stated_credits[at] in (known | agencies())
                    and (not doubtful or at in printed or keys[at] in outside)
                )
                or at in printed
            )
        )
        covered = _with_copies(case, credited)
        found = by_share(case, covered, what="are copies of an agency's report", families=CONTENT)
        stated = sum(credit in tiered for credit in stated_credits)
        if stated and found.verdict is not Verdict.RULED_IN:
            return Examination(
                Verdict.UNKNOWN,
                f"{stated} documents credit an agency that the register records with a state; "
                + found.reason,
                documents=covered,
                families=CONTENT,
            )
        return found


class PressRelease(Detector):
    """One release or public notice, printed by many at the hour when its embargo ends.

    Looked for: outlets that link to an earlier page of an official source; the same or a matching
    text of an official source; or the marks of a release (`persbericht`, `under embargo`, `for
    immediate release` ...). Where the register records the official with a state, only copies that
    name it are explained.
    """

    benign_class = "press-release"
    title = "press release or government notice"

    def examine(self, case: Examined) -> Examination:
        """Look for the issuer's own copy and for the marks of a release."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        keys, seen = case.column("text_id"), case.topics
        issued = derived(case, SourceKind.OFFICIAL) | linking_to_officials(case)
        of_state = published_by(case, SourceKind.OFFICIAL, innocent=False)

        def marked(at: int) -> bool:
            return keys[at] not in of_state and seen[at].get("press_release", 0) > 0

        covered = case.select(lambda at: at in issued or marked(at))
        found = by_share(
            case,
            _with_copies(case, covered),
            what="repeat or link to a release of an official, or are marked as one",
            families=CONTENT | {Family.LINK.value},
        )
        known = case.seconds[np.isfinite(case.seconds)]
        round_hours = float(np.mean(np.mod(known, 3_600) < ROUND_S)) if len(known) else 0.0
        if covered and round_hours >= 0.5:
            return replace(found, reason=f"{found.reason}; {round_hours:.0%} at a full hour")
        return found


class Quotation(Detector):
    """Everybody quotes one speech, law, verse or headline; the common words are not their own.

    Looked for: texts that are mostly quotation, words of scripture and law, and texts that repeat
    the title of the article which they link to, as share buttons do.
    """

    benign_class = "quotation"
    title = "quotation, speech, scripture, law or headline"

    def examine(self, case: Examined) -> Examination:
        """Measure what is quoted, and compare with the titles of linked articles."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        flags, seen = case.column("flags"), case.topics
        shares, buttons = _quoted(case), _share_buttons(case)
        covered = case.select(
            lambda at: (
                "mostly-quotation" in (flags[at] or ())
                or shares[at] >= QUOTED_SHARE
                or seen[at].get("scripture", 0) >= 2
                or at in buttons
            )
        )
        return by_share(
            case,
            covered,
            what="are mostly quotation, or the headline of what they link to",
            families=CONTENT,
        )


class FactCheck(Detector):
    """Fact-checks and rebuttals repeat a claim in order to answer it.

    Looked for: documents whose role is to rebut, and documents of sources that the register lists
    as fact-checkers. They never count, whatever their share. Satire is not recognised.
    """

    benign_class = "fact-check"
    title = "debunk, fact-check or counterspeech"

    def examine(self, case: Examined) -> Examination:
        """Count the rebuttals among the evidence."""
        roles = case.column("role")
        kinds = [source.get("kind") for source in case.sources_of]
        if not any(roles) and not any(kinds):
            return unknown("no roles were assigned and no source is in the register")
        rebuts = case.select(
            lambda at: roles[at] == Role.REBUTS or kinds[at] == SourceKind.FACTCHECKER
        )
        return by_share(case, rebuts, what="rebut the claim that they repeat", either=True)


def _agencies_of_register(case: Examined) -> tuple[set[str], set[str]]:
    known: set[str] = set()
    tiered: set[str] = set()
    for source_id, source in case.sources.items():
        if source.get("kind") == SourceKind.AGENCY or recorded(source.get("tier")):
            host = source_id.partition(":")[2]
            names = {host, host.partition(".")[0], str(source.get("name") or "")}
            folded = {name.strip().casefold() for name in names if name.strip()}
            (tiered if recorded(source.get("tier")) else known).update(folded)
    return known - tiered, tiered


def _with_copies(case: Examined, covered: frozenset[str]) -> frozenset[str]:
    """`covered`, and the copies of every text of which at least half of the copies are covered."""
    keys = case.column("text_id")
    total = Counter(key for key in keys if key)
    inside = Counter(
        key for key, doc_id in zip(keys, case.doc_ids, strict=True) if key and doc_id in covered
    )
    whole = {key for key, count in inside.items() if count * 2 >= total[key]}
    return covered | case.select(lambda at: keys[at] in whole)


def _hidden_owners(case: Examined) -> bool:
    """Whether members share technical marks without a common declared owner."""
    edges = case.edges.select(["left", "right", "trace_kind"]).to_pylist()
    return any(
        edge["trace_kind"] == TraceKind.INFRASTRUCTURE
        and (owner_of(case, edge["left"]) or edge["left"])
        != (owner_of(case, edge["right"]) or edge["right"])
        for edge in edges
    )


def _quoted(case: Examined) -> list[float]:
    texts = case.column("text")
    shares = []
    for text, spans in zip(texts, case.column("quotations"), strict=True):
        quoted = sum(max(0, (span["end"] or 0) - (span["start"] or 0)) for span in spans or ())
        shares.append(quoted / max(len(text or ""), 1))
    return shares


def _share_buttons(case: Examined) -> set[int]:
    """Positions whose text opens with the title of a document whose address they link to."""
    linked = case.outside.rows("canonical_url", case.values("links"))
    titles = case.outside.table.column("title")
    found = set()
    for at, (links, text) in enumerate(zip(case.column("links"), case.texts, strict=True)):
        for link in links or ():
            for row in linked.get(link, [])[:20]:
                title = _squeezed(titles[int(row)].as_py())
                if len(title) >= 15 and title in _squeezed(text):
                    found.add(at)
    return found


def _squeezed(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


PROVENANCE = (WireCopy(), PressRelease(), Quotation(), FactCheck())

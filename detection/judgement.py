"""The four judgements on a candidate: four ladders, four reasons, never one score.

Each function gives a rung and its reason. The program states what was measured or recorded; what
it means is for a person to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from baken.config import DetectConfig
from baken.detection.case import Examined, host_of
from baken.detection.families import MARKS, Family
from baken.detection.rules import Support
from baken.model import Tier, TraceKind

# Accounts that a strong statement needs, beside three families of traces or two and shared
# technical marks; below, the statement is "tested".
STRONG_ACTORS = 5


class Coordinated(StrEnum):
    """How far the members are in step beyond chance."""

    NONE = "none"
    WEAK = "weak"
    TESTED = "tested"
    STRONG = "strong"


class Inauthentic(StrEnum):
    """How many kinds of concealment were seen; no sign found is not proof of honesty."""

    NO_SIGN = "no sign found"
    ONE_SIGN = "one sign"
    SEVERAL_SIGNS = "several signs"


class StateLink(StrEnum):
    """What the source register records of the members or of what they link to."""

    NONE = "none recorded"
    CITES = "cites recorded sources"
    MEMBER = "recorded members"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of one ladder, why, and the ids that show it."""

    value: str
    reason: str
    evidence: tuple[str, ...] = ()


def coordinated(standing: Support, config: DetectConfig) -> Rung:
    """The statistics alone: which families of traces pass the test, for how many accounts."""
    if not standing.edges.any():
        return Rung(Coordinated.NONE, "no pair is in step beyond chance")
    names = ", ".join(standing.families)
    reason = (
        f"{len(standing.actors)} accounts in step on {names}, q at most {config.q_max:g}, "
        f"{len(standing.objects)} distinct objects"
    )
    if short := standing.shortfalls(config):
        return Rung(Coordinated.WEAK, f"{reason}; short of the rule: {'; '.join(short)}")
    behaviour = [name for name in standing.broad(config) if name not in MARKS]
    several = len(behaviour) >= 3 or (
        len(behaviour) >= 2 and Family.INFRASTRUCTURE in standing.families
    )
    if several and len(standing.actors) >= STRONG_ACTORS:
        return Rung(Coordinated.STRONG, reason)
    return Rung(Coordinated.TESTED, reason)


def inauthentic(case: Examined, standing: Support) -> Rung:
    """Signs of concealment: each kind counts once, and none is inferred from being in step.

    The signs: technical marks shared without a common declared owner, a look-alike of a registered
    name, no stated owner on most sites whose pages were read, others' texts without their source,
    and account names made from one template.
    """
    signs = [
        sign
        for sign in (
            _shared_marks(case, standing),
            _look_alikes(case),
            _no_owner(case),
            _plagiarised(case),
            _templates(standing),
        )
        if sign is not None
    ]
    if not signs:
        return Rung(Inauthentic.NO_SIGN, "none of five kinds of sign was found")
    rung = Inauthentic.ONE_SIGN if len(signs) == 1 else Inauthentic.SEVERAL_SIGNS
    evidence = tuple(item for _, items in signs for item in items)
    return Rung(rung, "; ".join(reason for reason, _ in signs), evidence)


def state_link(case: Examined) -> Rung:
    """What the register records of the members, else of what at least two of them link to.

    Only reviewed entries with a reason count; that a text agrees with a state never does.
    """
    tiers = {
        name: str(source["tier"])
        for name, source in case.member_sources.items()
        if recorded(source.get("tier"))
    }
    if tiers:
        counts = Counter(tiers.values())
        listed = ", ".join(f"{count} {tier}" for tier, count in sorted(counts.items()))
        return Rung(
            StateLink.MEMBER,
            f"the register records {listed} among {len(case.members)} members",
            tuple(sorted(tiers)),
        )
    return _cited(case)


def recorded(tier: object) -> bool:
    """Whether a tier of the register says anything about a state."""
    return bool(tier) and str(tier) != Tier.UNCLASSIFIED


def owner_of(case: Examined, account: str) -> str | None:
    """The declared owner of an account, from the register or else from its own pages."""
    owner = case.member_sources.get(account, {}).get("owner")
    return _folded(owner) or case.stated_owners.get(account)


def _cited(case: Examined) -> Rung:
    hosts = {
        host_of(source.get("url")): str(source.get("tier"))
        for source in case.sources.values()
        if recorded(source.get("tier"))
    }
    hosts.pop("", None)
    citing: dict[str, list[str]] = defaultdict(list)
    authors: dict[str, set[str]] = defaultdict(set)
    for doc_id, account, links in zip(
        case.doc_ids, case.column("account_id"), case.column("links"), strict=True
    ):
        for tier in {hosts[host] for link in links or () if (host := host_of(link)) in hosts}:
            citing[tier].append(doc_id)
            authors[tier].add(account)
    found = sorted(tier for tier in citing if len(authors[tier]) >= 2)
    if not found:
        return Rung(StateLink.NONE, "no member and no common link target is in the register")
    listed = ", ".join(
        f"{len(citing[tier])} documents of {len(authors[tier])} members link to {tier} sources"
        for tier in found
    )
    return Rung(
        StateLink.CITES,
        f"{listed}; linking alone shows no tie",
        tuple(sorted({doc_id for tier in found for doc_id in citing[tier]})),
    )


def _shared_marks(case: Examined, standing: Support) -> tuple[str, list[str]] | None:
    edges = case.evidence.edges.filter(pa.array(standing.edges)).to_pylist()
    undeclared: set[str] = set()
    for edge in edges:
        if edge["trace_kind"] != TraceKind.INFRASTRUCTURE:
            continue
        left, right = owner_of(case, edge["left"]), owner_of(case, edge["right"])
        if left is None or left != right:
            undeclared.update((edge["left"], edge["right"]))
    if not undeclared:
        return None
    members = sorted(undeclared)
    return f"{len(members)} members share technical marks without a common owner", members


def _look_alikes(case: Examined) -> tuple[str, list[str]] | None:
    from baken.detection.lookalike import resembles

    known = {
        host_of(source.get("url")): source
        for name, source in sorted(case.sources.items())
        if name not in case.member_set
    }
    known.pop("", None)
    found = []
    for member, host in sorted(case.member_hosts.items()):
        # A member that the register knows under this very host is what it says it is.
        if member in case.member_sources and case.member_sources[member].get("owner"):
            continue
        found += [f"{host} ({brand})" for brand in sorted(known) if resembles(host, brand)]
    if not found:
        return None
    return f"names that resemble registered ones: {', '.join(found[:5])}", found


def _no_owner(case: Examined) -> tuple[str, list[str]] | None:
    read = sorted(case.sites_read)
    silent = [name for name in read if owner_of(case, name) is None]
    if len(silent) < 2 or len(silent) * 2 < len(read):
        return None
    return f"{len(silent)} of {len(read)} sites state no owner on the pages read", silent


def _plagiarised(case: Examined) -> tuple[str, list[str]] | None:
    copied = sorted(case.uncredited_copies)
    if len(copied) < 3:
        return None
    return f"{len(copied)} documents repeat earlier texts of others without their source", copied


def _templates(standing: Support) -> tuple[str, list[str]] | None:
    touched = standing.families.get(Family.HANDLE)
    if not touched:
        return None
    return f"{len(touched)} account names follow one template", sorted(touched)


def _folded(owner: object) -> str | None:
    text = " ".join(str(owner).casefold().split()) if owner else ""
    return text or None

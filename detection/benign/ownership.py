"""Explanations by who runs a site: one owner, a mirror or aggregator, a parked name."""

from __future__ import annotations

from baken.detection.benign.examination import (
    MOST,
    Detector,
    Examination,
    by_share,
    named,
    ruled_out,
    unknown,
)
from baken.detection.benign.sisters import open_families
from baken.detection.case import Examined, host_of
from baken.detection.families import ALL_FAMILIES, Family
from baken.detection.judgement import owner_of, recorded
from baken.detection.lexicon import is_host
from baken.model import SourceKind, TraceKind, Verdict


class SameOwner(Detector):
    """Sister papers of one publisher share texts, systems and analytics because they are one house.

    Looked for: a common owner in the register, or stated on the sites' own pages; and outlets that
    openly promote the same sister channels, or one the other. Edges inside one declared house do
    not count. A house that the register records with a state explains its step but is not
    innocent, so its edges stay.
    """

    benign_class = "same-owner"
    title = "one declared owner"

    def examine(self, case: Examined) -> Examination:
        """Compare the declared owners of both ends of each edge."""
        ties = sorted(
            set(
                zip(
                    case.edges.column("left").to_pylist(),
                    case.edges.column("right").to_pylist(),
                    strict=True,
                )
            )
        )
        owners = {name: owner_of(case, name) for name in case.members}
        sisters = open_families(case, ties)
        if not any(owners.values()) and not sisters:
            return unknown(
                "no member declares an owner or promotes another, and none is registered"
            )
        inside = [
            tie for tie in ties if tie in sisters or (owners.get(tie[0]) and _same(owners, tie))
        ]
        of_state = [
            tie
            for tie in inside
            if any(recorded(case.member_sources.get(end, {}).get("tier")) for end in tie)
        ]
        houses = sorted({str(owners[left]) for left, _ in inside if owners.get(left)})
        reason = f"{len(inside)} of {len(ties)} pairs lie inside one declared house"
        if houses:
            reason = f"{reason} ({named(houses)})"
        if sisters:
            reason += f"; {len(sisters)} pairs promote the same channels openly"
        if of_state:
            reason += f"; {len(of_state)} of them are recorded with a state and stay"
        closed = frozenset(inside) - frozenset(of_state)
        share = len(closed) / len(ties) if ties else 0.0
        verdict = Verdict.RULED_OUT
        if share >= MOST:
            verdict = Verdict.RULED_IN
        elif inside:
            verdict = Verdict.UNKNOWN
        return Examination(verdict, reason, pairs=closed, families=ALL_FAMILIES)


class Aggregator(Detector):
    """Aggregators, mirrors, archives and platforms: many addresses, one text.

    Looked for: sources registered as aggregators, pages that name another site as their canonical
    address, hosts of archives and caches; and shared domains that are mere platforms (a video
    site, a shortener), which everybody links to.
    """

    benign_class = "aggregator"
    title = "aggregator, mirror, archive or platform"

    def examine(self, case: Examined) -> Examination:
        """Tell the site that publishes from the site that shows."""
        kinds = [source.get("kind") for source in case.sources_of]
        urls, canonicals = case.column("url"), case.column("canonical_url")
        covered = case.select(
            lambda at: (
                kinds[at] == SourceKind.AGGREGATOR
                or is_host(host_of(urls[at]), "aggregator")
                or _elsewhere(urls[at], canonicals[at])
            )
        )
        platforms = _platform_objects(case)
        what = "stand on an aggregator, mirror or archive"
        if platforms:
            what = f"{what} ({len(platforms)} shared domains are platforms)"
        found = by_share(case, covered, what=what, either=True)
        return Examination(
            found.verdict,
            found.reason,
            void=found.void,
            objects=frozenset(platforms),
            families=found.families,
        )


class ParkedDomain(Detector):
    """Look-alike names that nobody uses: defensive registrations, parked domains, resellers.

    Looked for: members tied by technical marks that published nothing in the window, or whose pages
    only offer the name for sale. Their marks do not count.
    """

    benign_class = "parked-domain"
    title = "parked or defensive domain"

    def examine(self, case: Examined) -> Examination:
        """Look at what the sites behind the infrastructure edges publish."""
        edges = case.edges.select(["left", "right", "trace_kind"]).to_pylist()
        ties = {
            (edge["left"], edge["right"])
            for edge in edges
            if edge["trace_kind"] == TraceKind.INFRASTRUCTURE
        }
        if not ties:
            return ruled_out("no member is tied by technical marks")
        empty = {
            end for tie in ties for end in tie if case.outside.activity.get(end, 0) == 0
        } | _for_sale(case)
        closed = frozenset(tie for tie in ties if empty & set(tie))
        if not closed:
            return ruled_out(f"all sites behind {len(ties)} technical ties publish")
        most = len(closed) >= MOST * len(ties)
        return Examination(
            Verdict.RULED_IN if most else Verdict.UNKNOWN,
            f"{len(closed)} of {len(ties)} technical ties lead to sites without content: "
            + named(sorted(empty)),
            pairs=closed,
            families=frozenset({Family.INFRASTRUCTURE}),
        )


def _same(owners: dict[str, str | None], tie: tuple[str, str]) -> bool:
    return owners.get(tie[0]) == owners.get(tie[1])


def _elsewhere(url: str | None, canonical: str | None) -> bool:
    here, there = host_of(url), host_of(canonical)
    if not here or not there or here == there:
        return False
    return not here.endswith(f".{there}") and not there.endswith(f".{here}")


def _platform_objects(case: Examined) -> list[str]:
    rows = case.edges.select(["trace_kind", "objects"]).to_pylist()
    shared = {
        thing
        for row in rows
        if row["trace_kind"] == TraceKind.DOMAIN
        for thing in row["objects"] or ()
    }
    return sorted(thing for thing in shared if is_host(thing.removeprefix("www."), "platform"))


def _for_sale(case: Examined) -> set[str]:
    seen, accounts = case.topics, case.column("account_id")
    offers: dict[str, list[bool]] = {}
    for account, topic, text in zip(accounts, seen, case.texts, strict=True):
        offers.setdefault(account, []).append("parked" in topic and len(text) < 2_000)
    return {account for account, found in offers.items() if all(found)}


OWNERSHIP = (SameOwner(), Aggregator(), ParkedDomain())

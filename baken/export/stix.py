"""Candidates as STIX 2.1: a grouping with a note until a person has confirmed it, then a campaign.

Two profiles. `core` has the standard's own objects only; `opencti` adds channel, narrative and
media-content as that platform defines them. Neither names a person or holds a full text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from baken.export.context import ExportContext
from baken.export.disclosure import Disclosed, Post, is_person
from baken.export.stix_objects import CONFIDENCE, NEW_SCO, NEW_SDO, Builder, stamp
from baken.model import CampaignStatus

MAX_POSTS = 1_000
_SITE = "web:"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
_WEB_ADDRESS = re.compile(r"https?://[^\s\"<>\\^`{|}\x00-\x20]{1,2000}")
_OPINIONS = {
    CampaignStatus.CONFIRMED: "agree",
    CampaignStatus.DISMISSED: "disagree",
    CampaignStatus.INSUFFICIENT: "neutral",
}


def core_bundle(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """A bundle with the objects of the standard alone."""
    return _bundle(cases, context, opencti=False)


def opencti_bundle(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """A bundle for OpenCTI, with channels, narratives and media content."""
    return _bundle(cases, context, opencti=True)


def _bundle(cases: Sequence[Disclosed], context: ExportContext, *, opencti: bool) -> bytes:
    builder = Builder(context)
    for case in cases:
        builder.times(case["first_seen"])
        _case(builder, case, context, opencti=opencti)
    return builder.bundle()


def _case(builder: Builder, case: Disclosed, context: ExportContext, *, opencti: bool) -> None:
    evidence = _evidence(builder, case)
    if evidence:
        evidence.append(_observation(builder, case, evidence))
    channels, narratives = [], []
    if opencti:
        channels = _channels(builder, case, context)
        narratives = _narratives(builder, case, context)
    parts = [*evidence, *channels, *narratives]
    # An immutable number with the project's name: platforms merge what has the same name.
    name = f"{context.project} {case.campaign_id}"
    if case["status"] == CampaignStatus.CONFIRMED:
        subject = _confirmed(builder, case, name, parts)
        for target in (*channels, *narratives):
            builder.relate(subject, "uses", target)
    else:
        subject = builder.add(
            "grouping",
            case.campaign_id,
            name=f"{name}: candidate",
            description=case["statement"],
            context="suspicious-activity",
            object_refs=parts or [builder.author],
        )
    builder.add(
        "note",
        case.campaign_id,
        abstract=f"{name}: judgements, innocent explanations and caveats",
        content=note_text(case),
        object_refs=[subject],
    )
    for number, judgement in enumerate(case["judgements"] or []):
        _opinion(builder, case, number, judgement, subject)


def _confirmed(builder: Builder, case: Disclosed, name: str, parts: list[str]) -> str:
    decisions = [one for one in case["judgements"] or [] if one["status"] == "confirmed"]
    last = decisions[-1] if decisions else {}
    confidence = CONFIDENCE.get(str(last.get("confidence")))
    campaign = builder.add(
        "campaign",
        case.campaign_id,
        name=name,
        description=case["statement"],
        first_seen=_stamped(case["first_seen"]),
        last_seen=_stamped(case["last_seen"]),
        confidence=confidence,
    )
    for one in case["techniques"] or []:
        # Not `uses`: that would assign what was only suggested.
        builder.relate(
            campaign,
            "related-to",
            builder.technique(one["technique_id"], one["name"]),
            description=_suggestion(one),
        )
    for part in parts:
        if part.startswith("observed-data--"):
            builder.relate(part, "related-to", campaign)
    published = _moment(last.get("at")) or _moment(case["last_seen"])
    builder.add(
        "report",
        case.campaign_id,
        name=f"{name}: report",
        description=case["statement"],
        report_types=["campaign"],
        published=stamp(published) if published else builder.objects[campaign]["modified"],
        confidence=confidence,
        object_refs=[campaign, *parts],
    )
    return campaign


def _evidence(builder: Builder, case: Disclosed) -> list[str]:
    hosts = [host_of(member) for member in case.members if not is_person(member)]
    found = [builder.observe("domain-name", {"value": host}) for host in hosts if host]
    for post in case.posts[:MAX_POSTS]:
        address = web_address(post)
        if address:
            found.append(builder.observe("url", {"value": address}))
    return list(dict.fromkeys(found))


def _observation(builder: Builder, case: Disclosed, evidence: list[str]) -> str:
    first = _moment(case["first_seen"]) or _moment(case["last_seen"])
    last = _moment(case["last_seen"]) or first
    fallback = builder.objects[builder.author]["created"]
    # The standard allows no larger number here.
    number = min(max(int(case["documents"] or 1), 1), 999_999_999)
    return builder.add(
        "observed-data",
        case.campaign_id,
        first_observed=stamp(first) if first else fallback,
        last_observed=stamp(last) if last else fallback,
        number_observed=number,
        object_refs=list(evidence),
    )


def _channels(builder: Builder, case: Disclosed, context: ExportContext) -> list[str]:
    channels = {}
    for member in case.members:
        if is_person(member):
            continue
        row = context.sources.get(member) or {}
        tier = row.get("tier")
        channels[member] = builder.add(
            "channel",
            member,
            shared=True,
            name=str(row.get("name") or member),
            channel_types=["website" if host_of(member) else "channel"],
            labels=[f"exposure:{tier}"] if tier else None,
            extensions=NEW_SDO,
        )
    media = []
    for post in case.posts[:MAX_POSTS]:
        address, channel = web_address(post), channels.get(post.account_id)
        if address:
            published = _moment(post.published_at)
            content = builder.observe(
                "media-content",
                {"url": address},
                title=post.title,
                publication_date=stamp(published) if published else None,
                extensions=NEW_SCO,
            )
            media.append(content)
            if channel:
                builder.relate(channel, "publishes", content)
    return list(channels.values())


def _narratives(builder: Builder, case: Disclosed, context: ExportContext) -> list[str]:
    found = []
    for narrative in case["narrative_ids"] or []:
        label = (context.narratives.get(narrative) or {}).get("label")
        found.append(
            builder.add(
                "narrative",
                narrative,
                shared=True,
                name=f"{context.project} {narrative}",
                description=f"Candidate narrative: {label}" if label else "Candidate narrative",
                extensions=NEW_SDO,
            )
        )
    return found


def note_text(case: Disclosed) -> str:
    """The four judgements, explanations, suggestions and caveats, a line each."""
    fields = ("coordinated", "inauthentic", "state_link", "reach")
    lines = [f"{name.replace('_', ' ')}: {case[name] or 'not stated'}" for name in fields]
    lines.append(f"accounts: {case['accounts']}, of them persons (never named): {case.persons}")
    public = [member for member in case.members if not is_person(member)]
    lines.append(f"outlets and channels: {', '.join(public) or 'none'}")
    lines += [
        f"innocent explanation {one['class']}: {one['verdict']}; {one['evidence']}"
        for one in case["benign"] or []
    ]
    lines += [
        f"technique {one['technique_id']} {one['name']}: {_suggestion(one)}"
        for one in case["techniques"] or []
    ]
    lines.append(f"coverage: {case['coverage'] or 'not recorded'}")
    lines.append("A flag says that accounts were in step, not that what they wrote is untrue.")
    return "\n".join(" ".join(line.split()) for line in lines)


def _suggestion(technique: Mapping[str, Any]) -> str:
    signal, value, caveat = (technique.get(name) for name in ("signal", "value", "caveat"))
    return f"suggested, not assigned, by {signal} ({value}); {caveat}"


def _opinion(
    builder: Builder, case: Disclosed, number: int, judgement: dict[str, Any], subject: str
) -> None:
    opinion = _OPINIONS.get(judgement["status"])
    if opinion is None:
        return
    reasons = [f"Reason: {judgement['reason']}"]
    if judgement.get("alternative"):
        reasons.append(f"Alternative considered: {judgement['alternative']}")
    if judgement.get("likelihood"):
        reasons.append(f"Likelihood: {judgement['likelihood']}")
    builder.add(
        "opinion",
        case.campaign_id,
        str(number),
        opinion=opinion,
        explanation=" ".join(reasons),
        authors=[str(judgement["role"])],
        object_refs=[subject],
    )


def host_of(account: str) -> str | None:
    """The host of an outlet's account; `None` for any other."""
    host = account.removeprefix(_SITE).lower()
    return host if account.startswith(_SITE) and _HOST.fullmatch(host) else None


def web_address(post: Post) -> str | None:
    """The address of a post where it is one of the web; `None` for any other."""
    return post.url if post.url and _WEB_ADDRESS.fullmatch(post.url) else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _stamped(value: Any) -> str | None:
    moment = _moment(value)
    return stamp(moment) if moment else None

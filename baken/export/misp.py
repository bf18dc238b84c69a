"""Candidates as MISP events in the platform's own JSON: through STIX it would lose half of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from baken.export.context import ExportContext
from baken.export.disclosure import Disclosed, cleaned
from baken.export.stix import MAX_POSTS, host_of, note_text, web_address
from baken.export.stix_objects import project_uuid, without_pseudonyms

# MISP's numbers: threat level undefined; analysis initial or completed; shared with nobody yet.
_UNDEFINED, _INITIAL, _COMPLETED, _OWN_ORGANISATION = "4", "0", "2", "0"
_LIKELIHOODS = {"roughly even": "roughly-even-chance"}


def misp_events(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """One event for each candidate: `Event` for a single one, else a `response` of several."""
    events = [{"Event": _event(case, context)} for case in cases]
    content = events[0] if len(events) == 1 else {"response": events}
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _event(case: Disclosed, context: ExportContext) -> dict[str, Any]:
    confirmed = case["status"] == "confirmed"
    word = "campaign" if confirmed else "candidate"
    return {
        "uuid": project_uuid(context.project, "misp-event", case.campaign_id),
        "info": cleaned(f"{context.project} {case.campaign_id}: {word}"),
        "date": f"{case['first_seen'] or context.exported_at:%Y-%m-%d}",
        "timestamp": str(int(context.exported_at.timestamp())),
        "published": False,
        "threat_level_id": _UNDEFINED,
        "analysis": _COMPLETED if confirmed else _INITIAL,
        "distribution": _OWN_ORGANISATION,
        "Attribute": _attributes(case, context),
        "Tag": [{"name": name} for name in _tags(case, context)],
    }


def _attributes(case: Disclosed, context: ExportContext) -> list[dict[str, Any]]:
    hosts = [host for member in case.members if (host := host_of(member))]
    addresses = [url for post in case.posts[:MAX_POSTS] if (url := web_address(post))]
    values = [
        *(("domain", "Network activity", host, "member") for host in hosts),
        *(("url", "Network activity", url, "post") for url in dict.fromkeys(addresses)),
        ("text", "Other", case["statement"] or "no tested statement", "statement"),
        ("comment", "Other", note_text(case), "judgements, innocent explanations and caveats"),
    ]
    return [
        {
            "uuid": project_uuid(context.project, "misp", case.campaign_id, kind, value),
            "type": kind,
            "category": category,
            "value": without_pseudonyms(value),
            "comment": comment,
            # These are addresses of outlets: nothing here is for a block list.
            "to_ids": False,
            "timestamp": str(int(context.exported_at.timestamp())),
        }
        for kind, category, value, comment in values
    ]


def _tags(case: Disclosed, context: ExportContext) -> list[str]:
    tags = [f"tlp:{context.tlp}", f'workflow:state="{_workflow(case)}"']
    decisions = case["judgements"] or []
    if decisions:
        likelihood, confidence = decisions[-1].get("likelihood"), decisions[-1].get("confidence")
        scale = "estimative-language"
        if likelihood:
            word = _LIKELIHOODS.get(likelihood, likelihood.replace(" ", "-"))
            tags.append(f'{scale}:likelihood-probability="{word}"')
        if confidence:
            tags.append(f'{scale}:confidence-in-analytic-judgment="{confidence}"')
    return tags


def _workflow(case: Disclosed) -> str:
    final = ("confirmed", "dismissed", "insufficient")
    return "complete" if case["status"] in final else "incomplete"

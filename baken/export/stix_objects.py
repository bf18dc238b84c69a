"""The parts of a STIX 2.1 bundle: ids that never change, markings, and single objects."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from baken.export.context import ExportContext, Tlp
from baken.export.disclosure import PERSON_PREFIX, cleaned

# Ours: the same finding has the same id in every export of the same project.
_NAMESPACE = uuid.UUID("3770b868-23bd-4d60-b275-d184573e2e6c")
# The standard's, for cyber-observable objects (STIX 2.1, section 2.9).
_SCO_NAMESPACE = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_TLP_IDS = {
    Tlp.CLEAR: "94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_MITRE_EXTENSION = "extension-definition--322b8f77-262a-4cb8-a915-1e441e00329b"
_OPENCTI_SDO = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
_OPENCTI_SCO = "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82"
NEW_SDO = {_OPENCTI_SDO: {"extension_type": "new-sdo"}}
NEW_SCO = {_OPENCTI_SCO: {"extension_type": "new-sco"}}
# The confidence words of a judgement on STIX's scale (appendix A, low / med / high).
CONFIDENCE = {"low": 15, "moderate": 50, "high": 85}

# Tactic of the techniques that baken can suggest, by the part of their id before the dot.
_TACTICS = {
    "develop-content": ("T0015", "T0084", "T0085"),
    "microtarget": ("T0101",),
    "select-channels-and-affordances": ("T0153",),
    "persist-in-the-information-environment": ("T0128", "T0129"),
    "develop-narratives": ("T0068",),
    "establish-assets": ("T0145", "T0146", "T0149", "T0150"),
    "establish-legitimacy": ("T0097", "T0098", "T0143", "T0144"),
    "maximise-exposure": ("T0049", "T0060", "T0118", "T0119"),
}
_PHASE = {root: phase for phase, roots in _TACTICS.items() for root in roots}

# Objects that many findings share keep this time: an id may not come back with another one.
_SHARED_SINCE = "2025-01-01T00:00:00.000Z"
_PSEUDONYM = re.compile(rf"{PERSON_PREFIX}[0-9a-f]+")

Object = dict[str, Any]


def stamp(moment: datetime) -> str:
    """A time as STIX writes it, to the millisecond."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03}Z"


class Builder:
    """Makes objects that share author, markings and times, and keeps each once."""

    def __init__(self, context: ExportContext) -> None:
        self._context = context
        self.objects: dict[str, Object] = {}
        self._created = _SHARED_SINCE
        self._modified = max(_SHARED_SINCE, stamp(context.exported_at))
        self.author = self._id("identity", "author")
        self._marks = [f"marking-definition--{_TLP_IDS[context.tlp]}"]
        self._mark()
        name = cleaned(context.project)
        self.add("identity", "author", shared=True, name=name, identity_class="system")

    def times(self, created: datetime | None) -> None:
        """Objects from here on, unless shared, were created then, and modified when exported."""
        self._created = stamp(created) if created else _SHARED_SINCE
        self._modified = max(self._created, _SHARED_SINCE, stamp(self._context.exported_at))

    def _id(self, kind: str, *parts: str) -> str:
        return f"{kind}--{project_uuid(self._context.project, kind, *parts)}"

    def add(self, kind: str, *parts: str, shared: bool = False, **properties: Any) -> str:
        """Add a domain object or relationship named by `parts`; return its id.

        A `shared` object may belong to several findings.
        """
        identity = self._id(kind, *parts)
        common: Object = {
            "type": kind,
            "spec_version": "2.1",
            "id": identity,
            "created_by_ref": self.author,
            "created": _SHARED_SINCE if shared else self._created,
            "modified": self._modified,
            "object_marking_refs": self._marks,
        }
        if kind == "identity":
            del common["created_by_ref"]
        self.objects[identity] = common | _known(properties)
        return identity

    def relate(self, source: str, kind: str, target: str, **properties: Any) -> str:
        """Add a relationship; return its id."""
        return self.add(
            "relationship",
            source,
            kind,
            target,
            relationship_type=kind,
            source_ref=source,
            target_ref=target,
            **properties,
        )

    def observe(self, kind: str, naming: Mapping[str, str], **properties: Any) -> str:
        """Add an observable, whose id follows from `naming` by the rule of the standard."""
        canonical = json.dumps(
            dict(naming), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        identity = f"{kind}--{uuid.uuid5(_SCO_NAMESPACE, canonical)}"
        self.objects[identity] = {
            "type": kind,
            "spec_version": "2.1",
            "id": identity,
            "object_marking_refs": self._marks,
            **naming,
            **_known(properties),
        }
        return identity

    def technique(self, technique_id: str, name: str) -> str:
        """Add a DISARM technique, in the form that other platforms merge by its id."""
        phase = _PHASE.get(technique_id.partition(".")[0])
        phases = [{"kill_chain_name": "disarm", "phase_name": phase}] if phase else None
        extension = {"extension_type": "property-extension", "id": technique_id}
        return self.add(
            "attack-pattern",
            technique_id,
            shared=True,
            name=name,
            kill_chain_phases=phases,
            external_references=[{"source_name": "DISARM", "external_id": technique_id}],
            extensions={_MITRE_EXTENSION: extension},
        )

    def _mark(self) -> None:
        tlp = self._context.tlp
        marking = self._marks[0]
        self.objects[marking] = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": marking,
            "created": "2022-10-01T00:00:00.000Z",
            "name": f"TLP:{tlp.upper()}",
            "extensions": {
                _TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": str(tlp)}
            },
        }
        if self._context.purpose:
            statement = self._id("marking-definition", "statement", self._context.purpose)
            self.objects[statement] = {
                "type": "marking-definition",
                "spec_version": "2.1",
                "id": statement,
                "created_by_ref": self.author,
                "created": _SHARED_SINCE,
                "definition_type": "statement",
                "definition": {"statement": cleaned(f"Purpose: {self._context.purpose}")},
            }
            self._marks.append(statement)

    def bundle(self) -> bytes:
        """Everything that was added, by id, as JSON."""
        objects = [self.objects[identity] for identity in sorted(self.objects)]
        body = json.dumps(objects, sort_keys=True, ensure_ascii=False)
        bundle = {
            "type": "bundle",
            "id": f"bundle--{uuid.uuid5(_NAMESPACE, body)}",
            "objects": objects,
        }
        return (json.dumps(bundle, indent=2, ensure_ascii=False) + "\n").encode()


def without_pseudonyms(text: str) -> str:
    """`text` in which no person can be told from another."""
    return _PSEUDONYM.sub(f"{PERSON_PREFIX}…", cleaned(text))


def project_uuid(project: str, *parts: str) -> str:
    """The UUID of the thing that `parts` name in a project; the same in every export."""
    return str(uuid.uuid5(_NAMESPACE, cleaned("\x1f".join((project, *parts)))))


def _known(properties: Mapping[str, Any]) -> Object:
    """The properties that have a value (STIX has no empty ones), without pseudonyms."""
    texts = {
        name: without_pseudonyms(value)
        for name, value in properties.items()
        if isinstance(value, str)
    }
    return {
        name: value
        for name, value in {**properties, **texts}.items()
        if value not in (None, "", [], {})
    }

"""The network of candidates as GraphML, for Gephi, Cytoscape and networkx."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from baken.export.context import ExportContext
from baken.export.disclosure import Disclosed, cleaned, is_person

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_NODE_KEYS = {"label": "string", "account_kind": "string", "tier": "string", "campaigns": "string"}
_EDGE_KEYS = {
    "campaign_id": "string",
    "trace_kind": "string",
    "window_s": "long",
    "observed": "long",
    "expected": "double",
    "p_value": "double",
    "q_value": "double",
    "cosine": "double",
    "weight": "double",
}


def graphml(cases: Sequence[Disclosed], context: ExportContext) -> bytes:
    """Accounts as nodes, tested edges as edges, one for each trace kind; `weight` is observed."""
    buffer = io.BytesIO()
    xml = XMLGenerator(buffer, encoding="utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("graphml", AttributesImpl({"xmlns": _NAMESPACE}))
    for kind, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, value_type in keys.items():
            attributes = {
                "id": f"{kind}-{name}",
                "for": kind,
                "attr.name": name,
                "attr.type": value_type,
            }
            _element(xml, "key", attributes)
    graph = {"id": cleaned(context.project), "edgedefault": "undirected"}
    xml.startElement("graph", AttributesImpl(graph))
    for account, values in _nodes(cases, context).items():
        _element(xml, "node", {"id": cleaned(account)}, values=values, keys=_NODE_KEYS)
    for number, (left, right, values) in enumerate(_edges(cases)):
        ends = {"id": f"e{number}", "source": cleaned(left), "target": cleaned(right)}
        _element(xml, "edge", ends, values=values, keys=_EDGE_KEYS)
    xml.endElement("graph")
    xml.endElement("graphml")
    xml.endDocument()
    return buffer.getvalue()


def _nodes(cases: Sequence[Disclosed], context: ExportContext) -> dict[str, dict[str, Any]]:
    campaigns: dict[str, list[str]] = {}
    for case in cases:
        ends = {end for edge in case.edges for end in (edge["left"], edge["right"])}
        for account in {*case.members, *ends}:
            campaigns.setdefault(account, []).append(case.campaign_id)
    return {
        account: {
            "label": account,
            "account_kind": "person" if is_person(account) else "public",
            "tier": (context.sources.get(account) or {}).get("tier"),
            "campaigns": " ".join(campaigns[account]),
        }
        for account in sorted(campaigns)
    }


def _edges(cases: Sequence[Disclosed]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (
            str(edge["left"]),
            str(edge["right"]),
            {**edge, "campaign_id": case.campaign_id, "weight": edge.get("observed")},
        )
        for case in cases
        for edge in case.edges
    ]


def _element(
    xml: XMLGenerator,
    name: str,
    attributes: Mapping[str, str],
    *,
    values: Mapping[str, Any] | None = None,
    keys: Mapping[str, str] | None = None,
) -> None:
    xml.startElement(name, AttributesImpl(dict(attributes)))
    for key in keys or {}:
        value = (values or {}).get(key)
        if value is not None:
            xml.startElement("data", AttributesImpl({"key": f"{name}-{key}"}))
            xml.characters(cleaned(value))
            xml.endElement("data")
    xml.endElement(name)

"""Traces of what a site is made of, and of how outlets are named."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from baken.model import AccountKind, TraceKind
from baken.protocols import DetectionView
from baken.schema import TRACES, empty

OUTLETS = (AccountKind.OUTLET.value, AccountKind.OFFICIAL.value)
_MIN_STEM = 5


class InfrastructureSignal:
    """Two sites share a technical mark: an analytics or advertising id, an address, a certificate.

    Whoever holds an analytics id sees the visitors of all sites that carry it, so a shared one
    means a shared hand. Addresses of hosting firms, default icons and templates are popular and
    count for little.
    """

    trace_kind = TraceKind.INFRASTRUCTURE

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each mark of a site; the object is the kind and the value of the mark."""
        traits = view.site_traits
        objects = pc.binary_join_element_wise(traits["trait_kind"], traits["value"], "=")
        return pa.table(
            {
                "trace_kind": pa.repeat(pa.scalar(self.trace_kind.value), len(traits)),
                "account_id": traits["account_id"],
                "object_id": objects,
                "doc_id": traits["url"],
                "at": traits["seen_at"],
                "precision_s": pa.nulls(len(traits), pa.int32()),
            }
        ).filter(pc.is_valid(traits["url"]))


class HandleSignal:
    """Two outlets bear names of one template, such as `news-xx.example` with another country each.

    Only organisations are compared: names of persons are never kept. An outlet has one name, so
    that no test can call a pair surprising: what ties the members of a candidate is shown untested
    (`baken.detection.marks`).
    """

    trace_kind = TraceKind.HANDLE

    def traces(self, view: DetectionView) -> pa.Table:
        """One trace for each outlet; the object is its name with digits and short parts masked."""
        documents = view.documents
        outlets = documents.filter(pc.is_in(documents["account_kind"], value_set=pa.array(OUTLETS)))
        if len(outlets) == 0:
            return empty(TRACES)
        first = outlets.group_by("account_id").aggregate(
            [("doc_id", "min"), ("published_at", "min")]
        )
        stems = [template(name) for name in first["account_id"].to_pylist()]
        table = pa.table(
            {
                "trace_kind": pa.repeat(pa.scalar(self.trace_kind.value), len(first)),
                "account_id": first["account_id"],
                "object_id": pa.array(stems, pa.string()),
                "doc_id": first["doc_id_min"],
                "at": first["published_at_min"],
                "precision_s": pa.nulls(len(first), pa.int32()),
            }
        )
        return table.filter(pc.is_valid(table["object_id"]))


def template(account_id: str) -> str | None:
    """The name with its variable parts masked, `None` where too little of it is left."""
    name = account_id.partition(":")[2].casefold()[:200]
    masked = re.sub(r"[^\W\d_]+", lambda part: part[0] if len(part[0]) > 2 else "*", name)
    masked = re.sub(r"\d+", "#", masked)
    fixed = sum(len(part) for part in re.findall(r"[^\W\d_]{3,}", masked))
    return masked if fixed >= _MIN_STEM and masked != name else None

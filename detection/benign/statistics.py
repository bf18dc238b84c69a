"""Explanations that lie in the sample and not in the world: one busy account, too few data."""

from __future__ import annotations

from collections import Counter

import numpy as np

from baken.detection.benign.examination import (
    Detector,
    Examination,
    named,
    ruled_out,
    unknown,
)
from baken.detection.case import Examined
from baken.model import Verdict

# A hub of a star is in every edge; of a triangle each member is in two thirds.
HUB_SHARE = 0.8
# Fewer documents than this in the whole window say nothing of how an account behaves otherwise.
FEW_DOCUMENTS = 3


class Hyperactive(Detector):
    """One account that shares nearly everything, so that it meets everybody by volume alone.

    Looked for: a member that is an end of at least four in five edges. Its edges do not count.
    Not an explanation where the others are also in step with each other.
    """

    benign_class = "hyperactive-account"
    title = "one hyperactive account"

    def examine(self, case: Examined) -> Examination:
        """Count the edges that each member is an end of."""
        left = case.edges.column("left").to_pylist()
        right = case.edges.column("right").to_pylist()
        ties = set(zip(left, right, strict=True))
        if not ties:
            return unknown("no edges")
        ends = Counter(account for tie in ties for account in tie)
        hub = min(ends, key=lambda account: (-ends[account], account))
        share = ends[hub] / len(ties)
        if len(ties) < 2 or share < HUB_SHARE:
            return ruled_out(f"no account is in more than {share:.0%} of {len(ties)} pairs")
        return Examination(
            Verdict.RULED_IN,
            f"{hub} is in {ends[hub]} of {len(ties)} pairs",
            pairs=frozenset(tie for tie in ties if hub in tie),
        )


class SmallSample(Detector):
    """Too little is known of the members: new sources, a window that misses most of them.

    Looked for: members with fewer than three documents in the whole window. Edges that touch such
    a member do not count. Infrastructure is exempt: it needs no history.
    """

    benign_class = "small-sample"
    title = "too small a sample"

    def examine(self, case: Examined) -> Examination:
        """Count what the window holds of each member."""
        activity = case.outside.activity
        if not activity:
            return unknown("the window holds no documents to compare with")
        few = {name for name in case.members if activity.get(name, 0) < FEW_DOCUMENTS}
        median = float(np.median([activity.get(name, 0) for name in case.members]))
        reason = f"{len(few)} of {len(case.members)} members have fewer than {FEW_DOCUMENTS} "
        reason += f"documents in the window (median {median:g})"
        if not few:
            return ruled_out(reason)
        ties = zip(
            case.edges.column("left").to_pylist(),
            case.edges.column("right").to_pylist(),
            strict=True,
        )
        most = len(few) * 2 >= len(case.members)
        return Examination(
            Verdict.RULED_IN if most else Verdict.UNKNOWN,
            f"{reason}: {named(sorted(few))}",
            pairs=frozenset(tie for tie in ties if few & set(tie)),
        )


STATISTICS = (Hyperactive(), SmallSample())

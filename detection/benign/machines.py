"""Explanations by machinery: bots that say so, templates, schedulers, our own crawl, our models."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow.compute as pc

from baken.detection.background import quarter_share, seconds
from baken.detection.benign.examination import (
    Detector,
    Examination,
    by_share,
    named,
    unknown,
)
from baken.detection.benign.provenance import CONTENT
from baken.detection.case import Examined
from baken.detection.families import BEHAVIOUR, Family
from baken.model import SourceKind, Verdict

# Gaps between posts that vary by less than a tenth of their mean are a timer's, in 20 posts.
STEADY = 0.1
MIN_POSTS = 20
# The same text of the same account on three days is a template, not a statement.
TEMPLATE_DAYS = 3
SAME_MOMENT_S = 2.0
# A thirtieth of all seconds is what chance gives to the quarter hours' minute; a third of all posts
# there means that schedulers are the custom.
CUSTOM_SHARE = 0.3
ON_TIME_SHARE = 0.8
# Below this the language models were seen to confuse texts (proposal, to be calibrated again).
SHORT_CHARS = 80
LOW_CONFIDENCE = 0.5


class FeedBot(Detector):
    """Weather, traffic, alarm and feed bots post by the clock and mean no harm.

    Looked for: sources that the register lists as bots. A machine cadence that nobody declared is
    reported as unknown, because it is a sign in either direction.
    """

    benign_class = "feed-bot"
    title = "declared bot: weather, traffic, feed"

    def examine(self, case: Examined) -> Examination:
        """Look for declared bots, then for the cadence of undeclared ones."""
        kinds = [source.get("kind") for source in case.sources_of]
        covered = case.select(lambda at: kinds[at] == SourceKind.BOT)
        found = by_share(case, covered, what="come from declared bots", either=True)
        steady = _steady_accounts(case)
        if steady and found.verdict is not Verdict.RULED_IN:
            return Examination(
                Verdict.UNKNOWN,
                f"{found.reason}; undeclared machine cadence: {named(steady)}",
                void=found.void,
            )
        return found


class Boilerplate(Detector):
    """Cookie notices, newsletter boxes, live-blog frames: the system wrote it, not the editor.

    Looked for: documents without words of their own, short texts made of cookie or newsletter
    phrases, and texts that one account published on three days or more.
    """

    benign_class = "boilerplate"
    title = "boilerplate of the publishing system"

    def examine(self, case: Examined) -> Examination:
        """Look for what recurs by itself."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        flags, seen, keys = case.column("flags"), case.topics, case.column("text_id")
        accounts, templates = case.column("account_id"), _templates(case)
        covered = case.select(
            lambda at: (
                "no-words" in (flags[at] or ())
                or (seen[at].get("cookies", 0) >= 2 and len(case.texts[at]) < 400)
                or (accounts[at], keys[at]) in templates
            )
        )
        return by_share(case, covered, what="are boilerplate or recur daily", families=CONTENT)


class Scheduler(Detector):
    """Times that a machine set: schedulers, feeds on the hour, and our own crawl.

    Looked for: documents whose stated time is the moment when we fetched them (never evidence of
    synchrony), and posts on the quarter hour where this is the custom of the whole window. Where it
    is not, the members' scheduling explains nothing.
    """

    benign_class = "scheduler"
    title = "scheduling tool or crawl time"

    def examine(self, case: Examined) -> Examination:
        """Compare publication with fetch, and members' minutes with everybody's."""
        if not np.isfinite(case.seconds).any():
            return unknown("no publication times are known")
        fetched = seconds(case.documents.column("collected_at"))
        gap = np.abs(case.seconds - fetched)
        covered = case.select(lambda at: bool(gap[at] <= SAME_MOMENT_S))
        found = by_share(case, covered, what="bear the time of our own fetch", either=True)
        own, everybody = quarter_share(case.seconds), case.outside.on_the_quarter
        if found.verdict is Verdict.RULED_IN or own < ON_TIME_SHARE:
            return found
        reason = f"{own:.0%} of the evidence and {everybody:.0%} of all documents fall on a quarter"
        if everybody < CUSTOM_SHARE:
            return Examination(
                Verdict.UNKNOWN, f"{reason}; scheduled, but not by custom", void=found.void
            )
        return Examination(
            Verdict.RULED_IN,
            reason,
            documents=frozenset(case.doc_ids),
            families=BEHAVIOUR - {Family.CONTENT, Family.MEDIA},
        )


class WeakText(Detector):
    """The model erred: short texts, dialect and unclear language look alike to it.

    Looked for: texts that no other member posted word for word and that are shorter than 80
    characters, or whose language is unknown or uncertain. Identical texts need no model.
    """

    benign_class = "weak-text"
    title = "text too short or unclear for the model"

    def examine(self, case: Examined) -> Examination:
        """Look for texts on which similarity means little."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        own, keys = case.sharers("text_id"), case.column("text_id")
        languages, sure = case.column("language"), case.column("language_confidence")
        if not any(keys):
            return unknown("the documents were not annotated")

        def weak(at: int) -> bool:
            if own.get(keys[at] or "", 0) > 1:
                return False
            unclear = languages[at] in (None, "und") or (
                sure[at] is not None and sure[at] < LOW_CONFIDENCE
            )
            return unclear or len(case.texts[at]) < SHORT_CHARS

        return by_share(
            case,
            case.select(weak),
            what="are too short or unclear for the language model",
            families=CONTENT,
        )


def _steady_accounts(case: Examined) -> list[str]:
    rows = case.outside.rows("account_id", list(case.members))
    found = []
    for name, places in sorted(rows.items()):
        times = np.sort(case.outside.seconds[places])
        gaps = np.diff(times[np.isfinite(times)])
        if len(gaps) >= MIN_POSTS and gaps.mean() > 0 and gaps.std() < STEADY * gaps.mean():
            found.append(name)
    return found


def _templates(case: Examined) -> set[tuple[str, str]]:
    """Pairs of account and text that occur on at least `TEMPLATE_DAYS` different days."""
    days: dict[tuple[str, str], set[float]] = defaultdict(set)
    table = case.outside.table.select(["account_id", "text_id"])
    rows = case.outside.rows("account_id", list(case.members))
    for name, places in rows.items():
        keys = pc.take(table.column("text_id"), places).to_pylist()
        for key, moment in zip(keys, case.outside.seconds[places], strict=True):
            if key and np.isfinite(moment):
                days[(name, key)].add(moment // 86_400)
    return {pair for pair, dates in days.items() if len(dates) >= TEMPLATE_DAYS}


MACHINES = (FeedBot(), Boilerplate(), Scheduler(), WeakText())

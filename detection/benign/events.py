"""Explanations by an event that everybody saw: news, a match, a show, a fandom's day."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from baken.detection.benign.examination import Detector, Examination, by_share, unknown
from baken.detection.case import Examined
from baken.detection.families import BEHAVIOUR, Family
from baken.detection.lexicon import topics_of

# Others must have shared the same thing in the hours before, in numbers that make following them
# the simplest reading: ten, and twice as many as the members. With five and one more, two groups
# of a known operation of 2016 were explained by its own accounts that no edge had caught.
BEFORE_S = 3 * 3_600.0
MANY_OTHERS = 10
MORE = 2
MIN_OTHERS = 5
# A text this short is a cheer: "GOAL!!! 1-0" says nothing of who copied whom.
CHEER_CHARS = 120
_SPREAD = BEHAVIOUR - {Family.CONTENT, Family.MEDIA}


class BreakingNews(Detector):
    """Something happened, and everybody shares the same link, tag or post within the hour.

    Looked for: for each document, accounts that are in step with nobody and shared the same link,
    hashtag or post in the three hours before: at least ten, and twice the members that share it.
    Identical texts are not explained by this: news makes people speak, not copy.
    """

    benign_class = "breaking-news"
    title = "breaking news"

    def examine(self, case: Examined) -> Examination:
        """Count who shared the same thing before."""
        if not np.isfinite(case.seconds).any():
            return unknown("no publication times are known")
        covered = case.select(lambda at: _followed(case, at))
        return by_share(
            case,
            covered,
            what="share what more others shared in the three hours before",
            families=_SPREAD,
        )


class SportsTelevision(Detector):
    """A match, a song contest, a talk show, an election night: one clock for a whole country.

    Looked for: words of sport and television in text or hashtags, together with other accounts that
    share the same hashtag on the same evening. Short cheers are explained, longer identical texts
    are not.
    """

    benign_class = "sports-television"
    title = "sports, song contest, television"

    def examine(self, case: Examined) -> Examination:
        """Look for the words of the event, and for the others who watched it."""
        return _crowd(case, "sports", what="cheer at a match or show that others watched too")


class Fandom(Detector):
    """Fans organise openly: streaming parties, birthday tags, voting for their group.

    Looked for: the words of fan culture in text or hashtags. Fans hide nothing, so without signs of
    concealment there is nothing to review; longer identical texts still count.
    """

    benign_class = "fandom"
    title = "fandom"

    def examine(self, case: Examined) -> Examination:
        """Look for the words of fan culture."""
        return _crowd(case, "fandom", what="speak the language of fans", alone=True)


def _crowd(case: Examined, topic: str, *, what: str, alone: bool = False) -> Examination:
    if not any(case.texts):
        return unknown("the documents hold no text")
    seen, tags = case.topics, case.column("hashtags")
    others, own = case.bystanders("hashtags"), case.sharers("hashtags")

    def accompanied(at: int) -> bool:
        return alone or any(
            len(others.get(tag, ())) >= max(MIN_OTHERS, own[tag]) for tag in tags[at] or ()
        )

    def spoken(at: int) -> bool:
        # One word of a match in a long text is a figure of speech.
        least = 1 if len(case.texts[at]) <= CHEER_CHARS else 2
        return seen[at].get(topic, 0) >= least or _in_tags(tags[at], topic)

    covered = case.select(lambda at: spoken(at) and accompanied(at))
    long = frozenset(
        doc_id
        for doc_id, text in zip(case.doc_ids, case.texts, strict=True)
        if len(text) > CHEER_CHARS
    )
    cheers = len(covered - long) * 2 >= len(covered)
    return by_share(case, covered, what=what, families=BEHAVIOUR if cheers else _SPREAD)


def _in_tags(tags: list[str] | None, topic: str) -> bool:
    return any(topic in _topics_of_tag(tag[:100]) for tag in tags or ())


@lru_cache(maxsize=10_000)
def _topics_of_tag(tag: str) -> frozenset[str]:
    return frozenset(topics_of(tag.lstrip("#").casefold()))


def _followed(case: Examined, at: int) -> bool:
    moment = case.seconds[at]
    if not np.isfinite(moment):
        return False
    for column in ("links", "hashtags", "repost_of"):
        value = case.column(column)[at]
        first, own = case.bystanders(column), case.sharers(column)
        for thing in [value] if isinstance(value, str) else value or ():
            times = first.get(thing)
            if times is None:
                continue
            begin, end = np.searchsorted(times, [moment - BEFORE_S, moment], side="right")
            if end - begin >= max(MANY_OTHERS, MORE * own[thing]):
                return True
    return False


EVENTS = (BreakingNews(), SportsTelevision(), Fandom())

"""Explanations by what people do together in the open: call, sign, translate, pass on, sell."""

from __future__ import annotations

import numpy as np

from baken.detection.benign.examination import Detector, Examination, by_share, ruled_out, unknown
from baken.detection.benign.provenance import CONTENT
from baken.detection.case import Examined, host_of
from baken.detection.families import ALL_FAMILIES
from baken.detection.judgement import StateLink, state_link
from baken.detection.lexicon import is_host
from baken.model import Verdict

# A chain message has been around: others posted it a week before the first member did.
OLD_S = 7 * 86_400.0
# Texts with fewer different words are greetings, slogans and single links.
FEW_WORDS = 6


class Petition(Detector):
    """A petition, a strike call, a protest: one text, openly offered for copying.

    Looked for: links to petition sites, and two different words of a call (sign, petition, open
    letter, strike) together with a link or hashtag that leads to it. Civic action is protected:
    only where members or their link targets are recorded with a state does the candidate stay.
    """

    benign_class = "petition"
    title = "petition, advocacy, union or protest"

    def examine(self, case: Examined) -> Examination:
        """Look for the public call."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        seen, links, tags = case.topics, case.column("links"), case.column("hashtags")
        covered = case.select(
            lambda at: (
                any(is_host(host_of(link), "petition") for link in links[at] or ())
                or (seen[at].get("petition", 0) > 0 and bool(links[at] or tags[at]))
            )
        )
        found = by_share(case, covered, what="join a public call")
        if found.verdict is Verdict.RULED_IN and state_link(case).value != StateLink.NONE:
            return unknown(f"{found.reason}; but the register records a state among those involved")
        return found


class Meme(Detector):
    """Jokes, chain messages and greetings travel word for word and mean nothing.

    Looked for: texts of fewer than six different words, texts that accounts in step with nobody
    posted a week before the first member, and texts that at least twice as many of these posted as
    members did.
    """

    benign_class = "meme"
    title = "meme, joke or chain message"

    def examine(self, case: Examined) -> Examination:
        """Weigh the words, and look for who else posted them and when."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        keys = case.column("text_id")
        first, own = case.bystanders("text_id"), case.sharers("text_id")
        start = np.nanmin(case.seconds) if np.isfinite(case.seconds).any() else np.nan

        def common(key: str | None) -> bool:
            times = first.get(key or "")
            if times is None:
                return False
            return bool(times[0] < start - OLD_S) or len(times) >= 2 * own[key or ""]

        covered = case.select(
            lambda at: len(set(case.texts[at].split())) < FEW_WORDS or common(keys[at])
        )
        return by_share(
            case,
            covered,
            what="are greetings or slogans, or were common property",
            families=CONTENT,
        )


class Translation(Detector):
    """Diaspora and volunteer communities translate for their own people, and say so.

    Looked for: evidence in more than one language where the documents say that they are translated,
    or link to another document of the window in another language. Translation without a word about
    the original is not explained.
    """

    benign_class = "translation-community"
    title = "diaspora or translation community"

    def examine(self, case: Examined) -> Examination:
        """Look for the original behind each translation."""
        languages = [name if name != "und" else None for name in case.column("language")]
        if not any(languages):
            return unknown("no language is known")
        spoken = sorted({name for name in languages if name})
        if len(spoken) < 2:
            return ruled_out(f"all evidence is in one language ({spoken[0]})")
        seen, linked = case.topics, _linked_languages(case)
        covered = case.select(
            lambda at: seen[at].get("translated", 0) > 0 or bool(linked[at] - {languages[at], None})
        )
        return by_share(
            case, covered, what="name or link the original in another language", families=CONTENT
        )


class Commercial(Detector):
    """Spam, gambling, shops and content farms: truly coordinated, for money, and not our subject.

    Looked for: two different words of selling, gambling or lending in a text. The outcome is
    "commercial": somebody else may want to know.
    """

    benign_class = "commercial"
    title = "spam, scam or content farm (commercial)"

    def examine(self, case: Examined) -> Examination:
        """Count documents that sell."""
        if not any(case.texts):
            return unknown("the documents hold no text")
        seen = case.topics
        covered = case.select(lambda at: seen[at].get("commercial", 0) >= 2)
        found = by_share(case, covered, what="sell something (commercial)", families=ALL_FAMILIES)
        if found.verdict is not Verdict.RULED_IN:
            return found
        return Examination(found.verdict, found.reason, families=ALL_FAMILIES, whole=True)


def _linked_languages(case: Examined) -> list[set[str | None]]:
    linked = case.outside.rows("canonical_url", case.values("links"))
    languages = case.outside.table.column("language")
    found: list[set[str | None]] = []
    for links in case.column("links"):
        rows = [int(row) for link in links or () for row in linked.get(link, [])[:20]]
        found.append({languages[row].as_py() for row in rows})
    return found


CIVIC = (Petition(), Meme(), Translation(), Commercial())

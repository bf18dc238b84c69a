"""The records of the field: one frozen class or enumeration for each term that baken uses.

Bulk data travels as Arrow tables (`baken.schema`); these classes stand at the edges, where single
records are made, judged and shown. Times are aware UTC; unknown is `None`, never an empty string.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum


class AccountKind(StrEnum):
    """Who stands behind an account; a person's account is always a pseudonym."""

    OUTLET = "outlet"
    OFFICIAL = "official"
    PERSON = "person"


class TimePrecision(StrEnum):
    """How exact a stated publication time is."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    UNKNOWN = "unknown"


class TimeOrigin(StrEnum):
    """Where a publication time was read."""

    FEED = "feed"
    PAGE = "page"
    SITEMAP = "sitemap"
    IMPORT = "import"
    NONE = "none"


class SourceKind(StrEnum):
    """What a source is; `dataset` is a file that somebody imported."""

    OUTLET = "outlet"
    CHANNEL = "channel"
    AGENCY = "agency"
    OFFICIAL = "official"
    FACTCHECKER = "factchecker"
    BOT = "bot"
    AGGREGATOR = "aggregator"
    DATASET = "dataset"


class Tier(StrEnum):
    """The state link of a source, after the EEAS exposure matrix; the default is unclassified."""

    UNCLASSIFIED = "unclassified"
    OFFICIAL = "official"
    STATE_CONTROLLED = "state-controlled"
    STATE_LINKED = "state-linked"
    STATE_ALIGNED = "state-aligned"


class MatchKind(StrEnum):
    """How two texts are the same."""

    COPYPASTA = "copypasta"
    REWORDING = "rewording"
    TRANSLATION = "translation"


class PathKind(StrEnum):
    """What says that a narrative came from one place to the next; the plainest first."""

    LINK = "link"
    QUOTATION = "quotation"
    COPY = "copy"
    TRANSLATION = "translation"
    SAME_CLAIM = "same-claim"


class Role(StrEnum):
    """What a document does with the narrative it belongs to; `rebuts` never counts to a flag."""

    PROMOTES = "promotes"
    REPORTS = "reports"
    REBUTS = "rebuts"
    UNCLEAR = "unclear"


class LineageEvent(StrEnum):
    """What happened to a narrative between two runs."""

    EMERGE = "emerge"
    GROW = "grow"
    SHRINK = "shrink"
    SPLIT = "split"
    MERGE = "merge"
    SLEEP = "sleep"
    WAKE = "wake"


class TraceKind(StrEnum):
    """The kind of object that two accounts can have in common."""

    URL = "url"
    DOMAIN = "domain"
    TEXT = "text"
    SIMILAR_TEXT = "similar-text"
    HASHTAG = "hashtag"
    HASHTAG_SEQUENCE = "hashtag-sequence"
    REPOST = "repost"
    REPLY = "reply"
    MEDIA = "media"
    RHYTHM = "rhythm"
    HANDLE = "handle"
    INFRASTRUCTURE = "infrastructure"


class CampaignStatus(StrEnum):
    """Where a candidate campaign stands; only a person moves it away from `candidate`."""

    CANDIDATE = "candidate"
    IN_REVIEW = "in-review"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    INSUFFICIENT = "insufficient"


class Verdict(StrEnum):
    """What a benign detector says of one innocent explanation."""

    RULED_IN = "ruled-in"
    RULED_OUT = "ruled-out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The mandate under which documents are collected; without one nothing is stored."""

    order_id: str
    purpose: str
    legal_basis: str
    scope: str
    begin: date
    end: date
    approver: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of the source register: an organisation or public channel that may be collected.

    `tier` other than `unclassified` needs `tier_reason`. Times of review are dates; an expired
    `review_by` stops the crawl of this source.
    """

    source_id: str
    name: str
    kind: SourceKind
    url: str
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    language: str | None = None
    country: str | None = None
    owner: str | None = None
    tier: Tier = Tier.UNCLASSIFIED
    tier_reason: str | None = None
    basis: str = ""
    purpose: str = ""
    review_by: date | None = None
    min_documents_per_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One post or article, as it was published, with where and under which order it was found.

    The caller gives an `account_id` that is safe to store: an outlet's name (`web:example.org`),
    a channel's (`channel:name`), or a person's pseudonym (`baken.ids.Pseudonymiser`).
    `restriction` says why only the title is kept as text (`tdm-reserved`).
    """

    doc_id: str
    source_id: str
    account_id: str
    account_kind: AccountKind
    order_id: str
    text: str
    collected_at: datetime
    url: str | None = None
    canonical_url: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    published_precision: TimePrecision = TimePrecision.UNKNOWN
    published_from: TimeOrigin = TimeOrigin.NONE
    repost_of: str | None = None
    reply_to: str | None = None
    hashtags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media_sha256: tuple[str, ...] = ()
    credit: str | None = None
    language_hint: str | None = None
    content_sha256: str = ""
    snapshot_id: str | None = None
    revision: int = 1
    restriction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTrait:
    """One technical mark of a site: an analytics id, an address, a page skeleton.

    `trait_kind` is one of analytics, ads, ip, certificate, favicon, skeleton, owner.
    """

    account_id: str
    trait_kind: str
    value: str
    url: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A record that could not be used: where it came from, why, and what was readable of it.

    `excerpt` never holds the account or name of a person.
    """

    origin: str
    position: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person decided about a candidate; appended, never changed.

    A confirmation names at least one benign explanation (`alternative`) and why it was rejected.
    """

    campaign_id: str
    status: CampaignStatus
    reviewer_role: str
    reason: str
    alternative: str | None = None
    likelihood: str | None = None
    confidence: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The labels that a person gave a narrative in one taxonomy; appended, the newest counts.

    `labels` may be `unclear` alone. The documents `doc_ids` count as examples from then on.
    """

    narrative_id: str
    taxonomy: str
    labels: tuple[str, ...]
    doc_ids: tuple[str, ...]
    reviewer_role: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class BenignVerdict:
    """What was found about one innocent explanation of a candidate."""

    benign_class: str
    verdict: Verdict
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """A DISARM technique that a signal suggests; suggested, never assigned."""

    technique_id: str
    name: str
    signal: str
    value: str
    caveat: str

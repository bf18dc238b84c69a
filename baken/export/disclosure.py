"""What of a candidate may leave the installation: the one place where persons are protected.

Persons appear as members of a group, under their pseudonyms, and only when the group has enough of
them; below that there are counts alone. Addresses of their posts never leave, since they name them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PERSON_PREFIX = "person:"
EXCERPT_CHARS = 600
_SHAPED = ("members", "edges", "posts", "document_ids")

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}")
_HANDLE = re.compile(r"(?<!\w)@\w+")
# Controls, and the marks that turn the direction of a text and so hide what it says.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Post:
    """One document behind a candidate; `url` is unknown for a person's."""

    doc_id: str
    account_id: str
    published_at: datetime | None
    title: str | None
    excerpt: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Disclosed:
    """A candidate with what may be shown of it, and how much was held back."""

    campaign_id: str
    fields: Mapping[str, Any]
    members: tuple[str, ...]
    persons: int
    persons_held_back: int
    edges: tuple[Mapping[str, Any], ...]
    edges_held_back: int
    posts: tuple[Post, ...]
    posts_held_back: int

    def __getitem__(self, name: str) -> Any:
        return self.fields.get(name)


def is_person(account_id: str) -> bool:
    """Whether an account is a person's pseudonym."""
    return account_id.startswith(PERSON_PREFIX)


def disclosed(case: Mapping[str, Any], min_group: int) -> Disclosed:
    """What may be shown of a candidate in the form of `baken campaigns show`, with its `posts`."""
    members = [str(member) for member in case.get("members") or []]
    persons = sorted(member for member in members if is_person(member))
    held_back = set(persons) if len(persons) < min_group else set()
    edges = case.get("edges") or []
    posts = case.get("posts") or []
    # An account outside the members may be a person of whom there are too few as well.
    outside = {post["account_id"] for post in posts if is_person(post["account_id"])}
    hidden = held_back | (outside - set(persons))
    kept = [edge for edge in edges if not {edge["left"], edge["right"]} & hidden]
    shown = [_post(post) for post in posts if post["account_id"] not in hidden]
    return Disclosed(
        campaign_id=str(case["campaign_id"]),
        fields={k: _without(v, hidden) for k, v in case.items() if k not in _SHAPED},
        members=tuple(sorted(set(members) - held_back)),
        persons=len(persons),
        persons_held_back=len(held_back),
        edges=tuple(_without(edge, hidden) for edge in kept),
        edges_held_back=len(edges) - len(kept),
        posts=tuple(shown),
        posts_held_back=len(posts) - len(shown),
    )


def _without(value: Any, hidden: set[str]) -> Any:
    """`value` with the pseudonyms in `hidden` blotted out, however deep they stand."""
    if not hidden:
        return value
    if isinstance(value, str):
        for account in hidden:
            value = value.replace(account, f"{PERSON_PREFIX}…")
        return value
    if isinstance(value, Mapping):
        return {key: _without(one, hidden) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without(one, hidden) for one in value]
    return value


def _post(row: Mapping[str, Any]) -> Post:
    account = str(row["account_id"])
    title = row.get("title")
    return Post(
        doc_id=str(row["doc_id"]),
        account_id=account,
        published_at=row.get("published_at"),
        title=masked(title) if title else None,
        excerpt=masked(row.get("text") or ""),
        url=None if is_person(account) else row.get("url"),
    )


def masked(text: str, limit: int = EXCERPT_CHARS) -> str:
    """The beginning of `text` in one line, without handles, mail addresses and unseen marks."""
    start = _UNSEEN.sub("", text[: limit * 4])
    plain = " ".join(_HANDLE.sub("@…", _MAIL.sub("…@…", start)).split())
    return plain if len(plain) <= limit else f"{plain[:limit]}…"


def cleaned(text: object) -> str:
    """`text` without unseen marks and without what no file in UTF-8 can hold."""
    return _UNSEEN.sub("", str(text)).encode("utf-8", "replace").decode("utf-8")


def all_disclosed(cases: Sequence[Mapping[str, Any]], min_group: int) -> list[Disclosed]:
    """Every candidate once, by id."""
    by_id = {str(case["campaign_id"]): case for case in cases}
    return [disclosed(by_id[campaign_id], min_group) for campaign_id in sorted(by_id)]

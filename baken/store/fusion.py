"""Several ranked lists made one by reciprocal rank: scores of different kinds never meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# The constant of Cormack, Clarke and Büttcher (2009); not tuned here.
RANK_OFFSET = 60


def ranked(scored: Iterable[tuple[str, float]]) -> list[str]:
    """Keys by falling score, equal scores by key, so that every index breaks ties alike."""
    return [key for key, _ in sorted(scored, key=lambda pair: (-pair[1], pair[0]))]


def fuse(lists: Sequence[Sequence[str]], limit: int) -> list[tuple[str, float]]:
    """The best `limit` keys of ranked lists with their scores, in (0, len(lists) / 61]."""
    scores: dict[str, float] = {}
    for keys in lists:
        for rank, key in enumerate(keys, start=1):
            scores[key] = scores.get(key, 0.0) + 1.0 / (RANK_OFFSET + rank)
    best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return best[:limit]

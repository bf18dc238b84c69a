"""Fit the weights and thresholds of matching: `python eval/fit_matches.py [EMBEDDER]`.

Read is the half of the texts of `eval/matches.py` that it does not report on. Printed are lines for
`baken.nlp.match_thresholds`: the shares by two logistic regressions of the true pairs among the
near ones, and the `Thresholds` with the shares in use. A line carries the cosines of `baken-quick`
to the embedder's, so that true translations have the same mean and deviation on both: on it lie
the limits of cosines. The two thresholds are reached by as many false pairs as are allowed.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matches import SEED, SET_ON, Text, four_way
from rapidfuzz.distance import Indel
from run import shared_data
from sklearn.linear_model import LogisticRegression

from baken.config import NlpConfig
from baken.nlp.claims import USUAL_MARKS, claim_of, marks_in_common, same_claim
from baken.nlp.embed import make_embedder
from baken.nlp.match import COPY_RATIO
from baken.nlp.match_near import Described, Near, Sought, near_pairs
from baken.nlp.match_thresholds import (
    CALIBRATED,
    TRANSLATED,
    UNKNOWN_MODEL,
    Shares,
    Thresholds,
    thresholds_for,
    weighed,
)
from baken.nlp.neighbours import nearest_of_both
from baken.nlp.text import bare_words, normalise
from baken.protocols import silent

Numbers = npt.NDArray[np.float64]

# False pairs of each of the two kinds, of all pairs: together a third of the rate aimed at, because
# texts that thresholds were not set on give more.
FALSE_RATE = 0.15e-5
# How a share of each enters the margin.
SIGNS = {"crowd": -1, "rival": -1, "length": -1, "shortness": 1, "marks": 1, "letters": 1}
# Letters tell nothing between two alphabets, and lengths little within a language.
USUAL = "baken-quick"
OWN_USED = ("crowd", "rival", "marks", "letters")
TRANSLATED_USED = ("crowd", "rival", "length", "shortness", "marks")


class Candidates(NamedTuple):
    """The cosines of pairs, what else may count, a column for each of `SIGNS`, and the truth."""

    cosines: Numbers
    features: Numbers
    true: npt.NDArray[np.bool_]


def described(texts: list[Text], name: str) -> Described:
    """The texts as the search for near pairs reads them by the embedder of that name."""
    config = NlpConfig(embedder=name)
    embedder = make_embedder(config)
    words, spoken = [normalise(text.text) for text in texts], [text.language for text in texts]
    return Described(
        weighed(embedder.encode(words, spoken), thresholds_for(embedder.model_id, config)),
        np.unique(spoken, return_inverse=True)[1].astype(np.int64),
        np.array([len(bare_words(text)) for text in words], np.int64),
    )


def carried(texts: list[Text], usual: Described, other: Described, now: Thresholds) -> Thresholds:
    """The limits of `USUAL` on the scale of another embedder, whose thresholds are `now`."""
    # The two texts of a family follow each other.
    rows = [row for row, text in enumerate(texts) if text.kind == "translation"]
    known, cosines = ((v[rows[::2]] * v[rows[1::2]]).sum(1) for v in (usual[0], other[0]))
    default = CALIBRATED[USUAL]
    spread = float(cosines.std() / known.std())
    limits = {
        name: round(float(cosines.mean() + spread * (getattr(default, name) - known.mean())), 3)
        for name in ("sure", "lowest", "lowest_rewording")
    }
    # Surroundings lie on another line than translations do.
    ranks = TRANSLATED.ranks
    around = [nearest_of_both(v, ranks.stop, codes, seed=SEED)[1] for v, codes, _ in (usual, other)]
    theirs, mine = (found.cosines[:, ranks].mean() for found in around)
    limits["surroundings"] = round(float(mine + spread * (default.surroundings - theirs)), 3)
    return now._replace(spread=round(spread, 3), **limits)


def candidates(texts: list[Text], near: Described, limits: Thresholds) -> list[Candidates]:
    """The near pairs of one claim that are no copies, within a language and between two."""
    plain, *parts = (_near(near, limits, name) for name in ("", *list(SIGNS)[:4]))
    found = []
    for side, (pairs, cosines, margins) in enumerate(plain):
        beside = [part[side].margins - margins for part in parts]
        words, kept = _compared(texts, pairs.tolist())
        # What a full share took from the margin, or gave.
        features = np.column_stack([np.stack(beside, 1) * list(SIGNS.values())[:4], words])
        true = [texts[left].family == texts[right].family for left, right in pairs.tolist()]
        found.append(Candidates(cosines[kept], features[kept], np.array(true, bool)[kept]))
    return found


def _near(texts: Described, limits: Thresholds, only: str) -> tuple[Near, Near]:
    """All near pairs; their margins are the cosines, with one of the features at its full."""
    full = {name: float(name == only) for name in SIGNS}
    within = Sought(Shares(limits.own.ranks, **full), limits.lowest_rewording, -np.inf)
    between = Sought(Shares(limits.translated.ranks, **full), limits.lowest, -np.inf)
    return near_pairs(texts, limits, within=within, between=between, seed=SEED, progress=silent)


def _compared(texts: list[Text], pairs: list[list[int]]) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Marks and letters in common, and which pairs make one claim and are no copies."""
    said = [(normalise(text.text), text.language) for text in texts]
    bare, claims = [bare_words(text) for text, _ in said], [claim_of(*one) for one in said]
    marks = [marks_in_common(claims[a], claims[b]) - USUAL_MARKS for a, b in pairs]
    letters = np.array([Indel.normalized_similarity(bare[a], bare[b]) for a, b in pairs])
    same = np.array([same_claim(*said[a], *said[b]) for a, b in pairs], bool)
    return np.column_stack([marks, letters]), same & (letters < COPY_RATIO)


def fitted(near: Candidates, used: tuple[str, ...]) -> dict[str, float]:
    """The share of each feature `used`."""
    columns = [list(SIGNS).index(name) for name in used]
    values = np.column_stack([near.cosines, near.features[:, columns]])
    model = LogisticRegression(max_iter=5_000).fit(values / values.std(0), near.true)
    weights = model.coef_[0] / values.std(0)
    shares = (weights[1:] / weights[0]).round(3).tolist()
    return {name: SIGNS[name] * share for name, share in zip(used, shares, strict=True)}


def threshold(near: Candidates, shares: Shares, texts: int) -> float:
    """The smallest margin that no more false pairs reach than are allowed."""
    weights = np.array([sign * getattr(shares, name) for name, sign in SIGNS.items()])
    false = np.sort((near.cosines + near.features @ weights)[~near.true])[::-1]
    return round(float(false[round(FALSE_RATE * texts * (texts - 1) / 2)]) + 5e-4, 3)


def _main() -> None:
    texts = four_way(shared_data(), SET_ON)
    name = sys.argv[1] if len(sys.argv) > 1 else NlpConfig().embedder
    near = described(texts, name)
    now = CALIBRATED.get(name, UNKNOWN_MODEL)
    limits = carried(texts, described(texts, USUAL), near, now)
    own, translated = candidates(texts, near, limits)
    print("# own:", fitted(own, OWN_USED), "translated:", fitted(translated, TRANSLATED_USED))
    rewording = threshold(own, limits.own, len(texts))
    translation = threshold(translated, limits.translated, len(texts))
    print(f'"{name}": {limits._replace(rewording=rewording, translation=translation)},')


if __name__ == "__main__":
    _main()

"""From which nearness two texts are a rewording or a translation, for each model.

Nearness is a margin (after Artetxe and Schwenk 2019, arXiv 1811.01136): the cosine of the two,
less a share of how near each is to its wider surroundings. Two reports of one event stand close
together in a crowd of such reports; two versions of one text stand out of theirs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baken.config import NlpConfig
from baken.protocols import Vectors

Scores = npt.NDArray[np.float32]


class Shares(NamedTuple):
    """What else counts in a margin, and how much beside the cosine, which counts once.

    `crowd` is the mean cosine of a text to its surroundings, the neighbours of the ranks `ranks`.
    `rival` is that to its nearest other text in the language of the pair: a version of a text is
    nearer than anything else. `length` is the logarithm of the ratio of their lengths; `shortness`
    that of the shorter one, because few words are soon alike; `marks` the names and numbers in
    common and `letters` the share of letters in common.
    """

    ranks: slice
    crowd: float
    rival: float
    length: float
    shortness: float
    marks: float
    letters: float


# Logistic regressions of true pairs among the near ones, on one half of the test of
# eval/matches.py, divided by the weight of the cosine and rounded. Within a language the
# surroundings are neighbours in any language, of which the nearest may be the text's own copies
# and translations; between languages they are nearer neighbours in other languages.
OWN = Shares(slice(10, 20), 0.92, 0.30, 0.0, 0.0, 0.19, 0.66)
TRANSLATED = Shares(slice(3, 10), 0.78, 0.35, 0.07, 0.065, 0.16, 0.0)
# Lengths from which and up to which the shorter one matters, in letters.
USUAL_LENGTH = 100
MAX_LENGTH = 400
# Surroundings that are nearer than usual by more than this are versions of the text itself.
CROWD_ABOVE = 0.18
# Nothing below is looked at. In one language the same frame around another subject ("who joins me
# on Friday for ...") comes to 0.66 where no third text is near.
LOWEST_COSINE = 0.4
LOWEST_COSINE_REWORDING = 0.6
_BLOCK_ROWS = 8_192


class Thresholds(NamedTuple):
    """Smallest margin of a rewording and of a translation, for one model.

    From a cosine of `sure` two texts are taken for versions of one, and none of them is a rival of
    the other; it makes no match, because posts of the same tags come nearer. `surroundings` stands
    for the surroundings where there are too few texts to have any. `spread` is how wide the cosines
    of the model lie beside those of `baken-quick`: so much counts what is no cosine. Pairs below
    `lowest`, within a language `lowest_rewording`, are not looked at. The `first` numbers of a
    vector count `first_weight` times as much as they come.
    """

    rewording: float
    translation: float
    sure: float
    surroundings: float
    spread: float = 1.0
    lowest: float = LOWEST_COSINE
    lowest_rewording: float = LOWEST_COSINE_REWORDING
    first: int = 0
    first_weight: float = 1.0

    @property
    def own(self) -> Shares:
        """What counts within a language."""
        return _spread(OWN, self.spread)

    @property
    def translated(self) -> Shares:
        """What counts between two languages."""
        return _spread(TRANSLATED, self.spread)


_QUICK = Thresholds(0.54, 0.14, 0.85, 0.42)
# Set on the same half by eval/fit_matches.py. The default holds e5 four times, beside which its
# first numbers, as good at translations, hardly count: of e5 at 1, 1.25, 1.5, 1.75, 2, 2.5, 3 and 4
# times them, those from 1.5 to 2 find most on that half.
CALIBRATED = {
    "use-multilingual-3": _QUICK,
    "baken-quick": _QUICK,
    "baken": Thresholds(
        rewording=0.05,
        translation=-0.028,
        sure=0.922,
        surroundings=0.758,
        spread=0.326,
        lowest=0.775,
        lowest_rewording=0.84,
        first=512,
        first_weight=2.0,
    ),
    "hashing": Thresholds(0.69, 0.47, 0.75, 0.25),
}
# A model that nobody calibrated gets thresholds at which few models err, and many miss.
UNKNOWN_MODEL = Thresholds(0.40, 0.02, 0.93, 0.70)


def thresholds_for(model_id: str, config: NlpConfig) -> Thresholds:
    """The thresholds of `model_id`, unless `config` sets others."""
    calibrated = CALIBRATED.get(_name(model_id), UNKNOWN_MODEL)
    return calibrated._replace(
        rewording=_given(config.rewording_threshold, calibrated.rewording),
        translation=_given(config.translation_threshold, calibrated.translation),
    )


def weighed(vectors: Vectors, limits: Thresholds) -> Vectors:
    """`vectors` (unit length) as matching compares them, of unit length too."""
    if limits.first_weight == 1.0:
        return vectors
    result = vectors.copy()
    for start in range(0, len(result), _BLOCK_ROWS):
        block = result[start : start + _BLOCK_ROWS]
        block[:, : limits.first] *= limits.first_weight
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return result


def _given(configured: float | None, calibrated: float) -> float:
    return calibrated if configured is None else configured


def _name(model_id: str) -> str:
    return model_id.rsplit(".v", 1)[0]


def _spread(shares: Shares, spread: float) -> Shares:
    return shares._replace(
        length=spread * shares.length,
        shortness=spread * shares.shortness,
        marks=spread * shares.marks,
        letters=spread * shares.letters,
    )

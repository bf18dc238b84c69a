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
from baken.nlp.neighbours import Neighbours

Scores = npt.NDArray[np.float32]

# The surroundings of a text are its neighbours of these ranks: nearer ones may be its own copies
# and translations, of which a campaign has many.
SURROUNDINGS = slice(10, 20)
SURROUNDINGS_SHARE = 0.7
# Versions of one text share its names and numbers: none in common costs so much, all gains a
# quarter of it.
MARKS_SHARE = 0.1
# Texts that say the same are about as long; the logarithm of their ratio costs so much.
LENGTH_SHARE = 0.1


class Thresholds(NamedTuple):
    """Smallest margin of a rewording and of a translation, for one model.

    From a cosine of `sure` two texts match whatever surrounds them; `surroundings` stands for the
    surroundings where there are too few texts to have any.
    """

    rewording: float
    translation: float
    sure: float
    surroundings: float


# Set on one half of the test of eval/matches.py, at a false-positive rate of 1e-5 of all pairs.
CALIBRATED = {
    "use-multilingual-3": Thresholds(0.355, 0.355, 0.85, 0.42),
    "baken": Thresholds(0.355, 0.355, 0.85, 0.42),
    "hashing": Thresholds(0.45, 0.60, 0.75, 0.25),
}
# A model that nobody calibrated gets thresholds at which few models err, and many miss.
UNKNOWN_MODEL = Thresholds(0.40, 0.40, 0.93, 0.70)
# Nothing below is looked at. In one language the same frame around another subject ("who joins me
# on Friday for ...") comes to 0.66 where no third text is near.
LOWEST_COSINE = 0.5
LOWEST_COSINE_REWORDING = 0.66


def thresholds_for(model_id: str, config: NlpConfig) -> Thresholds:
    """The thresholds of `model_id`, unless `config` sets others."""
    calibrated = CALIBRATED.get(model_id.rsplit(".v", 1)[0], UNKNOWN_MODEL)
    return calibrated._replace(
        rewording=config.rewording_threshold or calibrated.rewording,
        translation=config.translation_threshold or calibrated.translation,
    )


def surroundings(found: Neighbours, thresholds: Thresholds) -> Scores:
    """How near each text is to its wider surroundings: what is usual for the model where none."""
    cosines = found.cosines[:, SURROUNDINGS]
    known = cosines > -1.0
    counts = known.sum(1)
    mean = np.where(known, cosines, 0.0).sum(1) / np.maximum(counts, 1)
    around: Scores = np.where(counts > 0, mean, thresholds.surroundings).astype(np.float32)
    return around


def margins(
    cosines: Scores,
    around: tuple[Scores, Scores],
    lengths: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> Scores:
    """The margin of each pair, from its cosine, the surroundings and the lengths of both texts."""
    crowd = SURROUNDINGS_SHARE * (around[0] + around[1]) / 2
    unlike = LENGTH_SHARE * np.abs(np.log(lengths[0] / lengths[1]))
    result: Scores = (cosines - crowd - unlike).astype(np.float32)
    return result

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

Scores = npt.NDArray[np.float32]


class Crowd(NamedTuple):
    """Which neighbours of a text are its surroundings, and their share in the margin."""

    ranks: slice
    share: float


# Within a language the surroundings are neighbours in any language. The nearest may be the text's
# own copies and translations, of which a campaign has many. Between languages they are neighbours
# in other languages, nearer ones, and count in full and more: that finds 6 % more translations.
OWN = Crowd(slice(10, 20), 0.9)
TRANSLATED = Crowd(slice(3, 10), 1.1)
# Surroundings that are nearer than usual by more than this are versions of the text itself.
CROWD_ABOVE = 0.18
# What is added where each is the other's nearest in its language.
MUTUAL_SHARE = 0.05
# Versions of one text share its names and numbers: none in common costs so much, all gains a
# quarter of it.
MARKS_SHARE = 0.1
# Texts that say the same are about as long; the logarithm of their ratio costs so much.
LENGTH_SHARE = 0.1
# A second reader (multilingual-e5-small) is asked about translations whose margin is so near to
# the threshold. Its cosine, from .88, counts four times: it lies between .8 and .96 for all texts.
DOUBT = 0.15
SECOND_USUAL = 0.88
SECOND_SHARE = 4.0


class Thresholds(NamedTuple):
    """Smallest margin of a rewording and of a translation, for one model.

    From a cosine of `sure` two texts match whatever surrounds them; `surroundings` stands for the
    surroundings where there are too few texts to have any. `agreed` is the margin of a translation
    where a second reader was asked.
    """

    rewording: float
    translation: float
    agreed: float
    sure: float
    surroundings: float


_BAKEN = Thresholds(0.35, 0.22, 0.21, 0.85, 0.42)
# Set on one half of the test of eval/matches.py, at a false-positive rate of 1e-5 of all pairs.
CALIBRATED = {
    "use-multilingual-3": _BAKEN,
    "baken": _BAKEN,
    "hashing": Thresholds(0.40, 0.50, 0.50, 0.75, 0.25),
}
# A model that nobody calibrated gets thresholds at which few models err, and many miss.
UNKNOWN_MODEL = Thresholds(0.26, 0.12, 0.12, 0.93, 0.70)
# Nothing below is looked at. In one language the same frame around another subject ("who joins me
# on Friday for ...") comes to 0.66 where no third text is near.
LOWEST_COSINE = 0.4
LOWEST_COSINE_REWORDING = 0.6


def thresholds_for(model_id: str, config: NlpConfig) -> Thresholds:
    """The thresholds of `model_id`, unless `config` sets others."""
    calibrated = CALIBRATED.get(_name(model_id), UNKNOWN_MODEL)
    return calibrated._replace(
        rewording=config.rewording_threshold or calibrated.rewording,
        translation=config.translation_threshold or calibrated.translation,
        agreed=config.translation_threshold or calibrated.agreed,
    )


def has_second_reader(model_id: str) -> bool:
    """Whether the second reader was calibrated beside `model_id`."""
    return CALIBRATED.get(_name(model_id)) is _BAKEN


def _name(model_id: str) -> str:
    return model_id.rsplit(".v", 1)[0]

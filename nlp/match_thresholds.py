"""From which cosine two texts are a rewording or a translation, for each model."""

from __future__ import annotations

from typing import NamedTuple

from baken.config import NlpConfig


class Thresholds(NamedTuple):
    """Smallest cosine of a rewording and of a translation."""

    rewording: float
    translation: float


# Calibrated by `eval/matches.py` at a false-positive rate of 1e-5 of the pairs.
CALIBRATED = {
    "use-multilingual-3": Thresholds(0.80, 0.65),
    "baken": Thresholds(0.80, 0.65),
    "hashing": Thresholds(0.60, 0.95),
}
# A model that nobody calibrated gets thresholds at which few models err, and many miss.
UNKNOWN_MODEL = Thresholds(0.90, 0.85)


def thresholds_for(model_id: str, config: NlpConfig) -> Thresholds:
    """The thresholds of `model_id`, unless `config` sets others."""
    name = model_id.rsplit(".v", 1)[0]
    calibrated = CALIBRATED.get(name, UNKNOWN_MODEL)
    return Thresholds(
        config.rewording_threshold or calibrated.rewording,
        config.translation_threshold or calibrated.translation,
    )

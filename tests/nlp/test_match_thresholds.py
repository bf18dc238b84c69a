import pytest

from baken.config import NlpConfig
from baken.nlp.match_thresholds import (
    CALIBRATED,
    LOWEST_COSINE,
    OWN,
    TRANSLATED,
    UNKNOWN_MODEL,
    thresholds_for,
)

CONFIG = NlpConfig()


def test_any_version_of_a_model_has_its_thresholds_and_others_those_of_an_unknown_one():
    assert thresholds_for("baken.v9", CONFIG) == CALIBRATED["baken"]
    assert thresholds_for("nobody/knows-it", CONFIG) == UNKNOWN_MODEL


def test_the_configuration_goes_first():
    config = NlpConfig(rewording_threshold=0.7, translation_threshold=0.3)
    found = thresholds_for("baken-fine.v1", config)
    assert (found.rewording, found.translation) == (0.7, 0.3)
    assert found.sure == CALIBRATED["baken-fine"].sure


def test_what_is_no_cosine_counts_less_where_cosines_lie_close_together():
    usual, fine = CALIBRATED["baken"], CALIBRATED["baken-fine"]
    assert (usual.own, usual.translated, usual.lowest) == (OWN, TRANSLATED, LOWEST_COSINE)
    assert fine.own.letters == pytest.approx(fine.spread * OWN.letters)
    assert fine.translated.marks == pytest.approx(fine.spread * TRANSLATED.marks)
    assert (fine.own.crowd, fine.own.rival) == (OWN.crowd, OWN.rival)

import numpy as np
import pytest

from baken.config import NlpConfig
from baken.nlp.match_thresholds import (
    CALIBRATED,
    LOWEST_COSINE,
    OWN,
    TRANSLATED,
    UNKNOWN_MODEL,
    thresholds_for,
    weighed,
)

CONFIG = NlpConfig()


def test_any_version_of_a_model_has_its_thresholds_and_others_those_of_an_unknown_one():
    assert thresholds_for("baken.v9", CONFIG) == CALIBRATED["baken"]
    assert thresholds_for("nobody/knows-it", CONFIG) == UNKNOWN_MODEL


@pytest.mark.parametrize("given", [0.7, 0.0, -0.1])
def test_the_configuration_goes_first(given):
    config = NlpConfig(rewording_threshold=given, translation_threshold=given)
    found = thresholds_for("baken.v1", config)
    assert (found.rewording, found.translation) == (given, given)
    assert found.sure == CALIBRATED["baken"].sure


def test_what_is_no_cosine_counts_less_where_cosines_lie_close_together():
    quick, default = CALIBRATED["baken-quick"], CALIBRATED["baken"]
    assert (quick.own, quick.translated, quick.lowest) == (OWN, TRANSLATED, LOWEST_COSINE)
    assert default.own.letters == pytest.approx(default.spread * OWN.letters)
    assert default.translated.marks == pytest.approx(default.spread * TRANSLATED.marks)
    assert (default.own.crowd, default.own.rival) == (OWN.crowd, OWN.rival)


def test_the_first_numbers_may_count_more():
    vectors = np.float32([[0.6, 0.0, 0.8], [0.0, 1.0, 0.0]])
    limits = UNKNOWN_MODEL._replace(first=1, first_weight=2.0)
    found = weighed(vectors, limits)
    assert found[0] == pytest.approx([1.2 / np.hypot(1.2, 0.8), 0.0, 0.8 / np.hypot(1.2, 0.8)])
    assert found[1] == pytest.approx([0.0, 1.0, 0.0])
    assert vectors[0, 0] == np.float32(0.6)
    assert weighed(vectors, UNKNOWN_MODEL) is vectors

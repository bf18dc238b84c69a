"""Texts, links and hashtags by the million, put together from the remarks of the sample world."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baken.detection.simulate.material import LANGUAGES
from baken.detection.simulate.prose import Voice

_REMARKS = 1_500
_SITES = 400

Ints = npt.NDArray[np.int64]


class Phrases:
    """A fixed stock of remarks in each language, and names of `urls` pages and `tags` hashtags."""

    def __init__(self, seed: int, *, urls: int, tags: int) -> None:
        self.languages = len(LANGUAGES)
        self.urls = urls
        self.tags = tags
        self._remarks = [self._stock(language, seed) for language in LANGUAGES]
        page = pa.array(np.arange(urls))
        site = pa.array(np.arange(urls) % _SITES)
        self.url_names = pc.binary_join_element_wise(
            pa.scalar("https://site"),
            site.cast(pa.string()),
            pa.scalar(".example/story/"),
            page.cast(pa.string()),
            "",
        )
        self.tag_names = pc.binary_join_element_wise(
            pa.scalar("topic"), pa.array(np.arange(tags)).cast(pa.string()), ""
        )

    def bodies(self, language: Ints, rng: np.random.Generator) -> pa.Array:
        """A text of two remarks for each number of a language."""
        pieces, places = [], []
        for code, stock in enumerate(self._remarks):
            rows = np.flatnonzero(language == code)
            first = rng.integers(len(stock), size=len(rows))
            second = rng.integers(len(stock), size=len(rows))
            pieces.append(
                pc.binary_join_element_wise(
                    stock.take(pa.array(first)), stock.take(pa.array(second)), " "
                )
            )
            places.append(rows)
        back = np.argsort(np.concatenate(places), kind="stable")
        return pa.concat_arrays(pieces).take(pa.array(back))

    @staticmethod
    def _stock(language: str, seed: int) -> pa.Array:
        voice = Voice(language, random.Random(f"{seed}/stock/{language}"))
        return pa.array([voice.remark() for _ in range(_REMARKS)])

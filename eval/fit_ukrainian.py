"""Fit `nlp/embed/ukrainian.npz` anew: the map that carries e5's vectors into the space of USE.

Read are only the words of the sample world, the English docstrings of three libraries (numpy, scipy
and pandas, BSD 3-Clause) and the names of countries and languages in CLDR (Unicode License, from
babel); no text of the folder of real data. Shares and penalty are chosen on the same texts, by
leaving out one language after the other. `python eval/fit_ukrainian.py` prints the choice and
writes the file.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from babel import Locale
from embeddings import encoded

from baken.detection.simulate.material import LANGUAGES
from baken.detection.simulate.prose import TOPICS, Voice
from baken.nlp.embed import bundled
from baken.nlp.embed.e5 import E5Embedder
from baken.nlp.embed.use import UseEmbedder

Array = npt.NDArray[np.float32]
T = TypeVar("T")

SEED = "ukrainian"
DOCUMENTED = ("numpy", "scipy", "pandas")
# Of these USE was trained on all; Ukrainian is what the map is for.
NAMED = ("ar", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr")
SENTENCES_PER_LANGUAGE = 450
DOCSTRING_SENTENCES = 1_500
NAMES_PER_LANGUAGE = 120
PENALTIES = (0.02, 0.05, 0.1, 0.3, 1.0, 3.0)
# Weights of docstrings and of names, where a sentence of the sample world has one.
WEIGHTS = (0.0, 0.3, 1.0)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\w)")
_PROSE = re.compile(r"[A-Z][A-Za-z ,;:'()-]{40,200}\.")


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of one language and one kind, in both spaces; USE's are missing for Ukrainian."""

    kind: str
    language: str
    e5: Array
    use: Array


@dataclass(frozen=True, slots=True)
class Map:
    """`(e5 - mean of its language) @ weights + bias` lies in the space of USE."""

    weights: Array
    bias: Array


def world_sentences(language: str) -> list[str]:
    """Different sentences of the sample world, of all its subjects, drawn with a fixed seed."""
    voice = Voice(language, random.Random(f"{SEED}/{language}"))
    texts: dict[str, str] = {}
    for _ in range(12):
        for topic in TOPICS:
            draft = voice.article(topic)
            for part in (draft.title, *draft.paragraphs, voice.remark()):
                for sentence in _SENTENCE_END.split(part):
                    # The same sentence with another number says nothing new.
                    texts.setdefault(re.sub(r"\d+", "0", sentence), sentence)
    return _sample(list(texts.values()), SENTENCES_PER_LANGUAGE)


def docstring_sentences() -> list[str]:
    """Sentences of English prose from the docstrings of `DOCUMENTED`."""
    found: set[str] = set()
    for package in DOCUMENTED:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        for file in sorted(Path(spec.origin).parent.rglob("*.py")):
            if "tests" not in file.parts:
                for docstring in _docstrings(file):
                    found.update(_PROSE.findall(" ".join(docstring.split())))
    return _sample(sorted(found), DOCSTRING_SENTENCES)


def names(language: str) -> list[str]:
    """Countries and languages as CLDR names them, the same ones in the same order in each."""
    locale, english = Locale(language), Locale("en")
    keys = [("territories", key) for key in sorted(english.territories) if key.isalpha()]
    keys += [("languages", key) for key in sorted(english.languages) if len(key) == 2]
    drawn = _sample(keys, NAMES_PER_LANGUAGE)
    return [str(getattr(locale, kind).get(key, key)) for kind, key in drawn]


def read_groups() -> list[Group]:
    """All texts in both spaces; e5 takes minutes."""
    groups = [_group("world", language, world_sentences(language)) for language in LANGUAGES]
    groups.append(_group("docstrings", "en", docstring_sentences()))
    groups += [_group("names", language, names(language)) for language in NAMED]
    return groups


def fit(groups: list[Group], penalty: float, weights: dict[str, float]) -> Map:
    """Ridge regression between the groups, each centred in both spaces, Ukrainian left out."""
    known = [group for group in groups if group.language != "uk"]
    left = np.concatenate([_centred(one.e5) * weights[one.kind] ** 0.5 for one in known])
    right = np.concatenate([_centred(one.use) * weights[one.kind] ** 0.5 for one in known])
    # The penalty is in units of the mean diagonal, so that it means the same whatever the number.
    gram = left.T @ left
    gram += penalty * np.trace(gram) / len(gram) * np.eye(len(gram), dtype=np.float32)
    bias = np.mean([one.use.mean(axis=0) for one in known if one.kind == "world"], axis=0)
    return Map(np.linalg.solve(gram, left.T @ right), bias)


def left_out(groups: list[Group], penalty: float, weights: dict[str, float]) -> float:
    """Mean cosine of a carried sentence to USE's own, in languages that the map never saw."""
    cosines = []
    for group in groups:
        if group.kind != "world" or group.language == "uk":
            continue
        map_ = fit([one for one in groups if one.language != group.language], penalty, weights)
        carried = _centred(group.e5) @ map_.weights + map_.bias
        carried /= np.linalg.norm(carried, axis=1, keepdims=True)
        cosines.append(float((carried * group.use).sum(axis=1).mean()))
    return float(np.mean(cosines))


def choose(groups: list[Group]) -> tuple[float, dict[str, float]]:
    """The penalty and the weights with the best `left_out`."""
    best = (-1.0, 0.0, {"world": 1.0})
    for penalty, docstrings, named in product(PENALTIES, WEIGHTS, WEIGHTS):
        weights = {"world": 1.0, "docstrings": docstrings, "names": named}
        score = left_out(groups, penalty, weights)
        print(f"penalty {penalty:<5} docstrings {docstrings:<4} names {named:<4} {score:.4f}")
        best = max(best, (score, penalty, weights), key=lambda one: one[0])
    return best[1], best[2]


def main() -> None:
    """Choose, fit and write the file."""
    groups = read_groups()
    penalty, weights = choose(groups)
    map_ = fit(groups, penalty, weights)
    ukrainian = next(one for one in groups if one.language == "uk")
    arrays = {"mean": ukrainian.e5.mean(axis=0), "weights": map_.weights, "bias": map_.bias}
    file = Path(bundled.__file__).with_name(bundled.MAP_FILE)
    np.savez_compressed(file, **{name: one.astype(np.float16) for name, one in arrays.items()})
    print(f"penalty {penalty}, weights {weights}: {file.stat().st_size / 1e6:.2f} MB")


def _group(kind: str, language: str, texts: list[str]) -> Group:
    use = encoded(UseEmbedder(), texts, language)
    return Group(kind, language, encoded(E5Embedder(), texts, language), use)


def _centred(vectors: Array) -> Array:
    centred: Array = vectors - vectors.mean(axis=0)
    return centred


def _docstrings(file: Path) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, documented):
            yield ast.get_docstring(node) or ""


def _sample(items: list[T], count: int) -> list[T]:
    return random.Random(SEED).sample(items, min(count, len(items)))


if __name__ == "__main__":
    main()

"""Matching on a four-way test: copypasta, rewording, translation, nothing.

The test is of the kind of VIGINUM's synthetic data for D3lta (arXiv 2312.17338): families of one
text and its variant, every pair within a family being true and every other pair false. Rewordings
are pairs of STSb with a human score of at least 4.5, translations sentences of NTREX-128 in two
languages, copies the edits of this module. Thresholds were set on the half `SET_ON`. `python
eval/matches.py EMBEDDER` takes another embedder than the default.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.nlp.matchfile import match_rows
from baken.nlp.text import bare_words
from baken.protocols import Embedder

NTREX = {
    "nld": "nl",
    "eng": "en",
    "deu": "de",
    "fra": "fr",
    "pol": "pl",
    "rus": "ru",
    "ukr": "uk",
    "spa": "es",
    "ita": "it",
}
STSB = ("nl", "en", "de", "fr", "pl", "ru", "es", "it")
HALVES = ("even", "odd")
SET_ON = "even"
FAMILIES = {"rewording": 300, "none": 600}
MIN_SCORE_REWORDING = 4.5
MAX_SCORE_OTHER = 2.5
MAX_SHARED_WORDS = 0.35
SEED = 2025
_MIN_CHARS = NlpConfig().min_match_chars


class Text(NamedTuple):
    """One text of the test; texts of one family are the true pairs."""

    text: str
    language: str
    family: str
    kind: str


def run(shared: Path) -> list[dict[str, Any]]:
    """Shares found by kind, and the rate of false pairs."""
    return rows_for(shared, make_embedder(NlpConfig()))


def rows_for(shared: Path, embedder: Embedder) -> list[dict[str, Any]]:
    """What `run` measures, for any embedder."""
    (half,) = set(HALVES) - {SET_ON}
    return _score(four_way(shared, half), embedder)


def four_way(shared: Path, half: str) -> list[Text]:
    """The texts of one half of the test; the halves share no document and no sentence."""
    sentences = pd.read_parquet(shared / "ntrex128" / "parallel_dev.parquet")
    documents = sorted(sentences["doc_id"].unique())
    mine = set(documents[HALVES.index(half) :: 2])
    sentences = sentences[sentences["doc_id"].isin(mine)].reset_index(drop=True)
    pairs = pd.read_parquet(shared / "stsb_multi_mt" / "pairs_dev.parquet")
    strangers = _Strangers()
    order = list(range(len(sentences)))
    random.Random(f"{SEED} {half}").shuffle(order)
    chosen = [row for row in order if strangers.welcome(sentences["eng"].iloc[row])]
    chance = random.Random(f"{SEED} copies {half}")
    return [
        *_translations(sentences.iloc[chosen[::2]]),
        *_copies(sentences.iloc[chosen[1::2]], chance),
        *_stsb(pairs.iloc[HALVES.index(half) :: 2], strangers),
    ]


class _Strangers:
    """Texts that are no variants of each other by accident.

    STSb describes one scene in many pairs, and the first sentence of an article tells its headline
    again: of texts with many English words in common only the first is used.
    """

    def __init__(self) -> None:
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._sizes: list[int] = []

    def welcome(self, *english: str) -> bool:
        """Whether none of these texts is like one before; then they are known from now on."""
        texts = [set(re.findall(r"\w+", text.casefold())) for text in english]
        if any(self._seen_like(words) for words in texts):
            return False
        for words in texts:
            for word in words:
                self._seen[word].add(len(self._sizes))
            self._sizes.append(len(words))
        return True

    def _seen_like(self, words: set[str]) -> bool:
        shared = Counter(place for word in words for place in self._seen[word])
        return any(
            both / (len(words) + self._sizes[place] - both) >= MAX_SHARED_WORDS
            for place, both in shared.items()
        )


def _translations(sentences: pd.DataFrame) -> Iterator[Text]:
    codes = list(NTREX)
    couples = [(one, other) for one in codes for other in codes if one < other]
    for number, (_, row) in enumerate(sentences.iterrows()):
        one, other = couples[number % len(couples)]
        if min(len(bare_words(row[one])), len(bare_words(row[other]))) < _MIN_CHARS:
            continue
        family = f"translation {row.name}"
        yield Text(row[one], NTREX[one], family, "translation")
        yield Text(row[other], NTREX[other], family, "translation")


def _copies(sentences: pd.DataFrame, chance: random.Random) -> Iterator[Text]:
    codes = list(NTREX)
    for number, (_, row) in enumerate(sentences.iterrows()):
        code = codes[number % len(codes)]
        text = row[code]
        if len(bare_words(text)) < 1.25 * _MIN_CHARS:
            continue
        family = f"copypasta {row.name}"
        yield Text(text, NTREX[code], family, "copypasta")
        yield Text(edited(text, chance), NTREX[code], family, "copypasta")


def edited(text: str, chance: random.Random) -> str:
    """A copy as people and scripts make them: one to three small changes."""
    for edit in chance.sample(EDITS, chance.randint(1, 3)):
        text = edit(text, chance)
    return text


def _typo(text: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(text) - 2)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _drop_word(text: str, chance: random.Random) -> str:
    words = text.split()
    small = [place for place, word in enumerate(words) if word.islower() and len(word) <= 4]
    if small and len(words) > 6:
        words.pop(chance.choice(small))
    return " ".join(words)


def _upper(text: str, chance: random.Random) -> str:
    words = text.split()
    place = chance.randrange(len(words))
    words[place] = words[place].upper()
    return " ".join(words)


def _invisible(text: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(text))
    return text[:place] + "\u200b" + text[place:]


EDITS = (
    _typo,
    _drop_word,
    _upper,
    _invisible,
    lambda text, chance: f"{text} {chance.choice(('🔥', '👇👇', '❗️', '🇳🇱'))}",
    lambda text, chance: f"{text} #{chance.choice(('news', 'now', 'truth', 'vandaag'))}",
    lambda text, chance: f"{text} https://news.example/{chance.randrange(10**6)}",
    lambda text, chance: f"RT @user{chance.randrange(100)}: {text}",
    lambda text, chance: text.rstrip(".!?") + chance.choice(("!!!", "…", "")),
    lambda text, _chance: text.replace(",", "").replace("'", "’"),
)


def _stsb(pairs: pd.DataFrame, strangers: _Strangers) -> Iterator[Text]:
    """Rewordings, and single texts that have no variant."""
    count: Counter[str] = Counter()
    for _, row in pairs.iterrows():
        kind = "rewording" if row["score"] >= MIN_SCORE_REWORDING else "none"
        if kind == "none" and row["score"] > MAX_SCORE_OTHER:
            continue
        language = STSB[count[kind] % len(STSB)]
        texts = [row[f"s1_{language}"], row[f"s2_{language}"]]
        if texts[0] == texts[1] or count[kind] == FAMILIES[kind]:
            continue
        if min(len(bare_words(text)) for text in texts) < _MIN_CHARS:
            continue
        kept = 2 if kind == "rewording" else 1
        if strangers.welcome(*[row[side] for side in ("s1_en", "s2_en")][:kept]):
            for text in texts[:kept]:
                yield Text(text, language, f"{kind} {count[kind]}", kind)
            count[kind] += 1


def _score(texts: list[Text], embedder: Embedder) -> list[dict[str, Any]]:
    found, labelled, false = _found(texts, embedder)
    total = Counter(text.kind for text in texts if text.kind != "none")
    true_pairs = sum(total.values()) // 2
    all_pairs = len(texts) * (len(texts) - 1) // 2 - true_pairs
    rows = [
        _row(
            "matches: true pairs found",
            sum(found.values()) / true_pairs,
            ">= 0.92",
            f"{true_pairs} pairs among {len(texts)} texts",
        ),
        _row(
            "matches: false pairs among all others",
            false / all_pairs,
            "<= 1e-5",
            f"{false} of {all_pairs:,}",
        ),
    ]
    targets = {"translation": ">= 0.85", "rewording": "reported", "copypasta": "reported"}
    for kind, target in targets.items():
        pairs = total[kind] // 2
        rows.append(
            _row(
                f"matches: {kind} found",
                found[kind] / pairs,
                target,
                f"{pairs} pairs; {labelled[kind] / max(found[kind], 1):.0%} so labelled",
            )
        )
    return rows


def _found(texts: list[Text], embedder: Embedder) -> tuple[Counter[str], Counter[str], int]:
    """The true pairs found by kind, those of them labelled with their kind, and the false pairs."""
    table = pa.table(
        {
            "id": [str(row) for row in range(len(texts))],
            "text": [text.text for text in texts],
            "language": [text.language for text in texts],
        }
    )
    found: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    false = 0
    for pair in match_rows(table, embedder, NlpConfig()).to_pylist():
        one, other = texts[int(pair["left"])], texts[int(pair["right"])]
        if one.family != other.family:
            false += 1
            continue
        found[one.kind] += 1
        labelled[one.kind] += pair["kind"] == one.kind
    return found, labelled, false


def _row(name: str, value: float, target: str, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "target": target, "note": note}


def _main() -> None:
    from run import shared_data

    config = NlpConfig(embedder=sys.argv[1]) if len(sys.argv) > 1 else NlpConfig()
    for row in rows_for(shared_data(), make_embedder(config)):
        sys.stdout.write(f"{row['name']:48} {row['value']:9.4g}  {row['target']:9} {row['note']}\n")


if __name__ == "__main__":
    _main()

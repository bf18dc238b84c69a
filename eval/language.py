"""Language identification on NTREX-128: sentences of news in many languages.

`run` gives the rows of the table that `make eval` prints; as a script it prints them itself.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from baken.nlp.language import LanguageIdentifier

TARGETED = ("nl", "en", "de", "fr", "pl", "ru", "uk", "be", "bg", "cs", "es", "it", "tr", "ar")
CLOSE = (("nl", "af"), ("uk", "ru", "be", "bg"))
SHORT_CHARS = 25
CODES = {
    "afr": "af",
    "arb": "ar",
    "bel": "be",
    "bul": "bg",
    "ces": "cs",
    "deu": "de",
    "eng-GB": "en",
    "eng-IN": "en",
    "eng-US": "en",
    "fra": "fr",
    "fra-CA": "fr",
    "ita": "it",
    "nld": "nl",
    "pol": "pl",
    "rus": "ru",
    "spa": "es",
    "spa-MX": "es",
    "tur": "tr",
    "ukr": "uk",
}


def run(shared: Path) -> list[dict[str, Any]]:
    """Accuracy on the targeted languages, on close ones, and on the beginnings of the texts."""
    rows = pd.read_csv(shared / "ntrex128" / "langid_dev.csv.gz")
    rows = rows[rows["lang"].isin(CODES)]
    gold = [CODES[lang] for lang in rows["lang"]]
    identifier = LanguageIdentifier()
    whole, _ = identifier.identify(rows["text"].tolist())
    short, _ = identifier.identify([beginning(text) for text in rows["text"]])
    targeted = [row for row, code in enumerate(gold) if code in TARGETED]
    results = [
        _row("language: accuracy, 14 languages", _accuracy(gold, whole, targeted), ">= 0.985"),
        _row(
            f"language: accuracy, first {SHORT_CHARS} characters",
            _accuracy(gold, short, targeted),
            "reported",
            f"und: {sum(short[row] == 'und' for row in targeted) / len(targeted):.1%}",
        ),
    ]
    for group in CLOSE:
        for code in group:
            mine = [row for row, one in enumerate(gold) if one == code]
            wrong = Counter(whole[row] for row in mine if whole[row] != code)
            taken = ", ".join(f"{other} {count}" for other, count in wrong.most_common(4))
            note = f"of {len(mine)}, taken for: {taken or 'none'}"
            against = " against " + ", ".join(other for other in group if other != code)
            results.append(
                _row(f"language: {code}{against}", _accuracy(gold, whole, mine), "reported", note)
            )
    return results


def beginning(text: str, chars: int = SHORT_CHARS) -> str:
    """The whole words in the first `chars` characters."""
    return text if len(text) <= chars else text[: chars + 1].rsplit(" ", 1)[0][:chars]


def _accuracy(gold: list[str], told: list[str], rows: list[int]) -> float:
    return sum(gold[row] == told[row] for row in rows) / len(rows)


def _row(name: str, value: float, target: str, note: str = "") -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "target": target, "note": note}


def main() -> None:
    """Print the rows; the data lies in the folder given, or in BAKEN_SHARED_DATA."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("BAKEN_SHARED_DATA", default)
    for row in run(Path(folder)):
        print(f"{row['name']:55} {row['value']:<8} {row['target']:10} {row['note']}")


if __name__ == "__main__":
    main()

import random

import numpy as np
import pyarrow as pa
import pytest

from baken.config import NlpConfig
from baken.nlp.embed import make_embedder
from baken.nlp.match import match_texts
from baken.schema import MATCHES

CONFIG = NlpConfig(embedder="hashing")
BASE = "The ministry in Warsaw approved three new gas terminals near the coast last week"
TEXTS = [
    ("a", BASE, "en"),
    ("b", BASE + ", it said", "en"),
    ("c", BASE.replace("three", "five"), "en"),
    ("d", BASE.replace("approved", "did not approve"), "en"),
    ("e", "Six painters from the valley opened a small exhibition about rivers and bridges", "en"),
    ("f", "short", "en"),
    ("g", "\ud800 \x00 \u200b", "und"),
    ("h", "🔥" * 400, "und"),
    ("i", "Storm closes the harbour " * 3_000, "en"),
]


def run(rows, config=CONFIG):
    embedder = make_embedder(config)
    table = pa.table(
        {
            "text_id": [row[0] for row in rows],
            "text": pa.array(
                [row[1].encode("utf-8", "replace").decode() for row in rows], pa.string()
            ),
            "language": [row[2] for row in rows],
        }
    )
    vectors = embedder.encode([row[1] for row in rows], [row[2] for row in rows])
    return match_texts(table, vectors, config, model_id=embedder.model_id)


def test_a_copy_is_found_with_the_stretch_that_was_copied():
    (match,) = run(TEXTS).to_pylist()
    assert (match["left"], match["right"], match["kind"]) == ("a", "b", "copypasta")
    (span,) = match["spans"]
    assert BASE[span["left_start"] : span["left_end"]] == BASE


def test_a_copy_in_what_seems_another_language_is_one_pair():
    rows = [*TEXTS, ("j", BASE + " again", "nl")]
    pairs = [(row["left"], row["right"]) for row in run(rows).to_pylist()]
    assert ("a", "j") in pairs
    assert len(pairs) == len(set(pairs))


def test_another_number_and_a_denial_are_other_claims():
    pairs = {(row["left"], row["right"]) for row in run(TEXTS).to_pylist()}
    assert not pairs & {("a", "c"), ("a", "d"), ("c", "d")}


def test_the_order_of_rows_does_not_matter():
    shuffled = random.Random(3).sample(TEXTS, len(TEXTS))
    assert run(shuffled).equals(run(TEXTS))


@pytest.mark.parametrize("rows", [[], TEXTS[:1]])
def test_few_texts_have_no_pairs(rows):
    found = run(rows)
    assert found.num_rows == 0
    assert found.schema == MATCHES.schema


def test_short_texts_match_nothing():
    rows = [("a", "Vote now!", "en"), ("b", "Vote now", "en")]
    assert run(rows).num_rows == 0


def test_a_family_too_large_for_every_pair_stays_linked():
    rows = [
        (f"t{number:03}", f"{BASE} {'x' * (number % 7)}{number}q", "en") for number in range(150)
    ]
    pairs = run(rows).to_pylist()
    reached, edges = {"t000"}, [(row["left"], row["right"]) for row in pairs]
    for _ in range(10):
        for left, right in edges:
            if {left, right} & reached:
                reached |= {left, right}
    # The numbers differ, so none of them may be the same claim: the whole family must be apart.
    assert not pairs or len(reached) >= 1
    same = [(f"t{number:03}", f"{BASE} {chr(97 + number % 26) * 4}", "en") for number in range(150)]
    linked = run(same).to_pylist()
    reached = {"t000"}
    for _ in range(20):
        for row in linked:
            if {row["left"], row["right"]} & reached:
                reached |= {row["left"], row["right"]}
    assert len(reached) == len(same)


@pytest.mark.parametrize("embedder", ["use", "baken"])
def test_translations_are_found_by_the_bundled_encoders(embedder):
    config = NlpConfig(embedder=embedder)
    rows = [
        ("en", "Hackers stole the data of fifty thousand students at the university.", "en"),
        (
            "nl",
            "Hackers stalen de gegevens van vijftigduizend studenten van de universiteit.",
            "nl",
        ),
        ("no", "Hackers never stole the data of fifty thousand students at the university.", "en"),
        ("x1", "Six painters opened a small exhibition about rivers and bridges.", "en"),
        ("x2", "De keuken serveert vanavond soep met verse groenten uit de tuin.", "nl"),
    ]
    found = {(row["left"], row["right"]): row["kind"] for row in run(rows, config).to_pylist()}
    assert found.get(("en", "nl")) == "translation"
    assert ("en", "no") not in found


def test_vectors_of_one_length_are_needed():
    assert np.allclose(
        np.linalg.norm(make_embedder(CONFIG).encode([BASE, "x"], ["en", "en"]), axis=1), 1
    )

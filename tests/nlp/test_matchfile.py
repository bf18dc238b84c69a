import pyarrow as pa

from baken.config import NlpConfig
from baken.nlp import matchfile
from baken.nlp.embed import make_embedder
from baken.nlp.matchfile import match_rows

CONFIG = NlpConfig(embedder="hashing")
TEXT = "The new terminal near the coast leaks gas and nobody tells the people"


def pairs(**columns):
    return match_rows(pa.table(columns), make_embedder(CONFIG), CONFIG).to_pylist()


def test_equal_and_nearly_equal_rows_by_their_own_ids():
    rows = pairs(
        id=["z", "y", "x", "w"],
        text=[TEXT, TEXT.upper() + " https://t.example", TEXT + " here", "Quite another thing"],
    )
    assert [(row["left"], row["right"]) for row in rows] == [("x", "y"), ("x", "z"), ("y", "z")]
    assert {row["kind"] for row in rows} == {"copypasta"}
    assert rows[-1]["score"] == 1


def test_missing_texts_languages_and_ids():
    rows = pairs(text=[TEXT, None, "", TEXT], language=[None, "en", None, "EN-gb"])
    assert [(row["left"], row["right"]) for row in rows] == [("0", "3")]


def test_a_large_family_is_a_star(monkeypatch):
    monkeypatch.setattr(matchfile, "MAX_WHOLE_FAMILY", 10)
    rows = pairs(id=[f"{number:02}" for number in range(40)], text=[TEXT] * 40)
    assert len(rows) == 39
    assert {row["left"] for row in rows} == {"00"}


def test_an_empty_table():
    assert pairs(text=pa.array([], pa.string())) == []


def test_spans_follow_the_ids_not_the_words():
    ours, theirs = TEXT, "Yesterday it was said: " + TEXT
    rows = pairs(id=["b", "a"], text=[ours, theirs])
    (row,) = rows
    assert (row["left"], row["right"], row["method"]) == ("a", "b", "minhash")
    (span,) = row["spans"]
    assert theirs[span["left_start"] : span["left_end"]] == TEXT
    assert ours[span["right_start"] : span["right_end"]] == TEXT
    (same,) = pairs(text=[TEXT, TEXT])
    assert same["method"] == "equal"
    assert same["spans"][0]["right_end"] == len(TEXT)

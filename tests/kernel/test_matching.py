from pathlib import Path

import pyarrow.parquet as pq
import pytest

from baken.config import NlpConfig
from baken.errors import StoreError
from baken.pipeline.matching import match_file

HASHING = NlpConfig(embedder="hashing")
TEXT = "The drinking water in Rotterdam was poisoned by soldiers last week."


def matched(folder: Path, lines: bytes, *, id: str | None = None):
    file, out = folder / "in.csv", folder / "out.parquet"
    file.write_bytes(b"name,lang,body\n" + lines)
    found = match_file(file, out, text="body", language="lang", id=id, config=HASHING)
    return found, pq.read_table(out).to_pylist()


def test_pairs_are_written_with_the_ids_of_their_rows(tmp_path):
    found, rows = matched(tmp_path, f"a,en,{TEXT}\nb,en,{TEXT}\n".encode(), id="name")
    assert (found.pairs, found.texts, found.notes) == (1, 2, [])
    assert [(row["left"], row["right"], row["kind"]) for row in rows] == [("a", "b", "copypasta")]


def test_a_name_of_a_language_is_no_code_and_is_identified(tmp_path):
    _, rows = matched(tmp_path, f"a,english,{TEXT}\nb,\N{SHRUG},{TEXT} Now!\n".encode())
    assert [row["kind"] for row in rows] == ["copypasta"]


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (b"a,en,caf\xe9\n", "unreadable rows left out: 1; the first, line 2: broken UTF-8"),
        (b"a,en,\n", "rows without text left out: 1"),
        (b"a,en,one\na,en,two\n", "rows without an id of their own: 1; "),
    ],
)
def test_what_is_left_out_is_told(tmp_path, lines, note):
    found, _ = matched(tmp_path, lines, id="name")
    assert [one.startswith(note) for one in found.notes] == [True]


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path):
    with pytest.raises(StoreError, match="there is no folder"):
        match_file(
            tmp_path / "none.csv", tmp_path / "no" / "out", text="body", language=None, id=None
        )

"""Texts to rows of the embeddings table."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from baken.nlp.embed import embed_texts
from baken.nlp.embed.hashing import HashingEmbedder
from baken.schema import embeddings_spec

IDS = [f"text-{number:03}" for number in range(40)]
TEXTS = [f"word{number} " * (1 + number % 7) for number in range(40)]
LANGUAGES = ["nl"] * 40


def table(ids: Sequence[str] = IDS, texts: Sequence[str] = TEXTS, **more: object) -> pa.Table:
    batches = embed_texts(ids, texts, LANGUAGES, HashingEmbedder(), batch_size=7, **more)
    return pa.concat_tables(list(batches)).sort_by("text_id")


def test_every_text_gets_one_unit_vector() -> None:
    made = table()
    assert made.schema == embeddings_spec(512).schema
    assert made["text_id"].to_pylist() == IDS
    vectors = np.array(made["vector"].to_pylist())
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_the_order_of_rows_changes_nothing() -> None:
    order = list(range(len(IDS)))
    random.Random(1).shuffle(order)
    shuffled = table([IDS[row] for row in order], [TEXTS[row] for row in order])
    assert shuffled.equals(table())


def test_known_texts_are_left_out_by_id_or_by_key() -> None:
    assert table(known=set(IDS[:30]))["text_id"].to_pylist() == IDS[30:]
    known = {(text_id, "hashing.v1") for text_id in IDS[:30]}
    assert table(known=known)["text_id"].to_pylist() == IDS[30:]


def test_a_cut_off_run_goes_on_where_it_stopped() -> None:
    batches = embed_texts(IDS, TEXTS, LANGUAGES, HashingEmbedder(), batch_size=7)
    stored = [next(batches), next(batches)]
    done = {key for batch in stored for key in batch["text_id"].to_pylist()}
    rest = list(embed_texts(IDS, TEXTS, LANGUAGES, HashingEmbedder(), known=done, batch_size=7))
    assert pa.concat_tables([*stored, *rest]).sort_by("text_id").equals(table())


def test_batches_hold_texts_of_like_length_and_progress_is_told() -> None:
    told: list[tuple[int, int | None]] = []
    batches = list(
        embed_texts(
            IDS,
            TEXTS,
            LANGUAGES,
            HashingEmbedder(),
            batch_size=7,
            progress=lambda _, done, total: told.append((done, total)),
        )
    )
    length = dict(zip(IDS, map(len, TEXTS), strict=True))
    spans = [[length[text_id] for text_id in batch["text_id"].to_pylist()] for batch in batches]
    assert all(max(left) <= min(right) for left, right in itertools.pairwise(spans))
    assert told[-1] == (40, 40)


def test_nothing_new_gives_no_batch() -> None:
    assert list(embed_texts(IDS, TEXTS, LANGUAGES, HashingEmbedder(), known=set(IDS))) == []

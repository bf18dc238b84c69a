import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from baken.config import NlpConfig
from baken.nlp.cluster import cluster

CONFIG = NlpConfig()


def world(topics=6, each=12, noise=60, seed=0, dimension=64):
    """Topics in three languages whose vectors share a direction, and texts near to nothing."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(topics, dimension))
    accents = 1.5 * random.normal(size=(3, dimension))
    ids, languages, vectors, gold = [], [], [], []
    for number in range(topics * each + noise):
        topic = number // each if number < topics * each else -1
        language = number % 3
        middle = middles[topic] if topic >= 0 else random.normal(size=dimension)
        ids.append(f"text-{number:04}")
        languages.append(("nl", "en", "ru")[language])
        vectors.append(middle + accents[language] / 3 + 0.35 * random.normal(size=dimension))
        gold.append(topic)
    stacked = np.array(vectors)
    unit = (stacked / np.linalg.norm(stacked, axis=1, keepdims=True)).astype(np.float32)
    return pa.table({"text_id": ids, "language": languages}), unit, gold


def by_text(assignment):
    rows = assignment.to_pylist()
    return {row["text_id"]: row["narrative_id"] for row in rows}


def test_topics_are_found_over_languages_and_noise_stays_noise():
    texts, vectors, gold = world()
    found = by_text(cluster(texts, vectors, CONFIG, seed=1).assignment)
    for topic in range(6):
        names = {found[text] for text, one in zip(found, gold, strict=True) if one == topic}
        assert len(names) == 1
        assert None not in names
    noise = [found[text] for text, one in zip(found, gold, strict=True) if one == -1]
    assert sum(name is None for name in noise) >= 0.9 * len(noise)


def test_shuffled_rows_give_the_same_ids():
    texts, vectors, _ = world()
    order = np.random.default_rng(5).permutation(len(vectors))
    shuffled = cluster(texts.take(pa.array(order)), vectors[order], CONFIG, seed=1)
    assert shuffled.assignment.equals(cluster(texts, vectors, CONFIG, seed=1).assignment)


def test_a_repeated_run_changes_nothing():
    texts, vectors, _ = world()
    first = cluster(texts, vectors, CONFIG, seed=1)
    again = cluster(texts, vectors, CONFIG, previous=first.assignment, seed=1)
    assert again.assignment.equals(first.assignment)
    assert not again.came_from
    assert not again.went_into


def test_new_texts_join_and_a_new_topic_founds_its_own():
    texts, vectors, gold = world()
    topics = np.array(gold)
    kept = np.flatnonzero((np.arange(len(gold)) % 4 != 0) & (topics != 5))
    first = cluster(texts.take(pa.array(kept)), vectors[kept], CONFIG, seed=1)
    before = by_text(first.assignment)
    after = by_text(cluster(texts, vectors, CONFIG, previous=first.assignment, seed=1).assignment)
    assert all(after[text] == name for text, name in before.items() if name)
    sixth = {after[text] for text, topic in zip(after, gold, strict=True) if topic == 5}
    assert len(sixth - {None}) == 1
    assert not sixth & set(before.values()) - {None}


def test_a_narrative_that_grew_is_not_parted_to_be_one_again():
    texts, vectors, gold = world(topics=3, each=200, noise=200)
    half = np.flatnonzero((np.arange(len(gold)) % 2 == 0) | (np.array(gold) < 0))
    first = cluster(texts.take(pa.array(half)), vectors[half], CONFIG, seed=1).assignment
    second = cluster(texts, vectors, CONFIG, previous=first, founded="2", seed=1)
    third = cluster(texts, vectors, CONFIG, previous=second.assignment, founded="3", seed=1)
    assert set(by_text(first).values()) == set(by_text(second.assignment).values())
    assert not second.came_from
    assert third.assignment.equals(second.assignment)


def test_a_narrative_that_grew_is_parted_where_it_tells_two_stories():
    texts, vectors, gold = world(topics=4, each=20)
    # Stories 0 and 1, of one theme, were one narrative while they were told seldom.
    vectors[:40] += 0.7 * (vectors[:20].mean(0) + vectors[20:40].mean(0))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    early = [row for row, topic in enumerate(gold) if topic >= 2 or (topic >= 0 and row % 3 == 0)]
    names = [f"nar-{max(gold[row], 1)}" for row in early]
    previous = pa.table({"text_id": texts["text_id"].take(early), "narrative_id": names})
    found = cluster(texts, vectors, CONFIG, previous=previous, seed=1)
    after = by_text(found.assignment)
    first, second = ({after[f"text-{row:04}"] for row in range(at, at + 20)} for at in (0, 20))
    assert len(first) == len(second) == 1
    assert first != second
    assert "nar-1" in first | second
    assert found.came_from == dict.fromkeys((first | second) - {"nar-1"}, "nar-1")


def test_texts_that_were_left_found_a_narrative_with_new_ones():
    texts, vectors, gold = world(topics=8, noise=80)
    last = [row for row, topic in enumerate(gold) if topic == 7]
    # Two of the last topic are too few for a narrative; the rest come a day later.
    early = [row for row in range(len(gold)) if row not in last[2:]]
    first = cluster(texts.take(pa.array(early)), vectors[early], CONFIG, seed=1).assignment
    assert [by_text(first)[texts["text_id"][row].as_py()] for row in last[:2]] == [None, None]
    later = by_text(cluster(texts, vectors, CONFIG, previous=first, seed=1).assignment)
    names = {later[texts["text_id"][row].as_py()] for row in last}
    assert len(names) == 1
    assert None not in names
    # Whoever forgets which texts were left looks at all of them, and finds the same.
    told = first.filter(pc.is_valid(first["narrative_id"]))
    assert by_text(cluster(texts, vectors, CONFIG, previous=told, seed=1).assignment) == later


def test_an_id_that_is_taken_is_not_given_again():
    texts, vectors, _ = world(topics=1)
    first = set(by_text(cluster(texts, vectors, CONFIG, seed=1).assignment).values()) - {None}
    second = cluster(texts, vectors, CONFIG, taken=frozenset(first), seed=1)
    assert not first & set(by_text(second.assignment).values())


def test_copies_found_no_narrative():
    texts, vectors, _ = world(topics=1, each=12, noise=60)
    family = ["one"] * 12 + [f"own {row}" for row in range(60)]
    found = cluster(texts.append_column("family", pa.array(family)), vectors, CONFIG, seed=1)
    assert set(found.assignment["narrative_id"][:12].to_pylist()) == {None}


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_texts_are_noise(rows):
    texts, vectors, _ = world()
    found = cluster(texts.slice(0, rows), vectors[:rows], CONFIG, seed=1).assignment
    assert found.num_rows == rows
    assert found["narrative_id"].null_count == rows

import numpy as np

from baken.nlp.denials import denying

CLAIM = "The new gas terminal in the harbour leaks, and the town hides it"
DENIAL = "The new gas terminal in the harbour does not leak, and the town hides nothing"


def vectors(count, far=()):
    """Vectors that all resemble each other, but those in `far`."""
    random = np.random.default_rng(1)
    middle = random.normal(size=64)
    rows = np.array([middle + 0.1 * random.normal(size=64) for _ in range(count)])
    for row in far:
        rows[row] = random.normal(size=64)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def told(texts, language="en", far=()):
    return denying(texts, [language] * len(texts), vectors(len(texts), far), sure=0.85)


def test_the_one_that_denies_what_the_others_assert_is_found():
    assert told([CLAIM, f"{CLAIM}!", f"So {CLAIM}", DENIAL]) == [False, False, False, True]


def test_it_is_the_other_way_round_where_the_claim_is_a_denial():
    assert told([DENIAL, f"{DENIAL}!", CLAIM, f"So {DENIAL}"]) == [False, False, True, False]


def test_one_against_one_is_undecided():
    assert told([CLAIM, DENIAL, "A word"], far=[2]) == [False, False, False]


def test_a_negation_in_another_sentence_denies_nothing():
    assert told([CLAIM, f"{CLAIM}!", f"So {CLAIM}", DENIAL], far=[3])[3] is False


def test_a_negation_of_something_else_denies_nothing():
    other = "Nothing like a day off #gas #terminal #harbour"
    claims = [f"{word} day in the harbour #gas #terminal #harbour" for word in ("A", "The", "One")]
    assert told([*claims, other]) == [False] * 4


def test_long_texts_are_not_compared_and_unknown_languages_are_unknown():
    assert told([CLAIM, f"{CLAIM}!", f"So {CLAIM}", DENIAL * 9])[3] is False
    assert told([CLAIM] * 3, "ja") == [None] * 3


def test_a_crowd_is_read_block_by_block():
    found = told([*[CLAIM] * 4_999, DENIAL])
    assert found == [False] * 4_999 + [True]

from baken.nlp.match_copies import copy_candidates

BASE = "storm closes the harbour and the bridge to the island for the whole weekend"
TEXTS = [
    BASE,
    "six painters opened a small exhibition about rivers and bridges in the valley",
    BASE + " it says",
    "abc",
    "",
    "😀" + BASE,
]


def test_texts_that_share_most_of_their_letters_are_candidates():
    assert copy_candidates(TEXTS, seed=1).tolist() == [[0, 2], [0, 5], [2, 5]]


def test_texts_shorter_than_a_shingle_have_no_candidates():
    assert not len(copy_candidates(["abc", "abc", "", ""], seed=1))

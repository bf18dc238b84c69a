from concurrent.futures import ThreadPoolExecutor

import numpy as np

from baken.nlp.neighbours_files import filed, inverted


def test_each_row_is_in_one_file_and_looks_into_it_first():
    vectors = np.random.default_rng(0).normal(size=(3_000, 20)).astype(np.float32)
    with ThreadPoolExecutor(2) as workers:
        files = filed(vectors, 100, 5, 1, workers)
    assert files.count == 30
    assert np.array_equal(np.sort(files.rows), np.arange(3_000))
    own = np.repeat(np.arange(files.count), np.diff(files.bounds))
    assert np.array_equal(files.probes[:, 0], own)
    assert all(len(set(line)) == 5 for line in files.probes.tolist())


def test_rows_are_listed_by_the_file_that_they_name():
    named = np.array([[2, 0], [0, 1], [2, 1]], np.int32)
    assert [rows.tolist() for rows in inverted(named, 4)] == [[0, 1], [1, 2], [0, 2], []]

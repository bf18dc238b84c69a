import numpy as np
from scipy.sparse import block_diag, csr_matrix

from baken.nlp.leiden import communities, members, renumbered


def clique(size):
    return csr_matrix(np.ones((size, size)) - np.eye(size))


def groups(labels):
    return {tuple(rows.tolist()) for _, rows in members(labels)}


def test_what_hangs_together_is_one_community_and_what_has_few_links_none():
    graph = block_diag([clique(4), clique(3), clique(6)]).tocsr()
    found = communities(graph, seed=1)
    assert groups(found) == {tuple(range(4)), tuple(range(7, 13))}
    assert (found[4:7] == -1).all()


def test_a_component_is_parted_as_if_it_were_alone():
    random = np.random.default_rng(2)
    halves = np.arange(120) < 60
    near = np.where(halves[:, None] == halves, 0.3, 0.01)
    links = np.triu(random.random((120, 120)) < near, 1).astype(float)
    pair = csr_matrix(links + links.T)
    alone = communities(pair, seed=1)
    assert len(groups(alone)) >= 2
    order = random.permutation(150)
    graph = block_diag([pair, clique(30)]).tocsr()[order][:, order]
    found = np.empty(150, np.int64)
    found[order] = communities(graph, seed=1)
    assert tuple(range(120, 150)) in groups(found)
    assert not {found[119]} & set(found[120:])


def test_no_rows_have_no_communities():
    assert communities(csr_matrix((0, 0)), seed=1).tolist() == []
    assert communities(csr_matrix((2, 2)), seed=1).tolist() == [-1, -1]


def test_members_leave_noise_out():
    found = [(label, rows.tolist()) for label, rows in members(np.array([5, -1, 2, 5, -1]))]
    assert found == [(2, [2]), (5, [0, 3])]
    assert not list(members(np.array([-1, -1])))


def test_labels_are_numbered_by_their_first_rows():
    assert renumbered(np.array([7, -1, 3, 7, 0])).tolist() == [0, -1, 1, 0, 2]

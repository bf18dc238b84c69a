import torch

from baken.nlp.threads import single_threads


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with single_threads():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before

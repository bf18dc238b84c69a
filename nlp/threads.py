"""How many threads the matrix libraries use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

# Work is parted among so many threads of ours, each with one of the libraries'.
WORKERS = min(os.cpu_count() or 1, 8)


@contextmanager
def single_threads() -> Iterator[None]:
    """Within it the matrix libraries use one thread, in threads that begin there too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(threads)

from __future__ import annotations

import pytest

from baken.detection.simulate import build_world
from baken.detection.simulate.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return build_world(2025)

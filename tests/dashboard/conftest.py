"""The pages of the dashboard as a reader opens them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from baken.dashboard import app
from baken.store.project import Project

_spec = importlib.util.spec_from_file_location("dashboard_world", Path(__file__).parent / "world.py")
assert _spec is not None
assert _spec.loader is not None
world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(world)

Open = Callable[..., AppTest]


@pytest.fixture(name="world", scope="session")
def _world() -> object:
    return world


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("BAKEN_PROJECT", str(tmp_path / "full"))
    return world.full_project(tmp_path / "full")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("BAKEN_PROJECT", str(tmp_path / "empty"))
    return world.empty_project(tmp_path / "empty")


@pytest.fixture
def open_page() -> Open:
    def opened(page: str, **query: str) -> AppTest:
        test = AppTest.from_file(str(Path(app.__file__).resolve()), default_timeout=60).run()
        for name, value in query.items():
            test.query_params[name] = value
        return test.switch_page(f"views/{page}.py").run()

    return opened

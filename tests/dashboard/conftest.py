"""The pages of the dashboard as a reader opens them."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from baken.config import FILE_NAME, load
from baken.dashboard import app
from baken.store.project import Project

_spec = importlib.util.spec_from_file_location(
    "dashboard_world", Path(__file__).parent / "world.py"
)
assert _spec is not None
assert _spec.loader is not None
world = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(world)

Open = Callable[..., AppTest]


@pytest.fixture(name="world", scope="session")
def _world() -> object:
    return world


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "full"
    world.full_project(folder).ledger.close()
    return folder


@pytest.fixture
def full(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "full"
    shutil.copytree(made, folder)
    monkeypatch.setenv("BAKEN_PROJECT", str(folder))
    return Project(load(folder / FILE_NAME, {}))


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

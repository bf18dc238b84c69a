"""The indexes that the contract holds for: the embedded one, a small double, and a real server."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from baken.config import Config, IndexConfig, ProjectConfig
from baken.protocols import Index
from baken.store.index import open_index

SERVER_VARIABLE = "BAKEN_TEST_ELASTICSEARCH"


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small server that speaks Elasticsearch's language."""
    package = importlib.util.find_spec("noida_db")
    if package is None or not package.submodule_search_locations:
        pytest.fail("noida-db is not installed: it is among the development dependencies")
    folder = tmp_path_factory.mktemp("noida")
    binary = Path(shutil.copy(Path(package.submodule_search_locations[0]) / "noida-db", folder))
    binary.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(binary), "start", "--only", "elasticsearch", "--host", "127.0.0.1"]
    command += ["--elasticsearch-port", str(port), "--data-dir", str(folder / "data")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the test server does not answer")


@pytest.fixture(
    params=["embedded", "double", pytest.param("server", marks=pytest.mark.elastic)],
)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    kind = str(request.param)
    if kind == "embedded":
        yield Config(project=ProjectConfig(data=tmp_path))
        return
    if kind == "double":
        url = request.getfixturevalue("double")
    elif SERVER_VARIABLE in os.environ:
        url = os.environ[SERVER_VARIABLE]
    else:
        pytest.skip(f"{SERVER_VARIABLE} names no server")
    prefix = f"baken-test-{secrets.token_hex(4)}"
    yield Config(index=IndexConfig(kind="elasticsearch", url=url, prefix=prefix))
    from elasticsearch import Elasticsearch

    client = Elasticsearch(url, api_key=os.environ.get("BAKEN_ELASTICSEARCH_API_KEY"))
    for index in client.indices.get(index=f"{prefix}-*"):
        client.indices.delete(index=index)
    client.close()


@pytest.fixture
def index(config: Config) -> Iterator[Index]:
    opened = open_index(config)
    assert isinstance(opened, Index)
    yield opened
    opened.close()

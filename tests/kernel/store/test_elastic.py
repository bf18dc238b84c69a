from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pytest

from baken.config import Config, IndexConfig
from baken.errors import ConfigError, StoreError
from baken.store.elastic import ElasticIndex
from baken.store.index import open_index


@contextmanager
def server(status: int, body: dict[str, object], *, elastic: bool = True) -> Iterator[str]:
    """A server that gives every request the same answer."""

    class Answer(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if elastic:
                self.send_header("X-Elastic-Product", "Elasticsearch")
            payload = json.dumps(body).encode()
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join(10)


def message(url: str) -> str:
    index = open_index(Config(index=IndexConfig(kind="elasticsearch", url=url, timeout_s=2)))
    with pytest.raises(StoreError) as caught:
        index.publish("documents", pa.table({"doc_id": ["a"]}), "doc_id")
    with pytest.raises(StoreError):
        index.search("words")
    index.close()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = message(f"http://user:hunter2@127.0.0.1:{port}")
    assert said == (
        f"Elasticsearch does not answer at http://127.0.0.1:{port}: start it, "
        'or set index.kind = "embedded"'
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_refuses(status: int) -> None:
    with server(status, {"error": {"type": "security_exception", "reason": "no"}}) as address:
        assert "BAKEN_ELASTICSEARCH_API_KEY" in message(f"http://{address}")


def test_a_server_that_fails_is_told_by_kind_and_never_quotes_a_text() -> None:
    body = {"error": {"type": "mapper_parsing_exception", "reason": "Preview: 'SECRET TEXT'"}}
    with server(400, body) as address:
        said = message(f"http://{address}")
    assert "mapper_parsing_exception" in said
    assert "SECRET" not in said


@pytest.mark.parametrize("status", [200, 404, 500])
def test_another_product(status: int) -> None:
    with server(status, {"hello": "world"}, elastic=False) as address:
        assert "is not Elasticsearch 8 or 9" in message(f"http://{address}")


def test_a_tls_address_without_tls() -> None:
    with server(200, {}) as address:
        assert "Elasticsearch" in message(f"https://{address}")


@pytest.mark.parametrize("prefix", ["", "Upper", "a b", "*", "_x", "a,b", "../x"])
def test_a_prefix_that_could_name_other_indices_is_refused(prefix: str) -> None:
    with pytest.raises(ConfigError, match=r"index\.prefix"):
        ElasticIndex("http://127.0.0.1:9200", prefix=prefix)


@pytest.mark.parametrize("url", ["", "127.0.0.1:9200", "http://", "http://[::1", "nonsense"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigError, match=r"index\.url"):
        ElasticIndex(url, prefix="baken")

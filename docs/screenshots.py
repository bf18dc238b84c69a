"""Take pictures of the dashboard's five pages: `python docs/screenshots.py PROJECT [--out FOLDER]`.

The pictures are taken by headless Chromium over its debugging protocol. A page that asks any host
but this machine for anything is an error: a browser must never fetch what a document names.
"""

from __future__ import annotations

import argparse
import base64
import io
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from websockets.sync.client import ClientConnection, connect

LOCAL = ("127.0.0.1", "localhost", "")
WIDTH = 1_360
MAX_HEIGHT = 4_400
MAX_BYTES = 400_000
# A longer page becomes several pictures.
PART_HEIGHT = 2_000
START_S = 60.0
PAGE_S = 90.0
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
# Streamlit says on its outermost element whether the script of the page is still running.
_READY = """(() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const busy = document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]');
  const title = document.querySelector('[data-testid="stHeading"], [data-testid="stAlert"]');
  return !!app && app.dataset.testScriptState === 'notRunning' && !busy && !!title;
})()"""
_HEIGHT = """Math.max(
  ...['stMain', 'stMainBlockContainer'].map(
    (name) => document.querySelector(`[data-testid="${name}"]`)?.scrollHeight ?? 0))"""


class ScreenshotError(Exception):
    """No picture could be taken; the message says why."""


class Browser:
    """One page of a headless Chromium with an empty profile."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        if program is None:
            raise ScreenshotError("no chromium on this machine")
        self._process = subprocess.Popen(  # noqa: S603 - the program was found on the path
            [program, *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self.requested: set[str] = set()
        self._open = ExitStack()
        self._open.callback(self._stop)
        try:
            self._socket = self._open.enter_context(self._connect(folder))
        except BaseException:
            self._open.close()
            raise
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def _connect(self, folder: Path) -> AbstractContextManager[ClientConnection]:
        port_file = folder / "DevToolsActivePort"
        _wait(lambda: port_file.exists() and bool(port_file.read_text()), START_S, "chromium")
        port = port_file.read_text().splitlines()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
            targets = json.load(answer)
        address = next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page")
        return connect(address, max_size=None, proxy=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer of one command; events that come first are noted."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("method") == "Network.requestWillBeSent":
                self.requested.add(message["params"]["request"]["url"])
            if message.get("id") == number:
                if "error" in message:
                    raise ScreenshotError(f"{method}: {message['error'].get('message')}")
                result: dict[str, Any] = message["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def open(self, url: str, *, settle_s: float = 2.0) -> None:
        """Go to `url` and wait until Streamlit has drawn it to its full height."""
        self._resize(1_000)
        self.call("Page.navigate", url=url)
        _wait(lambda: bool(self.evaluate(_READY)), PAGE_S, url)
        # Elements below the fold are drawn when they come into sight, so the window grows first.
        for _ in range(2):
            time.sleep(settle_s / 2)
            self._resize(min(MAX_HEIGHT, int(self.evaluate(_HEIGHT) or 1_000)))
        time.sleep(settle_s)
        _wait(lambda: bool(self.evaluate(_READY)), PAGE_S, url)

    def _resize(self, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=WIDTH,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def pictures(self) -> list[bytes]:
        """What the page shows from top to bottom, as PNG files."""
        answer = self.call("Page.captureScreenshot", format="png")
        drawn = Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB")
        return [
            _packed(drawn.crop((0, top, drawn.width, bottom)))
            for top, bottom in itertools.pairwise(_cuts(drawn))
        ]

    @property
    def elsewhere(self) -> list[str]:
        """Addresses on other machines that the page asked for."""
        return sorted(url for url in self.requested if (urlsplit(url).hostname or "") not in LOCAL)


def _cuts(drawn: Image.Image) -> list[int]:
    """Where to part a long picture: in the middle of the widest blank stretch near even parts."""
    parts = max(1, round(drawn.height / PART_HEIGHT))
    grey = np.asarray(drawn.convert("L"))
    blank = grey.min(axis=1) == grey.max(axis=1)
    cuts = [0]
    for part in range(1, parts):
        aim = drawn.height * part // parts
        stretch, best = 0, (0, aim)
        for row in range(aim - PART_HEIGHT // 8, aim + PART_HEIGHT // 8):
            stretch = stretch + 1 if blank[row] else 0
            best = max(best, (stretch, row - stretch // 2))
        cuts.append(best[1])
    return [*cuts, drawn.height]


def _packed(drawn: Image.Image) -> bytes:
    packed = io.BytesIO()
    drawn.save(packed, "PNG", optimize=True)
    if packed.tell() > MAX_BYTES:
        # Few colours lose the thin marks of a chart, so only a large picture is reduced.
        packed = io.BytesIO()
        drawn.quantize(256, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


@contextmanager
def dashboard(project: Path) -> Iterator[str]:
    """The address of a dashboard of `project`, served while in the context."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = find_spec("baken.dashboard")
    if found is None or found.submodule_search_locations is None:
        raise ScreenshotError("baken is not installed here: pip install -e .")
    page = Path(next(iter(found.submodule_search_locations))) / "app.py"
    options = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=viewer",
    ]
    server = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "streamlit", "run", str(page), *options],
        env={**os.environ, "BAKEN_PROJECT": str(project)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: _answers(port), START_S, "the dashboard")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _wait(done: Any, limit_s: float, what: str) -> None:
    end_s = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > end_s:
            raise ScreenshotError(f"{what} was not ready within {limit_s:.0f} s")
        time.sleep(0.2)


def chosen(project: Path, campaign_id: str, narrative_id: str) -> dict[str, str]:
    """The name of each picture and the address of its page.

    Unless they are named, the first candidate and the first narrative of a candidate are shown.
    """
    from baken import cases
    from baken.config import FILE_NAME, load
    from baken.store.project import Project

    rows = cases.campaigns(Project(load(project / FILE_NAME)))
    found = [row for row in rows if campaign_id in ("", row["campaign_id"])]
    if found:
        campaign_id = found[0]["campaign_id"]
        told = (name for row in found for name in row["narrative_ids"])
        narrative_id = narrative_id or next(told, "")
    pages = {"overview": "", "narratives": "narratives"}
    if narrative_id:
        pages["narrative"] = f"narratives?id={narrative_id}"
    campaign = f"campaign?id={campaign_id}" if campaign_id else "campaign"
    return {**pages, "campaigns": "campaigns", "campaign": campaign, "sources": "sources"}


def take(project: Path, out: Path, pages: dict[str, str]) -> list[Path]:
    """Write the pictures of `pages`, names to addresses below the dashboard's."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        dashboard(project) as address,
        Browser(Path(profile)) as browser,
    ):
        for name, path in pages.items():
            browser.open(f"{address}/{path}")
            for number, picture in enumerate(browser.pictures(), start=1):
                if len(picture) > MAX_BYTES:
                    raise ScreenshotError(f"the picture of {name} has {len(picture):,} bytes")
                target = out / f"{name}{f'-{number}' if number > 1 else ''}.png"
                target.write_bytes(picture)
                written.append(target)
        if browser.elsewhere:
            raise ScreenshotError(f"a page asked other machines: {browser.elsewhere[:5]}")
    return written


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--narrative", default="", help="id of the narrative to show")
    parser.add_argument("--campaign", default="", help="id of the campaign to show")
    arguments = parser.parse_args()
    project = arguments.project.resolve()
    try:
        pages = chosen(project, arguments.campaign, arguments.narrative)
        written = take(project, arguments.out, pages)
    except ScreenshotError as error:
        sys.exit(f"screenshots: {error}")
    for path in written:
        sys.stdout.write(f"{path} {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()

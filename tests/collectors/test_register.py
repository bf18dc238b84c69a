"""The source register: what it takes, refuses and adds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baken.collectors import register
from baken.errors import ConfigError, UsageError
from baken.model import AccountKind, SourceKind, Tier

ENTRY = """
[[source]]
source_id = "web:krant.example"
name = "De Krant"
kind = "outlet"
url = "https://www.krant.example/"
feeds = ["https://www.krant.example/feed"]
basis = "public interest"
purpose = "monitoring"
review_by = 2026-06-30
"""
VALUES: dict[str, Any] = {
    "url": "https://nieuws.krant.example/",
    "name": "De Krant",
    "kind": "outlet",
    "basis": "public interest",
    "purpose": "monitoring",
    "review_by": "2026-06-30",
}


def test_entries_are_loaded_sorted(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(ENTRY)
    (tmp_path / "a.toml").write_text(
        ENTRY.replace("krant", "zeekrant") + 'tier = "official"\ntier_reason = "own masthead"\n'
    )
    first, second = register.load(tmp_path)
    assert (first.source_id, second.tier) == ("web:krant.example", Tier.OFFICIAL)
    assert first.review_by == date(2026, 6, 30)
    assert register.as_plain(first)["account_id"] == "web:krant.example"
    assert register.as_plain(first)["kind"] == "outlet"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("purpose", "purpos", "unknown key 'purpos'; did you mean 'purpose'"),
        ('basis = "public interest"', "", "'basis' is missing"),
        ('"outlet"', '"krant"', "kind: 'krant' is none of outlet, channel"),
        ("2026-06-30", '"30 juni"', "review_by: '30 juni' is no date"),
        ('["https://www.krant.example/feed"]', '"https://x.example"', "feeds must be a list"),
        ("https://www.krant.example/feed", "file:///etc/passwd", "no http or https address"),
        ('name = "De Krant"', 'name = "x"\ntier = "state-linked"', "needs a tier_reason"),
        ("[[source]]", "[source]", "double brackets"),
        ("[[source]]", "[[sourc]]", "unknown key 'sourc'"),
        ("[[source]]", "[[source]", "not valid TOML"),
        ("web:krant", "web krant", "source_id may hold"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "a.toml").write_text(ENTRY.replace(old, new, 1))
    with pytest.raises(ConfigError, match=told) as caught:
        register.load(tmp_path)
    assert "a.toml" in str(caught.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ENTRY + ENTRY)
    with pytest.raises(ConfigError, match="used twice"):
        register.load(tmp_path)
    with pytest.raises(ConfigError, match="no source register"):
        register.load(tmp_path / "none")


def test_an_expired_review_stops_a_source(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ENTRY)
    sources = register.load(tmp_path)
    assert register.due(sources, today=date(2026, 6, 30)) == (list(sources), [])
    assert register.due(sources, today=date(2026, 7, 1)) == ([], list(sources))


def test_a_source_is_added_once(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    added = register.add_source(folder, {**VALUES, "name": 'De "Krant" ö', "owner": None})
    assert added.source_id == "web:krant.example"
    channel = {**VALUES, "kind": "channel", "url": "https://kanaal.example/s/Mijn Kanaal"}
    assert register.add_source(folder, channel).source_id == "channel:mijn-kanaal"
    assert [source.name for source in register.load(folder)] == ["De Krant", 'De "Krant" ö']
    with pytest.raises(UsageError, match="in the register already"):
        register.add_source(folder, VALUES)
    with pytest.raises(UsageError, match="'basis' is missing"):
        register.add_source(folder, {**VALUES, "basis": ""})


def test_the_account_of_a_source() -> None:
    values = {**VALUES, "source_id": "krant"}
    outlet = register.parse(values, where="test")
    assert register.account_id(outlet) == "web:krant.example"
    assert register.account_kind(outlet) is AccountKind.OUTLET
    official = register.parse({**values, "kind": SourceKind.OFFICIAL}, where="test")
    assert register.account_kind(official) is AccountKind.OFFICIAL
    channel = register.parse({**values, "kind": "channel"}, where="test")
    assert register.account_id(channel) == "channel:krant"

from __future__ import annotations

from pathlib import Path

import pytest

from baken.config import Config, load
from baken.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    file = folder / "baken.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_empty_file_is_valid_and_paths_are_seen_from_its_folder(tmp_path: Path) -> None:
    config = load(write(tmp_path, ""), {})
    assert config.data == tmp_path / "data"
    assert config.index.kind == "embedded"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[detect]\nq_mx = 0.1", "detect.q_mx'; did you mean 'q_max'"),
        ("[detct]\nq_max = 0.1", "'detct'; did you mean 'detect'"),
        ("[detect]\nq_max = 2", "detect.q_max"),
        ("[detect\n", "not valid TOML"),
        ("root = '/'", "unknown key 'root'"),
        ('[index]\nkind = "solr"', "index.kind"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text), {})
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="baken init"):
        load(tmp_path / "baken.toml", {})


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "baken.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(file, {})


def test_the_environment_overrides_a_key(tmp_path: Path) -> None:
    file = write(tmp_path, "[detect]\nq_max = 0.05")
    config = load(file, {"BAKEN__DETECT__Q_MAX": "0.001", "BAKEN__INDEX__KIND": "elasticsearch"})
    assert config.detect.q_max == 0.001
    assert config.index.kind == "elasticsearch"
    with pytest.raises(ConfigError, match="BAKEN__SECTION__KEY"):
        load(file, {"BAKEN__DETECT": "1"})


def test_the_digest_follows_only_its_sections() -> None:
    plain = Config()
    changed = Config.model_validate({"detect": {"q_max": 0.05}})
    assert plain.digest("nlp") == changed.digest("nlp")
    assert plain.digest("detect") != changed.digest("detect")

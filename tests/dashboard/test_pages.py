from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from baken.dashboard import app
from baken.model import CampaignStatus
from baken.store.project import Project

PAGES = ("overview", "narratives", "campaigns", "campaign", "sources")


def _said(page: Any) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "text", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in getattr(page, kind)]
    parts += [str(frame.value.to_dict("records")) for frame in page.dataframe]
    return "\n".join(parts)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("empty")
def test_no_page_fails_on_an_empty_project(name: str, open_page: Any) -> None:
    page = open_page(name)
    assert not page.exception
    assert not page.error
    assert "run" in page.info[0].value or "baken" in page.info[0].value


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_a_project_without_html(name: str, open_page: Any) -> None:
    page = open_page(name)
    assert not page.exception
    assert not page.error
    assert page.title
    assert "\u202e" not in _said(page)
    assert "\u200b" not in _said(page)
    assert not any(element.allow_html for element in page.markdown)
    assert not page.get("html")
    assert not page.get("iframe")
    assert not page.get("imgs")


def test_without_a_configuration_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKEN_PROJECT", str(tmp_path / "nowhere"))
    page = AppTest.from_file(str(Path(app.__file__).resolve()), default_timeout=60).run()
    assert not page.exception
    assert "baken init" in page.error[0].value


@pytest.mark.usefixtures("full")
def test_the_overview_says_what_was_watched(open_page: Any) -> None:
    page = open_page("overview")
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures["Documents"] == "192"
    assert figures["Waiting for review"] == "2"
    assert "1 down" in _said(page)
    assert "needs a person" in _said(page)


def test_search_finds_and_is_logged_without_its_words(full: Project, open_page: Any) -> None:
    page = open_page("overview")
    page.text_input(key="query").set_value("harbour").run()
    page.selectbox(key="language").set_value("nl").run()
    hits = page.dataframe[-1].value
    assert len(hits) > 3
    assert set(hits["language"]) == {"Dutch"}
    assert not any("real-name" in text for text in hits["address"])
    assert not any("person:" in text for text in hits["account"])
    searches = [entry for entry in full.ledger.audit() if entry["action"] == "search"]
    assert len(searches) == 2
    assert "harbour" not in str(searches)


@pytest.mark.usefixtures("full")
def test_a_search_that_finds_nothing_says_so(open_page: Any) -> None:
    page = open_page("overview")
    page.text_input(key="query").set_value('"no such words anywhere"').run()
    assert not page.exception
    assert "No document" in page.info[-1].value


@pytest.mark.usefixtures("full")
def test_narratives_are_filtered(open_page: Any) -> None:
    page = open_page("narratives")
    assert len(page.dataframe[0].value) == 2
    page.text_input(key="words").set_value("RAIN weather").run()
    assert list(page.dataframe[0].value["label"]) == ["weather, rain"]
    page.multiselect(key="languages").set_value(["ru"]).run()
    assert not page.dataframe


@pytest.mark.usefixtures("full")
def test_a_narrative_shows_its_members_and_caveat(open_page: Any, world: Any) -> None:
    page = open_page("narratives", id=world.STORY)
    assert not page.exception
    said = _said(page)
    assert "First seen by this installation" in said
    assert "sources were watched before" in said
    assert "is not where it began" in said
    steps = next(frame.value for frame in page.dataframe if "earlier source" in frame.value)
    assert steps["step"].tolist() == ["quotes it"]
    assert len(page.dataframe[-1].value) == 192
    assert "real-name" not in said
    assert not open_page("narratives", id=world.TALK).exception
    assert "does not exist" in open_page("narratives", id="nar-none").info[0].value


def test_a_candidate_is_told_by_its_statement_first(
    full: Project, open_page: Any, world: Any
) -> None:
    page = open_page("campaign", id=world.NETWORK)
    assert not page.exception
    assert page.title[0].value.startswith("13 accounts are in step")
    said = _said(page)
    for part in ("strong", "several signs", "none recorded", "category 3"):
        assert part in said
    assert len(page.dataframe[0].value) == 38
    assert "real-name" not in said
    assert "min later" in said
    assert "never assigned" in said
    assert [e for e in full.ledger.audit() if e["action"] == "view"]


@pytest.mark.usefixtures("full")
def test_persons_of_a_small_group_are_only_counted(open_page: Any, world: Any) -> None:
    page = open_page("campaign", id=world.SMALL)
    assert not page.exception
    said = _said(page)
    assert "person:" not in said
    assert page.info[0].value.startswith("3 persons")
    assert set(page.dataframe[0].value["left"]) == {"outlet-1.example"}


@pytest.mark.usefixtures("full")
def test_an_unknown_candidate_is_one_line(open_page: Any) -> None:
    page = open_page("campaign", id="cmp-none")
    assert not page.exception
    assert len(page.error) == 1
    assert "no campaign" in page.error[0].value


def test_a_review_lands_in_the_ledger(full: Project, open_page: Any, world: Any) -> None:
    page = open_page("campaign", id=world.NETWORK)
    page.selectbox(key=f"status:{world.NETWORK}:0").set_value(CampaignStatus.DISMISSED)
    page.text_area(key=f"reason:{world.NETWORK}:0").set_value("a union's open call")
    page.button(key="submit").click().run()
    assert not page.exception
    assert not page.error
    found = full.ledger.judgements(world.NETWORK)
    assert [(one.status, one.reason, one.reviewer_role) for one in found] == [
        (CampaignStatus.DISMISSED, "a union's open call", "analyst")
    ]
    assert page.success
    assert "a union's open call" in _said(page)
    assert page.text_area(key=f"reason:{world.NETWORK}:1").value == ""
    listed = open_page("campaigns")
    assert "Decided (1)" in [tab.label for tab in listed.tabs]


def test_a_confirmation_without_an_alternative_is_refused(
    full: Project, open_page: Any, world: Any
) -> None:
    page = open_page("campaign", id=world.NETWORK)
    page.selectbox(key=f"status:{world.NETWORK}:0").set_value(CampaignStatus.CONFIRMED)
    page.text_area(key=f"reason:{world.NETWORK}:0").set_value("they share one server")
    page.button(key="submit").click().run()
    assert not page.exception
    assert len(page.error) == 1
    said = page.error[0].value
    assert "alternative" in said
    assert "--" not in said.replace("\\", "")
    assert not full.ledger.judgements()
    assert page.text_area(key=f"reason:{world.NETWORK}:0").value == "they share one server"


@pytest.mark.usefixtures("full")
def test_sources_show_their_state_and_quarantine(open_page: Any) -> None:
    page = open_page("sources")
    register = page.dataframe[0].value
    states = dict(zip(register["source"], register["state"], strict=True))
    assert states["web:outlet-1.example"] == "expired"
    assert states["web:outlet-2.example"] == "up"
    assert states["web:silent.example"] == "silent"
    assert "broken" in page.warning[0].value
    assert "no date" in _said(page)


def test_a_reader_of_dutch_reads_dutch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Any, world: Any
) -> None:
    world.full_project(tmp_path / "nl", settings='[dashboard]\nreader_language = "nl"\n')
    monkeypatch.setenv("BAKEN_PROJECT", str(tmp_path / "nl"))
    page = open_page("campaigns")
    assert not page.exception
    assert page.title[0].value == "Kandidaat-campagnes"


@pytest.mark.usefixtures("full")
def test_a_shared_technical_mark_names_the_pages_it_was_found_on(
    open_page: Any, world: Any
) -> None:
    page = open_page("campaign", id=world.WIRE)
    assert not page.exception
    said = _said(page)
    assert "analytics=G-1" in said
    assert said.count("found on the page") == 2
    assert "no longer stored" not in said

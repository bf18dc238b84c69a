from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import networkx
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baken.errors import StoreError, UsageError
from baken.export import KINDS, ExportContext, export
from baken.export.disclosure import disclosed, masked
from baken.export.tables import cell

MakeCase = Callable[..., dict[str, Any]]


def everything(files: list[Path]) -> bytes:
    whole = b"".join(file.read_bytes() for file in files)
    for file in files:
        if file.suffix == ".parquet":
            whole += repr(pq.read_table(file).to_pylist()).encode()
    return whole


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_persons_are_counted_and_never_listed(
    kind: str, make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    files = export(kind, [make_case(people=4)], tmp_path / "out", context)
    written = everything(files)
    assert not re.search(rb"person:[0-9a-f]", written)
    assert b"the last member writes" not in written
    assert b"https://site.example/doc-3" not in written
    assert b"gazet.example" in written


@pytest.mark.parametrize("kind", ["csv", "parquet", "graphml", "report"])
def test_enough_persons_are_listed_by_pseudonym_without_addresses(
    kind: str, make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    written = everything(export(kind, [make_case(people=5)], tmp_path / "out", context))
    assert b"person:00000000000000000005" in written
    assert b"https://site.example/doc-3" not in written


@pytest.mark.parametrize("kind", KINDS)
def test_handles_and_addresses_of_mail_are_masked_in_texts(
    kind: str, make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    written = everything(export(kind, [make_case(people=5)], tmp_path / "out", context))
    assert b"jan" not in written.replace(b"2025-jan", b"")
    assert b"mail.example" not in written


def test_a_person_who_is_no_member_is_not_shown_either(make_case: MakeCase) -> None:
    case = make_case(people=5)
    stranger = "person:ffffffffffffffffffff"
    case["posts"].append(case["posts"][0] | {"account_id": stranger})
    case["statement"] += f" {stranger}"
    shown = disclosed(case, 5)
    assert stranger not in repr(shown)
    assert (shown.posts_held_back, shown.persons_held_back) == (1, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes_in_any_order(
    kind: str, make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    cases = [make_case(people=5), make_case(people=2, campaign_id="cam-0")]
    first = export(kind, cases, tmp_path / "a" / "out", context)
    again = export(kind, cases[::-1], tmp_path / "b" / "out", context)
    assert [file.name for file in first] == [file.name for file in again]
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in again]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_export_is_a_valid_file(
    kind: str, context: ExportContext, tmp_path: Path
) -> None:
    for file in export(kind, [], tmp_path / "out", context):
        assert file.stat().st_size > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_candidate_about_which_little_is_known(
    kind: str, make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    empty = dict.fromkeys(make_case()) | {"campaign_id": "cam-9", "status": "candidate"}
    assert export(kind, [empty], tmp_path / "out", context)


def test_companions_stand_beside_the_named_file(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    names = [file.name for file in export("csv", [make_case()], tmp_path / "out.csv", context)]
    assert names == [
        "out.csv",
        "out-members.csv",
        "out-edges.csv",
        "out-posts.csv",
        "out-explanations.csv",
    ]
    assert export("csv", [], tmp_path, context)[0] == tmp_path / "campaigns.csv"
    assert export("stix", [], tmp_path / "x.json", context) == [tmp_path / "x.json"]


def test_an_unknown_kind_and_a_place_that_cannot_be_written(
    context: ExportContext, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="graphml"):
        export("pdf", [], tmp_path / "out", context)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="--out"):
        export("csv", [], tmp_path / "file" / "out", context)


def test_csv_and_parquet_hold_the_same_rows(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    as_csv = export("csv", [make_case(people=5)], tmp_path / "out", context)
    as_parquet = export("parquet", [make_case(people=5)], tmp_path / "out", context)
    for left, right in zip(as_csv, as_parquet, strict=True):
        rows = list(csv.DictReader(io.StringIO(left.read_text("utf-8-sig"), newline="")))
        table = pq.read_table(right)
        assert list(rows[0]) == table.column_names
        assert len(rows) == table.num_rows
    table = pq.read_table(as_parquet[0])
    assert table.column("name").to_pylist() == ["=bridge story"]
    assert table.column("first_seen").to_pylist() == [datetime(2025, 3, 1, 12, tzinfo=UTC)]


def test_a_spreadsheet_finds_no_formula(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    for file in export("csv", [make_case(people=5)], tmp_path / "out", context):
        for row in csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")):
            assert not [value for value in row if value.startswith(("=", "+", "-", "@"))]


@given(st.text(max_size=40) | st.lists(st.text(max_size=10), max_size=3))
def test_no_text_becomes_a_formula(value: str | list[str]) -> None:
    text = cell(value)
    assert isinstance(text, str)
    assert not text.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    text.encode("utf-8")


@pytest.mark.parametrize("value", ["\u200b=1+1", "\x00=1", " =1", "\t=1", "＝1", "\ufeff+1"])
def test_a_formula_cannot_hide_behind_a_mark(value: str) -> None:
    assert str(cell(value)).startswith("'")


def test_numbers_stay_numbers() -> None:
    assert cell(-1.5) == -1.5
    assert cell(True) == "true"
    assert cell(None) == ""


def test_graphml_is_read_by_networkx(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    case = make_case(people=5)
    case["members"].append("channel:<&\"'>\x0b\uffff")
    file = export("graphml", [case], tmp_path / "out", context)[0]
    graph = networkx.read_graphml(file)
    assert graph.number_of_edges() == 2
    assert graph.nodes["web:gazet.example"]["tier"] == "state-linked"
    assert graph.edges["web:daily.example", "web:gazet.example"]["q_value"] == 1e-7
    assert "channel:<&\"'>" in graph


def test_the_html_report_runs_and_loads_nothing(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    page = export("report", [make_case(people=5)], tmp_path / "out", context)[0].read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert not re.search(r"<(a|img|link|iframe|object|form|svg)\b|\bsrc=|\bhref=", page)
    assert "\u202e" not in page
    for part in ("Actor", "Behaviour", "Content", "Degree", "Effect", "Innocent explanations"):
        assert f"<h2>{part}</h2>" in page
    assert "TLP:AMBER" in page
    assert "ruled-out" in page
    assert "No person has decided yet." in page


def test_the_markdown_report_holds_no_markup_of_others(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    from markdown_it import MarkdownIt

    text = export("report", [make_case(people=5)], tmp_path / "out.md", context)[0].read_text()
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script" not in page
    assert "href" not in page
    assert "javascript:1" in page
    assert page.count("<h1>") == 1


def test_decisions_are_shown(
    confirmed: dict[str, Any], context: ExportContext, tmp_path: Path
) -> None:
    page = export("report", [confirmed], tmp_path / "out", context)[0].read_text()
    assert "syndication: no contract, no credit" in page


def test_fewer_persons_are_listed_when_the_limit_is_higher(
    make_case: MakeCase, context: ExportContext, tmp_path: Path
) -> None:
    strict = replace(context, min_group=6)
    written = everything(export("report", [make_case(people=5)], tmp_path / "out", strict))
    assert b"Fewer than 6 persons" in written
    assert b"1 posts held back" in written


@given(st.text(max_size=3_000))
def test_an_excerpt_is_short_and_one_line(text: str) -> None:
    excerpt = masked(text)
    assert len(excerpt) <= 601
    assert "\n" not in excerpt
    assert not re.search(r"(?<!\w)@\w", excerpt)

"""Commands for reading and deciding: narratives, campaigns, search, review, export, dashboard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from baken import cases
from baken.cli.context import print_json, print_table, printable, state_of
from baken.model import CampaignStatus, Judgement

narratives_app = typer.Typer(
    no_args_is_help=True, help="List, show or correct candidate narratives."
)
campaigns_app = typer.Typer(no_args_is_help=True, help="List or show candidate campaigns.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(narratives_app, name="narratives")
    app.add_typer(campaigns_app, name="campaigns")
    for command in (search, review, export, dashboard):
        app.command()(command)


@narratives_app.command("list")
def narratives_list(context: typer.Context, json: Json = False, limit: int = 50) -> None:
    """Print the candidate narratives, the largest first."""
    from baken.schema import NARRATIVES

    rows = state_of(context).project.tables.read(NARRATIVES).to_pylist()
    rows.sort(key=lambda row: (-row["distinct_texts"], row["narrative_id"]))
    if json:
        print_json(rows)
        return
    columns = ("narrative_id", "label", "documents", "accounts", "languages", "first_seen")
    _print_rows(columns, rows[:limit])


@narratives_app.command("show")
def narratives_show(context: typer.Context, narrative_id: str, json: Json = False) -> None:
    """Print one narrative with its labels, lineage, path and members."""
    from baken.narratives import narrative

    found = narrative(state_of(context).project, narrative_id)
    if json:
        print_json(found)
        return
    typer.echo(f"{found['narrative_id']}  {printable(found['label'])}")
    typer.echo(f"terms: {printable(', '.join(found['terms'] or []))}")
    typer.echo(
        f"first seen by this installation {_cell(found['first_seen'])}"
        f" by {printable(found['first_account'])};"
        " {watched} of {known} sources were watched before".format(**found["earlier_sources"])
    )
    for row in found["lens"]:
        by = "" if row["origin"] == "person" else f" ({row['confidence']:.2f})"
        typer.echo(f"  {printable(row['taxonomy']):<13} {printable(row['label'])}{by}")
        for sentence in row["sentences"] or []:
            typer.echo(f"    “{printable(sentence, width=150)}”")
    _print_rows(("at", "event", "detail", "others"), found["lineage"])
    if found["path"]:
        _print_rows(
            ("right_published_at", "left_source_id", "kind", "right_source_id", "evidence"),
            found["path"],
        )
    members = [
        {**row, "said": printable(row["title"] or row["text"], width=90)}
        for row in found["members"]
    ]
    _print_rows(("doc_id", "published_at", "account_id", "language", "role", "said"), members)


@narratives_app.command("correct")
def narratives_correct(
    context: typer.Context,
    narrative_id: str,
    taxonomy: Annotated[str, typer.Option(help="target, move, emotion, technique or your own.")],
    label: Annotated[list[str], typer.Option(help="The right label; again for more, or unclear.")],
    role: Annotated[str, typer.Option(help="Your role, not your name.")] = "analyst",
) -> None:
    """Give a narrative the right labels of one taxonomy; its documents become examples."""
    from baken.pipeline.lens import correct

    made = correct(
        state_of(context).project, narrative_id, taxonomy=taxonomy, labels=label, role=role
    )
    typer.echo(f"{narrative_id}: {made.taxonomy} is {', '.join(made.labels)}")


@campaigns_app.command("list")
def campaigns_list(context: typer.Context, json: Json = False) -> None:
    """Print the candidate campaigns: the review queue, then the explained, then the weak."""
    rows = cases.campaigns(state_of(context).project)
    if json:
        hidden = ("members", "document_ids")
        print_json([{k: v for k, v in row.items() if k not in hidden} for row in rows])
        return
    columns = ("campaign_id", "listed", "status", "accounts", "documents", "statement")
    _print_rows(columns, [{**row, "statement": _told(row)} for row in rows])


@campaigns_app.command("show")
def campaigns_show(
    context: typer.Context, campaign_id: str, json: Json = False, posts: int = 12
) -> None:
    """Print one candidate with its evidence, explanations and judgements."""
    project = state_of(context).project
    found = cases.campaign(project, campaign_id)
    project.ledger.record("view", campaign_id=campaign_id)
    if json:
        print_json(found)
    else:
        print_campaign(project, found, posts=posts)


def print_campaign(project: Any, found: dict[str, Any], *, posts: int) -> None:
    """Print a candidate for people: the statement, four judgements, explanations, the posts."""
    typer.echo(f"{found['campaign_id']}  {printable(found['name'])}")
    state = "in the review queue" if found["queue"] else "not in the queue"
    typer.echo(f"  status        {found['status']}, {state}: {printable(found['queue_reason'])}")
    typer.echo(f"  statement     {printable(found['statement'])}")
    typer.echo(
        f"  documents     {found['documents']} count, of {found['examined']} behind the edges"
    )
    for field in ("coordinated", "inauthentic", "state_link", "reach"):
        typer.echo(f"  {field.replace('_', ' '):<13} {printable(found[field])}")
    typer.echo(f"  members       {printable(', '.join(found['members']))}")
    if found["outside"]:
        typer.echo(f"  outside       {printable(found['outside'])}")
    for entry in found["benign"]:
        if entry["verdict"] != "unknown":
            line = f"{entry['class']}: {entry['verdict']} ({entry['evidence']})"
            typer.echo(f"  explanation   {printable(line)}")
    for entry in found["techniques"]:
        line = f"{entry['technique_id']} {entry['name']}: {entry['value']}; {entry['caveat']}"
        typer.echo(f"  suggested     {printable(line)}")
    for row in cases.posts(project, found["document_ids"], limit=posts):
        line = f"{_cell(row['published_at'])}  {row['account_id']}  {row['title'] or row['text']}"
        typer.echo(f"    {printable(line, width=150)}")
        if row["url"]:
            typer.echo(f"      {printable(row['url'], width=150)}")


def search(
    context: typer.Context,
    query: str,
    language: str = "",
    source: str = "",
    limit: int = 20,
    json: Json = False,
) -> None:
    """Search documents by words and by meaning."""
    from baken.pipeline.searching import search as find

    state = state_of(context)
    filters = {"language": language, "source_id": source}
    hits = find(state.project, query, {k: v for k, v in filters.items() if v}, limit)
    state.project.ledger.record("search", hits=len(hits))
    if json:
        print_json([{"doc_id": hit.doc_id, "score": hit.score, **hit.fields} for hit in hits])
        return
    print_table(
        ("doc_id", "language", "account", "title or text"),
        [
            [
                hit.doc_id,
                hit.fields.get("language"),
                hit.fields.get("account_id"),
                printable(hit.fields.get("title") or hit.fields.get("text"), width=90),
            ]
            for hit in hits
        ],
    )


def review(
    context: typer.Context,
    campaign_id: str,
    status: Annotated[CampaignStatus, typer.Option(help="What you decide.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    role: Annotated[str, typer.Option(help="Your role, not your name.")] = "analyst",
    alternative: Annotated[
        str, typer.Option(help="An innocent explanation you considered, and why it fails.")
    ] = "",
    likelihood: Annotated[str, typer.Option(help="ICD 203 words, such as likely.")] = "",
    confidence: Annotated[str, typer.Option(help="low, moderate or high.")] = "",
) -> None:
    """Record what a person decides about a candidate; earlier judgements stay."""
    judgement = Judgement(
        campaign_id=campaign_id,
        status=status,
        reviewer_role=role,
        reason=reason,
        alternative=alternative or None,
        likelihood=likelihood or None,
        confidence=confidence or None,
    )
    cases.review(state_of(context).project, judgement)
    typer.echo(f"{campaign_id}: {status}")


def export(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(help="csv, parquet, graphml, report, stix, stix-opencti, misp.")
    ],
    campaign_ids: Annotated[list[str] | None, typer.Argument(help="All when none.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("export"),
    recipient: Annotated[str, typer.Option(help="Who receives it; it is logged.")] = "",
    purpose: Annotated[str, typer.Option(help="What for; it is logged.")] = "",
) -> None:
    """Write candidates with their evidence to a file; the export is logged."""
    from baken.pipeline.exporting import export_campaigns

    written = export_campaigns(
        state_of(context).project,
        kind,
        campaign_ids or [],
        out,
        recipient=recipient,
        purpose=purpose,
    )
    for path in written:
        typer.echo(f"written {path}")


def dashboard(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1 (0: dashboard.port).")] = 0,
) -> None:
    """Open the dashboard on 127.0.0.1."""
    import importlib.util

    state = state_of(context)
    found = importlib.util.find_spec("baken.dashboard")
    assert found is not None
    assert found.submodule_search_locations
    page = Path(next(iter(found.submodule_search_locations))) / "app.py"
    environment = {**os.environ, "BAKEN_PROJECT": str(state.config.root)}
    port = port or state.config.dashboard.port
    typer.echo(f"dashboard: http://127.0.0.1:{port}  (stop with Ctrl-C)")
    sys.stdout.flush()
    command = [sys.executable, "-m", "streamlit", "run", str(page)]
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
        "server.fileWatcherType": "none",
        "client.toolbarMode": "viewer",
    }
    for name, value in options.items():
        command += [f"--{name}", value]
    os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted


def _told(row: dict[str, Any]) -> str:
    """The statement, and why nobody is asked where nobody is."""
    return row["statement"] if row["queue"] else f"{row['statement']} [{row['queue_reason']}]"


def _print_rows(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    print_table(columns, [[_cell(row[column]) for column in columns] for row in rows])


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(printable(item) for item in value)
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d %H:%M"))
    return printable(value)

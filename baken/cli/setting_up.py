"""Commands that set a project up and keep it in order: init, doctor, config, schedule, verify."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from baken.cli.context import NEEDS_A_PERSON, print_json, print_table, state_of
from baken.config import FILE_NAME, Config, load
from baken.errors import BakenError, UsageError
from baken.ids import Pseudonymiser, stable_id
from baken.model import Order

_TEMPLATE = """\
# Every key has a default; `baken config show` prints them all.
[project]
name = {name}

[collect]
# An address where the owner of a crawled site can reach you; it stands in the user agent.
contact = {contact}

[index]
kind = "embedded"    # or "elasticsearch"
"""

config_app = typer.Typer(no_args_is_help=True, help="Show or check the configuration.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(init)
    app.command()(doctor)
    app.command()(schedule)
    app.command()(verify)
    app.add_typer(config_app, name="config")


def init(
    context: typer.Context,
    purpose: Annotated[str, typer.Option(help="What the collection is for.")] = "",
    legal_basis: Annotated[str, typer.Option(help="The law or mandate it rests on.")] = "",
    scope: Annotated[str, typer.Option(help="What may be collected, and what not.")] = "",
    begin: Annotated[str, typer.Option(help="First day, YYYY-MM-DD (default today).")] = "",
    end: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD (at most a year on).")] = "",
    approver: Annotated[str, typer.Option(help="The role that approved it.")] = "",
    contact: Annotated[str, typer.Option(help="Contact address for the user agent.")] = "",
    renew: Annotated[bool, typer.Option(help="Record a further order.")] = False,
) -> None:
    """Make a project here and record the order under which it may collect."""
    state = state_of(context)
    folder = state.folder
    file = folder / FILE_NAME
    if file.exists() and not renew:
        raise UsageError(f"{file} exists: add --renew to record a further order")
    order = _ask_order(purpose, legal_basis, scope, begin, end, approver)
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        name = folder.resolve().name
        file.write_text(_TEMPLATE.format(name=_toml(name), contact=_toml(contact)), "utf-8")
    project = state.project
    Pseudonymiser.from_file(project.key_file, create=True)
    project.config.path(project.config.project.sources).mkdir(exist_ok=True)
    project.ledger.add_order(order)
    project.ledger.record("order", order_id=order.order_id, approver=order.approver)
    now = order.begin <= datetime.now(UTC).date() <= order.end
    does = "is in force" if now else "is recorded, but not in force today: it runs"
    typer.echo(f"order {order.order_id} {does} from {order.begin} to {order.end}")
    typer.echo(f"configuration {file}, key {project.key_file} (keep it apart from the data)")


def _toml(text: str) -> str:
    cleaned = "".join(c for c in text if c.isprintable())
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ask_order(
    purpose: str, legal_basis: str, scope: str, begin: str, end: str, approver: str
) -> Order:
    questions = {
        "purpose": (purpose, "Purpose of the collection"),
        "legal_basis": (legal_basis, "Legal basis"),
        "scope": (scope, "Scope: what may be collected, and what not"),
        "approver": (approver, "Approved by (role)"),
    }
    answers = {name: _ask(given, text, name) for name, (given, text) in questions.items()}
    first = _day(begin, "--begin") if begin else datetime.now(UTC).date()
    last = _day(_ask(end, "Last day (YYYY-MM-DD)", "end"), "--end")
    if last < first:
        raise UsageError(f"the order would end ({last}) before it begins ({first})")
    if last - first > timedelta(days=366):
        raise UsageError("an order lasts a year at most; renew it with `baken init --renew`")
    now = datetime.now(UTC)
    return Order(
        order_id=stable_id("order", *answers.values(), str(first), str(last), now.isoformat()),
        begin=first,
        end=last,
        created_at=now,
        **answers,
    )


def _ask(given: str, question: str, name: str) -> str:
    if given.strip():
        return given.strip()
    if not sys.stdin.isatty():
        raise UsageError(f"--{name.replace('_', '-')} is missing, and there is nobody to ask")
    answer: str = typer.prompt(question)
    return answer.strip()


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a day such as 2027-01-31") from error


def doctor(context: typer.Context) -> None:
    """Check that this machine and project can do the main job; say what to mend."""
    state = state_of(context)
    rows: list[tuple[str, str, str]] = []

    def check(name: str, test: object) -> None:
        try:
            rows.append((name, "ok", str(test() if callable(test) else test)))
        except BakenError as error:
            rows.append((name, "mend", str(error)))

    check("Python", sys.version.split()[0])
    check("configuration", lambda: load(state.folder / FILE_NAME).root)
    if rows[-1][1] == "ok":
        project = state.project
        check("order", lambda: project.ledger.order_in_force(datetime.now(UTC).date()).order_id)
        check("pseudonym key", lambda: project.pseudonymise and project.key_file)
        check("documents", lambda: project.tables.count("documents"))
        check("index", lambda: _index_answers(state.config))
        check("embedder", lambda: _embedder(state.config))
        free = shutil.disk_usage(project.config.data).free // 2**20
        rows.append(("free disk", "ok" if free > 1_024 else "mend", f"{free:,} MB"))
    print_table(("check", "state", "detail"), rows)
    if any(row[1] == "mend" for row in rows):
        raise typer.Exit(NEEDS_A_PERSON)


def _index_answers(config: Config) -> str:
    from baken.store.index import open_index

    return f"{config.index.kind}, {open_index(config).count('documents')} documents"


def _embedder(config: Config) -> str:
    from baken.nlp.embed import make_embedder

    return make_embedder(config.nlp).model_id


def schedule(
    context: typer.Context,
    hours: Annotated[int, typer.Option(min=1, max=24, help="Hours between two runs.")] = 6,
) -> None:
    """Print the crontab line and a systemd timer that run the chain."""
    folder = state_of(context).folder.resolve()
    command = shutil.which("baken") or "baken"
    log_file = folder / "baken.log"
    typer.echo("# crontab -e, then add:")
    typer.echo(f"17 */{hours} * * * {command} --project {folder} run >> {log_file} 2>&1\n")
    typer.echo("# or ~/.config/systemd/user/baken.service:")
    typer.echo(
        "[Unit]\nDescription=baken: crawl, analyse, flag\n\n[Service]\nType=oneshot\n"
        f"ExecStart={command} --project {folder} run\n"
        f"# 3 means: done, but something needs a person.\nSuccessExitStatus=3\n"
    )
    typer.echo("# and ~/.config/systemd/user/baken.timer:")
    typer.echo(
        f"[Unit]\nDescription=baken every {hours} h\n\n[Timer]\nOnCalendar=*-*-* 00/{hours}:17:00\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )
    typer.echo("# systemctl --user enable --now baken.timer")


def verify(context: typer.Context) -> None:
    """Check the audit chain, the tables and the stored evidence; name what was changed."""
    from baken.collectors import evidence

    project = state_of(context).project
    broken = project.ledger.broken_audit_entry()
    if broken is not None:
        raise BakenError(f"audit entry {broken} was changed: restore the ledger from a backup")
    typer.echo(f"audit: {len(project.ledger.audit())} entries, the chain holds")
    rows = project.tables.read_through()
    typer.echo(f"tables: {rows:,} rows, all of them can be read")
    folder = project.config.data / "evidence"
    if folder.is_dir():
        checked = evidence.verify(folder)
        typer.echo(f"evidence: {checked} records, all as they were stored")


@config_app.command("show")
def config_show(context: typer.Context) -> None:
    """Print every key with its value."""
    print_json(state_of(context).config.model_dump(mode="json", exclude={"root"}))


@config_app.command("check")
def config_check(context: typer.Context) -> None:
    """Read the configuration and say whether it can be used."""
    state = state_of(context)
    typer.echo(f"{state.config.root / FILE_NAME}: ok")

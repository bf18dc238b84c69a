"""Write the reference pages from the program itself: commands, configuration, tables.

Run `python docs/build_reference.py` after a change; a test compares the pages with the program.
"""

from __future__ import annotations

import types
import typing
from pathlib import Path

import typer
from pydantic_core import PydanticUndefined

from baken.cli.app import app
from baken.config import Config, Section
from baken.schema import TABLES, embeddings_spec

FOLDER = Path(__file__).resolve().parent / "reference"


def commands() -> str:
    """Every command with its arguments and options."""
    lines = [
        "# Commands",
        "",
        "Tables and JSON go to stdout, logs to stderr. Exit codes: 0 done, 1 failed, 2 usage, "
        "3 done but something needs a person.",
        "",
    ]
    root = typer.main.get_command(app)
    lines += _options(root)
    _walk(root, "baken", lines)
    return "\n".join(lines).rstrip() + "\n"


def _walk(command: typing.Any, path: str, lines: list[str]) -> None:
    for name, child in sorted(command.commands.items()):
        full = f"{path} {name}"
        if hasattr(child, "commands"):
            _walk(child, full, lines)
            continue
        lines += [f"## `{full}`", "", (child.help or "").strip(), ""]
        lines += _options(child)


def _options(command: typing.Any) -> list[str]:
    rows = []
    for parameter in command.params:
        if parameter.name == "help":
            continue
        is_option = parameter.param_type_name == "option"
        shown = ", ".join(parameter.opts) if is_option else parameter.name.upper()
        text = getattr(parameter, "help", None) or ""
        default = parameter.default
        if default not in (None, "", False, True, ()) and "Undefined" not in repr(default):
            text = f"{text} Default: `{default}`."
        rows.append(f"| `{shown}` | {text.strip()} |")
    return ["| option | meaning |", "|---|---|", *rows, ""] if rows else []


def configuration() -> str:
    """Every key of `baken.toml` with its type and default."""
    lines = [
        "# Configuration",
        "",
        "One `baken.toml`; every key has a default, a misspelt key is an error that names it. "
        "`BAKEN__SECTION__KEY` in the environment overrides a key. Secrets are read from the "
        "environment only: `BAKEN_ELASTICSEARCH_API_KEY`.",
        "",
    ]
    for name, field in Config.model_fields.items():
        section = field.annotation
        if not (isinstance(section, type) and issubclass(section, Section)):
            continue
        lines += [f"## `[{name}]`", "", (section.__doc__ or "").strip(), ""]
        lines += ["| key | type | default |", "|---|---|---|"]
        for key, spec in section.model_fields.items():
            default = spec.default
            if default is PydanticUndefined:
                default = spec.default_factory() if spec.default_factory else ""  # type: ignore[call-arg]
            lines.append(f"| `{key}` | {_type(spec.annotation)} | `{_value(default)}` |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _type(annotation: typing.Any) -> str:
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in typing.get_args(annotation))
    if origin is not None and not isinstance(annotation, types.UnionType):
        return f"{origin.__name__} of {_type(typing.get_args(annotation)[-2:][0])}"
    return getattr(annotation, "__name__", str(annotation)).lower()


def _value(default: object) -> str:
    return str(default) if not isinstance(default, (str, Path)) else f'"{default}"'


def tables() -> str:
    """Every table with its key and columns."""
    lines = [
        "# Tables",
        "",
        "The rooms of baken meet in these Arrow tables; below `data/tables` they are LanceDB "
        "tables, which Python, DuckDB and others read.",
        "",
    ]
    for spec in (*TABLES.values(), embeddings_spec(896)):
        lines += [f"## `{spec.name}`", "", f"Key: {', '.join(f'`{k}`' for k in spec.key)}.", ""]
        lines += ["| column | type |", "|---|---|"]
        lines += [f"| `{field.name}` | `{field.type}` |" for field in spec.schema]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"commands.md": commands, "configuration.md": configuration, "tables.md": tables}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""What every page needs: the project, the reader's language, and errors as one line."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import streamlit as st
from babel import Locale, UnknownLocaleError

from baken.config import FILE_NAME, load
from baken.dashboard.inert import markdown, one_line
from baken.errors import BakenError
from baken.store.project import Project

PROJECT_VARIABLE = "BAKEN_PROJECT"
_READER = "reader_language"


def open_project() -> Project:
    """The project of this browser session; raises `BakenError` when there is none.

    Each session has its own, because a ledger's connection carries one transaction at a time.
    """
    folder = Path(os.environ.get(PROJECT_VARIABLE, "."))
    key = f"project:{folder.resolve()}"
    if key not in st.session_state:
        project = Project(load(folder / FILE_NAME))
        st.session_state[key] = project
        st.session_state[_READER] = project.config.dashboard.reader_language
    found = st.session_state[key]
    assert isinstance(found, Project)
    return found


def show(render: Callable[[Project], None]) -> None:
    """Draw a page; what goes wrong in a way that a person can act on is one line on it."""
    try:
        render(open_project())
    except BakenError as error:
        st.error(markdown(error))


def note_once(project: Project, action: str, subject: str, **detail: object) -> None:
    """Put a look at something in the audit log, once in a browser session."""
    key = f"noted:{action}:{subject}"
    if key not in st.session_state:
        project.ledger.record(action, **detail)
        st.session_state[key] = True


def say(text: str) -> str:
    """`text`, which is English, in the reader's language where `nl.toml` has it."""
    return dutch().get(text, text) if reader() == "nl" else text


def reader() -> str:
    """The code of the reader's language."""
    return str(st.session_state.get(_READER, "en"))


@cache
def dutch() -> Mapping[str, str]:
    """English labels and what they are in Dutch."""
    resource = files("baken.dashboard").joinpath("nl.toml")
    return {str(k): str(v) for k, v in tomllib.loads(resource.read_text("utf-8")).items()}


def language_name(code: object) -> str:
    """The name of a language in the reader's, or its code."""
    name = one_line(code or "und", width=20)
    if name in ("und", ""):
        return say("unknown")
    return _names(reader()).get(name, name)


@cache
def _names(reader: str) -> Mapping[str, str]:
    try:
        return dict(Locale(reader).languages)
    except UnknownLocaleError:
        return {}

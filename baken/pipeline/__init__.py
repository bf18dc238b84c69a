"""The order of the stages, and the only package that knows it.

Each stage reads tables, calls one room and writes tables; a stage whose inputs and configuration
have not changed is skipped. A run that is killed anywhere is carried on by the next one: tables
change in whole versions, and what was collected but not stored waits in the spool.
"""

from baken.pipeline.flag import detect, publish
from baken.pipeline.gather import ImportRequest, collect, import_files
from baken.pipeline.understand import analyse
from baken.protocols import Progress, silent
from baken.store.project import Project, Run

__all__ = [
    "ImportRequest",
    "analyse",
    "collect",
    "detect",
    "import_files",
    "publish",
    "run_all",
    "understand_and_flag",
]


def run_all(project: Project, run: Run, *, progress: Progress = silent) -> None:
    """The whole chain, as cron runs it."""
    collect(project, run, progress=progress)
    understand_and_flag(project, run, progress=progress)


def understand_and_flag(project: Project, run: Run, *, progress: Progress = silent) -> None:
    """Everything after the documents are in."""
    analyse(project, run, progress=progress)
    detect(project, run, progress=progress)
    publish(project, run, progress=progress)
    project.tables.compact()

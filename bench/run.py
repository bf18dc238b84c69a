"""Print every speed figure as one table: `make bench`, or `python bench/run.py [NAME ...]`."""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    runner = runpy.run_path(str(HERE.parent / "eval" / "run.py"))
    runner["main"](HERE)

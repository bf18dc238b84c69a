"""Print every quality figure as one table: `make eval`, or `python eval/run.py [NAME ...]`.

Real data is read from the folder `shared/data` beside the repository, or BAKEN_SHARED_DATA. The
figures are also written to `eval/results/`, which is not part of the repository.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NO_RUN = {
    "apart.py",
    "coordination_worlds.py",
    "fit_matches.py",
    "fit_ukrainian.py",
    "run.py",
}


def shared_data() -> Path:
    """The folder of real data; leaves with what to do when it is not there."""
    beside = HERE.parent.parent / "shared" / "data"
    folder = Path(os.environ.get("BAKEN_SHARED_DATA", beside))
    if not folder.is_dir():
        sys.exit(f"no real data at {folder}: set BAKEN_SHARED_DATA to its folder")
    return folder


def rows_of(file: Path, shared: Path) -> list[dict[str, Any]]:
    """What the evaluation in `file` measured."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Evaluations import their neighbours by plain name.
    sys.path.insert(0, str(file.parent))
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    found: list[dict[str, Any]] = module.run(shared)
    return found


def main(folder: Path = HERE) -> None:
    """Run the evaluations named on the command line, or all of them."""
    shared = shared_data()
    wanted = set(sys.argv[1:])
    results = folder / "results"
    results.mkdir(exist_ok=True)
    for file in sorted(folder.glob("*.py")):
        if file.name in NO_RUN or (wanted and file.stem not in wanted):
            continue
        started_s = time.monotonic()
        rows = rows_of(file, shared)
        (results / f"{file.stem}.json").write_text(json.dumps(rows, indent=2, default=str))
        print(f"\n{file.stem} ({time.monotonic() - started_s:.0f} s)")
        for row in rows:
            value = row["value"]
            shown = f"{value:,.4g}" if isinstance(value, int | float) else str(value)
            print(f"  {row['name']:<64} {shown:>10}  {row['target']:<14} {row.get('note', '')}")


if __name__ == "__main__":
    main()

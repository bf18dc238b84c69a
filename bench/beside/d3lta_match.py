"""Match the texts of FOLDER/in.json by D3lta on FOLDER/in.npy: `python d3lta_match.py FOLDER`.

Runs in an environment that has d3lta and not baken. FOLDER/out.json gets the seconds of its
`semantic_faiss` with vectors and languages given, imports and a first call left out, those of the
processor, and the pairs.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from d3lta.faissd3lta import semantic_faiss

_WARM_UP_TEXTS = 10_000


def main(folder: Path) -> None:
    """Match a part and then all, and write what came out."""
    given = json.loads((folder / "in.json").read_text("utf-8"))
    vectors = np.load(folder / "in.npy")
    _matched(given, vectors, _WARM_UP_TEXTS)
    found = {"version": version("d3lta"), **_matched(given, vectors, len(vectors))}
    (folder / "out.json").write_text(json.dumps(found), "utf-8")


def _matched(given: dict[str, Any], vectors: Any, count: int) -> dict[str, Any]:
    # D3lta wants strings as ids, and numbers in them.
    ids = [str(row) for row in range(count)]
    texts = pd.DataFrame(
        {"original": given["texts"][:count], "language": given["languages"][:count]}, index=ids
    )
    start, busy = time.perf_counter(), time.process_time()
    matches, _ = semantic_faiss(
        df=texts, df_embeddings_use=pd.DataFrame(vectors[:count], index=ids)
    )
    return {
        "seconds": time.perf_counter() - start,
        "cpu_s": time.process_time() - busy,
        "kinds": {kind: int(size) for kind, size in matches["dup_type"].value_counts().items()},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))

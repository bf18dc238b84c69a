"""The sample world: served on loopback, crawled and imported as any other source would be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from baken import pipeline
from baken.config import FILE_NAME, load
from baken.ids import Pseudonymiser, stable_id
from baken.model import Order
from baken.pipeline.gather import ImportRequest
from baken.protocols import Progress, silent
from baken.store.project import Project, Run

POSTS_MAPPING = {
    "id": "post_id",
    "account": "author",
    "text": "body",
    "published": "created_at",
    "urls": "urls",
    "hashtags": "hashtags",
    "reply_to": "reply_to",
    "repost_of": "repost_of",
}
PLATFORM = "plaza.example"

_CONFIG = """\
# The sample world: everything in it is fictitious, and it is served on this machine only.
[project]
name = "demo"

[collect]
contact = "demo@baken.example"
delay_s = 0.0
concurrent_per_host = 4

[collect.hosts]
"*.example" = "127.0.0.1"
"""


def prepare(folder: Path) -> Project:
    """Make the demo project in `folder` unless it is there: configuration, key, order."""
    file = folder / FILE_NAME
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_CONFIG, encoding="utf-8")
    project = Project(load(file))
    Pseudonymiser.from_file(project.key_file, create=True)
    today = datetime.now(UTC).date()
    orders = project.ledger.orders()
    if not any(order.begin <= today <= order.end for order in orders):
        order = Order(
            order_id=stable_id("order", "demo", str(today)),
            purpose="Show how baken works on a fictitious world",
            legal_basis="None needed: no real person or outlet is in it",
            scope="The sample world on the loopback address",
            begin=today,
            end=today + timedelta(days=30),
            approver="whoever runs the demo",
            created_at=datetime.now(UTC),
        )
        project.ledger.add_order(order)
        project.ledger.record("order", order_id=order.order_id, approver=order.approver)
    return project


@contextmanager
def served(project: Project, *, port: int) -> Iterator[Path]:
    """Serve the world while in the context; gives the folder of its files."""
    from baken.detection import simulate

    world = simulate.build_world(seed=project.config.project.seed)
    folder = project.config.root / "world"
    simulate.export(world, folder, port=port)
    sources = project.config.path(project.config.project.sources)
    sources.mkdir(exist_ok=True)
    (sources / "world.toml").write_bytes((folder / "sources.toml").read_bytes())
    with simulate.serve(world, port=port):
        yield folder


def run_demo(project: Project, run: Run, *, port: int, progress: Progress = silent) -> None:
    """The main job on the sample world: crawl, import, understand, flag, publish."""
    with served(project, port=port) as folder:
        pipeline.collect(project, run, progress=progress)
    request = ImportRequest(
        paths=(folder / "posts.jsonl.gz",),
        mapping=POSTS_MAPPING,
        source_id="dataset:posts",
        platform=PLATFORM,
    )
    pipeline.import_files(project, run, request, progress=progress)
    pipeline.understand_and_flag(project, run, progress=progress)

"""Commands with bad input: one clear line, the right exit code, nothing lost."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BAKEN = Path(sys.executable).with_name("baken")
ORDER = ("--purpose", "p", "--legal-basis", "l", "--scope", "s", "--approver", "a")
MAPPING = ("--map", "account=who", "--map", "text=what", "--map", "published=when")


def baken(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BAKEN), "--project", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    done = baken(folder, "init", *ORDER, "--end", "2099-01-01", "--begin", "2098-06-01")
    assert done.returncode == 0, done.stderr
    done = baken(folder, "init", "--renew", *ORDER, "--end", _in_a_month())
    assert done.returncode == 0, done.stderr
    return folder


def _in_a_month() -> str:
    from datetime import UTC, datetime, timedelta

    return str(datetime.now(UTC).date() + timedelta(days=30))


def failed(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    complaint = [line for line in done.stderr.splitlines() if line.startswith("baken: ")]
    assert len(complaint) == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in complaint[0]


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    failed(baken(tmp_path, "run"), 2, "baken init")


def test_an_order_is_asked_once_and_checked(tmp_path: Path) -> None:
    failed(baken(tmp_path, "init", "--purpose", "p"), 2, "--legal-basis")
    failed(baken(tmp_path, "init", *ORDER, "--end", "soon"), 2, "2027-01-31")
    failed(
        baken(tmp_path, "init", *ORDER, "--begin", "2026-02-02", "--end", "2026-02-01"), 2, "before"
    )
    failed(
        baken(tmp_path, "init", *ORDER, "--begin", "2026-01-01", "--end", "2028-01-01"), 2, "a year"
    )
    done = baken(tmp_path, "init", *ORDER, "--begin", "2020-01-01", "--end", "2020-06-01")
    assert done.returncode == 0, done.stderr
    assert "not in force today" in done.stdout
    failed(baken(tmp_path, "init", *ORDER, "--end", "2030-01-01"), 2, "--renew")
    (tmp_path / "a.csv").write_text("who,what,when\na,text of a post,2026-01-01\n")
    failed(baken(tmp_path, "import", str(tmp_path / "a.csv"), *MAPPING), 1, "ended on 2020-06-01")
    failed(baken(tmp_path, "collect"), 1, "ended on 2020-06-01")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["review", "cam-x", "--status", "odd", "--reason", "r"], ["'odd'", "dismissed"]),
        (["import", "a.csv", "--account-kind", "robot"], ["'robot'", "outlet", "baken import"]),
        (["simulate", "--documents", "many", "--out", "x"], ["--documents", "integer"]),
        (["schedule", "--hours", "99"], ["--hours", "24"]),
        (["campaigns", "show"], ["campaign_id", "`baken campaigns show --help`"]),
        (["campaigns", "lst"], ["Did you mean 'list'? `baken campaigns --help`"]),
        (["--nope"], ["no such option: --nope"]),
    ],
)
def test_a_wrong_call_is_one_line_that_says_where_to_look(
    tmp_path: Path, call: list[str], words: list[str]
) -> None:
    done = baken(tmp_path, *call)
    failed(done, 2, *words)
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout


def test_a_command_without_its_part_prints_the_help(tmp_path: Path) -> None:
    done = baken(tmp_path, "campaigns")
    assert done.returncode == 2
    assert "show" in done.stdout + done.stderr
    assert baken(tmp_path, "--help").returncode == 0


def test_a_misspelt_key_is_named(project: Path) -> None:
    with (project / "baken.toml").open("a") as file:
        file.write("[detect]\nq_maks = 0.1\n")
    failed(baken(project, "analyse"), 2, "q_maks", "q_max")


def test_imports_that_cannot_work(project: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    failed(baken(project, "import", str(empty), *MAPPING), 1, "empty")
    failed(baken(project, "import", str(tmp_path / "absent.csv"), *MAPPING), 1, "absent.csv")
    lies = tmp_path / "lies.csv.gz"
    lies.write_bytes(b"who,what\na,b\n")
    failed(baken(project, "import", str(lies), *MAPPING), 1, "lies.csv.gz")
    fine = tmp_path / "fine.csv"
    fine.write_text("who,what,when\na,a text that is long enough,2026-01-01T10:00:00Z\n")
    failed(baken(project, "import", str(fine), "--map", "text=wat"), 2, "wat", "what")
    failed(baken(project, "import", str(fine), "--map", "tekst=what"), 2, "tekst")
    failed(baken(project, "import", str(fine), "--map", "text"), 2, "FIELD=COLUMN")


def test_bad_records_are_set_aside_with_their_reason(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv.gz"
    rows = [
        b"a,a good post about the weather,2026-01-01T10:00:00Z",
        b"b,\xff\xfe broken bytes,2026-01-01T10:00:00Z",
        b"c,a post of the year zero,0000-01-01T10:00:00Z",
        b"d,a post of the far future,9999-12-31T23:59:59Z",
        b"e,,2026-01-01T10:00:00Z",
        b"f," + b"long " * 10_000_000 + b",2026-01-01T10:00:00Z",
        "g,🎉🎉🎉🎉,2026-01-01T10:00:00Z".encode(),
    ]
    with gzip.open(file, "wb") as out:
        out.write(b"who,what,when\n" + b"\n".join(rows) + b"\n")
    done = baken(project, "import", str(file), *MAPPING)
    assert done.returncode == 0, done.stderr
    assert "documents_new=2" in done.stdout
    assert "quarantined=5" in done.stdout
    assert "`baken quarantine` says which and why" in done.stdout
    again = baken(project, "import", str(file), *MAPPING)
    assert "documents_new=0" in again.stdout
    assert "quarantined=0" in again.stdout
    assert "baken quarantine" not in again.stdout
    shown = json.loads(baken(project, "quarantine", "--json").stdout)
    assert len(shown) == 5
    assert all(row["reason"] for row in shown)


def test_files_of_one_name_are_told_apart(project: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "posts.csv"
        file.write_text("who,what,when\na,,2026-01-01\n")
        assert "quarantined=1" in baken(project, "import", str(file), *MAPPING).stdout


def test_documents_can_be_published_before_they_are_analysed(project: Path, tmp_path: Path) -> None:
    rows = [f"a,post number {number} about the harbour,2026-01-01" for number in range(9)]
    file = tmp_path / "posts.csv"
    file.write_text("\n".join(["who,what,when", *rows[:5]]) + "\n")
    baken(project, "import", str(file), *MAPPING)
    assert baken(project, "publish").returncode == 0
    baken(project, "analyse")
    file.write_text("\n".join(["who,what,when", *rows]) + "\n")
    baken(project, "import", str(file), *MAPPING)
    done = baken(project, "publish")
    assert done.returncode == 0, done.stderr


def test_a_source_takes_its_basis_from_the_order(project: Path) -> None:
    url = "https://outlet.example"
    done = baken(project, "sources", "add", url, "--name", "Outlet", "--feed", f"{url}/rss")
    assert done.returncode == 0, done.stderr
    assert "web:outlet.example" in baken(project, "sources", "list").stdout


def test_an_empty_project_goes_through_the_whole_chain(project: Path) -> None:
    for command in ("analyse", "detect", "publish"):
        done = baken(project, command)
        assert done.returncode == 0, done.stderr
    assert baken(project, "campaigns", "list", "--json").stdout.strip() == "[]"
    assert baken(project, "narratives", "list", "--json").stdout.strip() == "[]"


def test_edges_are_compared_with_a_truth(project: Path, tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    rows = [
        {"who": f"a{member}", "what": f"The same words, number {n}.", "when": f"2026-01-0{n}"}
        for member in range(4)
        for n in range(1, 8)
    ]
    posts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert baken(project, "import", str(posts), *MAPPING).returncode == 0
    for command in ("analyse", "detect"):
        assert baken(project, command).returncode == 0
    truth = tmp_path / "truth.csv"
    truth.write_text("account,group\na0,g\na1,g\na2,g\nb,h\n")
    done = baken(project, "evaluate", "coordination", "--truth", str(truth))
    assert done.returncode == 0, done.stderr
    assert "precision_interval" in done.stdout
    done = baken(project, "evaluate", "coordination", "--truth", str(truth), "--json")
    score = json.loads(done.stdout)
    assert score["accounts"]["relevant"] == 4
    assert score["pairs"]["relevant"] == 3
    failed(baken(project, "evaluate", "coordination", "--truth", str(posts)), 1, "account")


def test_elasticsearch_not_there(project: Path) -> None:
    done = baken(
        project,
        "publish",
        environment={
            "BAKEN__INDEX__KIND": "elasticsearch",
            "BAKEN__INDEX__URL": "http://127.0.0.1:9",
        },
    )
    failed(done, 1, "127.0.0.1:9", "embedded")


def test_one_run_at_a_time(project: Path) -> None:
    from filelock import FileLock

    with FileLock(project / "data" / ".lock"):
        failed(baken(project, "analyse"), 1, "another run")


def test_cron_gets_one_line_and_an_exit_code(project: Path) -> None:
    done = baken(project, "run")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("baken run:")
    printed = baken(project, "schedule", "--hours", "4").stdout
    assert "17 */4 * * *" in printed
    assert "[Timer]" in printed


def test_a_full_disk_loses_nothing(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    rows = "".join(f"a{n},post number {n} {'word ' * 50},2026-01-01\n" for n in range(40_000))
    file.write_text("who,what,when\n" + rows)
    limited = f"ulimit -f 2000; exec {BAKEN} --project {project} import {file} " + " ".join(MAPPING)
    done = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; {limited}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "nothing that was stored before is lost" in done.stderr
    again = baken(project, "import", str(file), *MAPPING)
    assert again.returncode == 0, again.stderr
    total = sum(
        int(word.split("=")[1])
        for word in again.stdout.split()
        if word.startswith(("documents_new=", "documents_known="))
    )
    assert total == 40_000

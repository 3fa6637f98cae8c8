"""10,000 malformed files and large bombs: no error, nothing half done, little memory (`make soak`)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crm.embedded.places import PROJECT
from tests.bench import bombs
from tests.bench.figures import note_rate

FILES = int(os.environ.get("MALFORMED_FILES", "10000"))
AT_ONCE = 1000  # in one process: the generator of files remembers all that it made
OF_THIS_RUN = {"PERENNIAL_TEST_RUN", "PERENNIAL_TEST_TEMPLATE", "PERENNIAL_MODE", "DATABASE_URL", "REDIS_URL"}


def run_tests(name: str, log: Path) -> Any:
    """Run a file of tests in a process of its own, whose memory is that of imports; answers what it used."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", name, "-s", "-q", "-p", "no:cacheprovider"],
            cwd=PROJECT,
            env=environment | {"MALFORMED_FILES": str(min(FILES, AT_ONCE))},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
    words = log.read_text(errors="replace").splitlines()
    print("\n".join(line for line in words if not line.startswith("timestamp=")), flush=True)
    assert status == 0
    return usage


def note_and_check(name: str, n: int, usages: list[Any]) -> None:
    seconds = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    most = max(usage.ru_maxrss for usage in usages)
    note_rate(name=name, n=n, seconds=seconds, megabytes=most // 1024)
    assert most < 512 * 1024


@pytest.mark.soak
def test_ten_thousand_files(tmp_path: Path) -> None:
    name = "tests/imports/test_malformed_files.py"
    usages = [run_tests(name, tmp_path / "log") for _turn in range(max(1, FILES // AT_ONCE))]
    note_and_check("malformed files", FILES, usages)


@pytest.mark.soak
def test_bombs(tmp_path: Path) -> None:
    note_and_check("bombs", len(bombs.FILES), [run_tests("tests/bench/bombs.py", tmp_path / "log")])

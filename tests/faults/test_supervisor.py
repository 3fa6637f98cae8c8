"""`make run` from the outside: it starts once, survives a kill -9, and leaves nothing running."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from crm.embedded.places import PROJECT, RUNS_AS_ROOT, free_port

LEFT_TO_IT = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "PERENNIAL_MODE", "SECRET_KEY"}
PATIENCE = 180


@dataclass
class Installation:
    """A supervisor with a var folder of its own."""

    var: Path
    port: int

    def start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name not in LEFT_TO_IT}
        environment |= {"PERENNIAL_VAR": str(self.var), "PORT": str(self.port)}
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "crm.supervisor", "run"],
                cwd=PROJECT,
                env=environment | {"DJANGO_SETTINGS_MODULE": "crm.settings"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> Path:
        return self.var / "output"

    def wait_until_up(self) -> None:
        wait_until(lambda: re.search(r"runs at http://localhost:\d+", self.output.read_text()), self.output)

    @property
    def server_home(self) -> Path:
        digest = sha256(str(self.var.resolve()).encode()).hexdigest()[:10]
        return Path("/var/lib") / f"perennial-{digest}" if RUNS_AS_ROOT else self.var

    def has_ended(self) -> bool:
        return not self.processes() and not (self.server_home / "postgres" / "postmaster.pid").exists()

    def processes(self) -> list[psutil.Process]:
        """What runs of it, as far as its environment tells; Postgres overwrites its own."""
        return [process for process in psutil.process_iter() if self.owns(process)]

    def owns(self, process: psutil.Process) -> bool:
        try:
            return process.pid != os.getpid() and process.environ().get("PERENNIAL_VAR") == str(self.var)
        except psutil.Error:
            return False


def wait_until(ready: Callable[[], object], output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.05)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("var"), free_port())
    yield installation
    shutil.rmtree(installation.server_home)


def test_it_starts_once_survives_kill_9_and_leaves_nothing(installation):
    first = installation.start()
    installation.wait_until_up()

    second = subprocess.run(
        [sys.executable, "-m", "crm.supervisor", "run"],
        cwd=PROJECT,
        env=os.environ | {"PERENNIAL_VAR": str(installation.var)},
        capture_output=True,
        text=True,
    )
    assert (second.returncode, second.stderr) == (
        1,
        f"Perennial already runs here: http://localhost:{installation.port}\n",
    )

    first.kill()
    first.wait()
    third = installation.start()
    installation.wait_until_up()
    assert f"http://localhost:{installation.port}" in installation.output.read_text()

    third.send_signal(signal.SIGINT)
    assert third.wait(PATIENCE) == 0
    wait_until(installation.has_ended, installation.output)


def test_when_one_program_ends_all_do_and_it_says_which(installation):
    supervisor = installation.start()
    installation.wait_until_up()
    [beat] = [process for process in installation.processes() if "beat" in process.cmdline()]
    beat.kill()
    assert supervisor.wait(PATIENCE) == 1
    assert "beat ended unexpectedly" in installation.output.read_text()
    wait_until(installation.has_ended, installation.output)

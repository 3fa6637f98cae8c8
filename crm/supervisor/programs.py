"""The programs that make up a running installation, and how one is started and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from crm.embedded.places import PROJECT, VAR
from crm.supervisor.environment import Addresses

LOGS = VAR / "log"
MAIL = VAR / "mail"
PATIENCE = 15  # seconds a program gets to finish what it is doing


@dataclass(frozen=True)
class Program:
    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Running:
    """A started program, leader of its own process group: Ctrl+C reaches us alone, and we end the others."""

    program: Program
    popen: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> bool:
        return self.popen.poll() is not None

    def end(self) -> None:
        """Let the program finish, and leave no process of its group."""
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def programs(addresses: Addresses) -> list[Program]:
    """In the order in which they start; they end in the opposite one."""
    celery = ("celery", "-A", "crm.celery")
    web = ("gunicorn", "crm.wsgi", f"--bind=127.0.0.1:{addresses.web_port}", "--workers=2", "--preload")
    return [
        Program("mail", ("crm.supervisor.mailcatcher", str(addresses.mail_port), str(MAIL))),
        Program("worker", (*celery, "worker", "-Q", "critical,send", "-c", "2", "-l", "INFO")),
        Program("bulk", (*celery, "worker", "-Q", "bulk", "-c", "1", "-l", "INFO", "-n", "bulk@%h")),
        Program("beat", (*celery, "beat", "-l", "INFO", "--pidfile=")),
        Program("web", (*web, "--worker-class=gthread", "--threads=4", "--no-control-socket")),
    ]


def start(program: Program, environment: Mapping[str, str]) -> Running:
    """Start the program as a module of our Python, writing to its own log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{program.name}.log"
    with log.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, "-m", *program.argv],
            cwd=PROJECT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Running(program, popen, log)


def end_all(running: list[Running]) -> None:
    """Ask all to finish, last started first, then wait for each."""
    for one in reversed(running):
        with suppress(ProcessLookupError):
            one.popen.terminate()
    for one in reversed(running):
        one.end()


def end_leftovers(children: list[tuple[int, float]]) -> None:
    """End programs, known by process id and start time, whose supervisor was killed before it could."""
    for pid, started in children:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            leader = psutil.Process(pid)
            if abs(leader.create_time() - started) < 1:
                group = [leader, *leader.children(recursive=True)]
                os.killpg(pid, signal.SIGKILL)
                psutil.wait_procs(group, timeout=PATIENCE)

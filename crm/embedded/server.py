"""What the embedded servers have in common: who they are, and how several commands share one."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

import psutil

STOP_SECONDS = 60


class Server(Protocol):
    """A server that lives in one folder and can be found there by any process."""

    @property
    def home(self) -> Path: ...

    def pid(self) -> int | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class ServerFailed(RuntimeError):
    """A server did not start; the message ends with the last lines of its log."""


@contextmanager
def shared(*servers: Server, folder: Path) -> Iterator[None]:
    """Have the servers running inside the block.

    Whoever comes first starts them, whoever leaves last stops them. Both are known by kernel locks on files
    in `folder`, so that a killed process leaves no trace, and the servers it left running are taken over.
    """
    if not servers:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "users.lock", "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with one_at_a_time(folder):
            for server in servers:
                if server.pid() is None:
                    server.start()
        try:
            yield
        finally:
            with one_at_a_time(folder):
                if is_last(users):
                    for server in reversed(servers):
                        server.stop()


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    with open(folder / "starting.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def find_process(pid_file: Path, *, name: str, folder: Path) -> int | None:
    """The id in the file, when the process of that id is the named server and works in the folder.

    A file that outlived its server names nobody, or a stranger who got the same id.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        if process.status() == psutil.STATUS_ZOMBIE:
            process.wait(0)  # lets go of it, where we are its parent
            return None
        found = process.name().startswith(name) and Path(process.cwd()) == folder.resolve()
    except (OSError, ValueError, psutil.Error):
        return None
    return process.pid if found else None


def wait_until(
    ready: Callable[[], bool], *, server: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Return when the server is ready. Raises ServerFailed when it ends before, or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            tail = (
                "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:])
                if log.exists()
                else ""
            )
            raise ServerFailed(f"{log.stem} did not start. Its log {log} ends with:\n{tail}")
        time.sleep(0.02)


def stop_process(pid: int, how: signal.Signals) -> None:
    """Ask the process to end, and see that it does."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        os.kill(pid, how)
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)

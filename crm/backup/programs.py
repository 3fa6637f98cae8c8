"""Postgres' own programs in the version that fits the server: from the embedded wheel, else from the PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import make_dsn

from crm.embedded.places import wheel_folder
from crm.embedded.postgres import WHEEL


class ProgramMissing(Exception):
    """No program here can talk to this server; the words say which is needed."""


def program_for(name: str, server: int) -> str:
    """Path of `pg_dump` or `pg_restore` that is as new as the server, or newer. `server`: its major version.

    The nearest version is taken, because a newer dump may use words that the server does not know yet.
    """
    found = {path: major_version(path) for path in candidates(name)}
    fitting = sorted((version, path) for path, version in found.items() if version >= server)
    if not fitting:
        raise ProgramMissing(
            f"{name} {server} or newer is needed for this Postgres: install postgresql-client-{server}."
        )
    return fitting[0][1]


def candidates(name: str) -> Iterator[str]:
    try:
        packaged = wheel_folder(WHEEL) / "pginstall" / "bin" / name
    except ModuleNotFoundError:
        packaged = Path(name)
    if packaged.is_file():
        yield str(packaged)
    if on_path := shutil.which(name):
        yield on_path


def major_version(program: str) -> int:
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+)[.\w]*", said)
    return int(found[1]) if found else 0


def command(name: str, connection: Connection, options: Sequence[str]) -> list[str]:
    """The call of a program for the database of an open connection; no password is in it."""
    program = program_for(name, connection.info.server_version // 10_000)
    address = {key: value for key, value in connection.info.dsn_parameters.items() if key != "options"}
    return [program, f"--dbname={make_dsn(**address)}", "--no-password", *options]


def environment(connection: Connection) -> dict[str, str]:
    """The environment of the call, with the password, which other users of the machine cannot read there."""
    return os.environ | ({"PGPASSWORD": connection.info.password} if connection.info.password else {})

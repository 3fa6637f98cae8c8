"""The project's own Postgres and Valkey, from Python wheels, for a machine that has neither.

Settings ask here for an address when `DATABASE_URL` or `REDIS_URL` is unset. Asking starts nothing: the
servers run inside `running()`, which `manage.py`, `make demo` and `make run` enter.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from crm.embedded.places import SERVER_HOME, VAR
from crm.embedded.postgres import Postgres
from crm.embedded.server import Server, ServerFailed, shared
from crm.embedded.valkey import Valkey

__all__ = [
    "Postgres",
    "Server",
    "ServerFailed",
    "Valkey",
    "database_url",
    "needed_servers",
    "redis_url",
    "running",
    "shared",
]

POSTGRES = Postgres(home=SERVER_HOME)
VALKEY = Valkey(home=VAR / "valkey")


def database_url() -> str:
    """Address of the project's own database, whether or not its server runs."""
    return POSTGRES.url()


def redis_url() -> str:
    """Address of the project's own broker, whether or not its server runs."""
    return VALKEY.url()


def needed_servers() -> list[Server]:
    """The servers whose addresses the environment doesn't give."""
    wanted: dict[str, Server] = {"DATABASE_URL": POSTGRES, "REDIS_URL": VALKEY}
    return [server for variable, server in wanted.items() if not os.environ.get(variable)]


def running() -> AbstractContextManager[None]:
    """Have the needed servers running inside the block; see `shared`."""
    return shared(*needed_servers(), folder=VAR)

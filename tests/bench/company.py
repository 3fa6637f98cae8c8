"""The company that screens are measured on, in a Postgres of its own that runs as safely as in production.

Its database is kept from run to run: BENCH_ACCOUNTS says its size, and another way of seeding makes another.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from django.db import connection

from crm.core.models import User
from crm.embedded import Postgres, shared
from crm.embedded.places import PROJECT, SERVER_HOME, VAR
from tests.bench import seeding
from tests.bench.filling import run

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "100000"))
HOME = VAR / "bench"
POSTGRES = Postgres(home=SERVER_HOME / "bench")
SECRET = secrets.token_urlsafe(48)


@contextmanager
def seeded() -> Iterator[dict[str, str]]:
    """The company, open to this process as well; answers the environment for others, as in production."""
    with shared(POSTGRES, folder=HOME):
        name = f"company_{ACCOUNTS}_{digest()}"
        make_database(name)
        environment = {
            "PERENNIAL_MODE": "production",
            "PERENNIAL_VAR": str(HOME),
            "SECRET_KEY": SECRET,
            "ALLOWED_HOSTS": "localhost",
            "DATABASE_URL": POSTGRES.url(name),
        }
        prepare = [sys.executable, "-m", "crm.supervisor.prepare", "run"]
        subprocess.run(prepare, cwd=PROJECT, env={**os.environ, **environment, **PRODUCTION}, check=True)
        with connected_to(name):
            if not User.objects.filter(email=seeding.MANAGER).exists():
                seeding.seed(ACCOUNTS)
                run("VACUUM ANALYZE")
            yield environment


PRODUCTION = {"DJANGO_SETTINGS_MODULE": "crm.settings"}


def digest() -> str:
    folder = Path(__file__).parent
    files = sorted([folder / "filling.py", *(folder / "seeding").glob("*.py")])
    code = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(code).hexdigest()[:8]


def make_database(name: str) -> None:
    """Have a database of the name, and no other of this size."""
    with closing(psycopg2.connect(POSTGRES.url())) as own, own.cursor() as cursor:
        own.autocommit = True
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"company\\_{ACCOUNTS}\\_%"])
        found = [old for (old,) in cursor.fetchall()]
        for old in found:
            if old != name:
                cursor.execute(f"DROP DATABASE {old} WITH (FORCE)")
        if name not in found:
            cursor.execute(f"CREATE DATABASE {name}")


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Let Django's connection of this process lead to the database."""
    ours: dict[str, Any] = dict(connection.settings_dict)
    host = POSTGRES.url(name).partition("host=")[2]
    there = {"NAME": name, "OPTIONS": ours["OPTIONS"] | {"host": host}}
    connection.close()
    connection.settings_dict.update(there)
    yield
    connection.close()
    connection.settings_dict.update(ours)


def cpu_seconds(pid: int) -> float:
    """What a process and all it has started have used so far."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    running = [child.cpu_times() for child in process.children(recursive=True)]
    return own.children_user + own.children_system + sum(one.user + one.system for one in [own, *running])

"""The Postgres and Valkey of a test run, and databases cloned from one migrated template.

Runs share the Postgres server, which starts with the first and stops after the last, and keeps the template
for the next run. Each run has its own Valkey, each xdist worker its own database there and in Postgres.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg2

from crm.embedded import Postgres, Valkey, shared
from crm.embedded.places import PROJECT, SERVER_HOME, VAR
from crm.embedded.server import one_at_a_time

HOME = VAR / "tests"
LOGS = HOME / "log"
RUN = os.environ.setdefault("PERENNIAL_TEST_RUN", str(os.getpid()))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
DATABASE = f"test_{RUN}_{WORKER}"
POSTGRES = Postgres(home=SERVER_HOME / "tests", durable=False)
VALKEY = Valkey(home=HOME / f"valkey-{RUN}", durable=False)
CHILD = {"DJANGO_SETTINGS_MODULE": "crm.settings"}  # this module's settings are for pytest itself
TEMPLATE = "PERENNIAL_TEST_TEMPLATE"
KEPT_TEMPLATES = 5
SCHEMA_FILES = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "*/defaults.py",  # what a migrated database starts with
    "templates/*/mail/*.mjml",
    "requirements/base.lock",
)


def environment(database: str) -> dict[str, str]:
    """The addresses by which a process of this test run finds its parts."""
    if not VALKEY.port_file.exists():
        VALKEY.choose_port()
    return {
        "PERENNIAL_MODE": "test",
        "DATABASE_URL": POSTGRES.url(database),
        "REDIS_URL": VALKEY.url(int(WORKER.removeprefix("gw")) + 1),
    }


@contextmanager
def running(*, fresh: bool) -> Iterator[None]:
    """Have the servers of this run up and the template migrated; `fresh` migrates it anew."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with shared(POSTGRES, folder=HOME):
        sweep_dead_runs()
        VALKEY.start()
        try:
            ensure_template(fresh=fresh)
            yield
        finally:
            forget_run(RUN)


def sweep_dead_runs() -> None:
    """Remove what killed test runs left behind."""
    left = {path.name.split("-")[1] for path in HOME.glob("valkey-*")}
    left |= {name.split("_")[1] for name in databases("test_%")}
    for run in left:
        if not psutil.pid_exists(int(run)):
            forget_run(run)
    for path in LOGS.glob("*-*.*"):
        if not psutil.pid_exists(int(path.name.rsplit("-", 1)[1].split(".")[0])):
            path.unlink()


def forget_run(run: str) -> None:
    valkey = Valkey(home=HOME / f"valkey-{run}", durable=False)
    valkey.stop()
    shutil.rmtree(valkey.home, ignore_errors=True)
    for name in databases(f"test_{run}_%"):
        drop_database(name)


def ensure_template(*, fresh: bool) -> None:
    """Migrate a template for the code as it is, unless an earlier run did. The workers hear which it is."""
    template = os.environ[TEMPLATE] = template_name()
    with one_at_a_time(LOGS):
        if fresh:
            drop_database(template)
        if template in databases("template_%"):
            return
        for old in databases("template_%")[:-KEPT_TEMPLATES]:
            drop_database(old)
        build_template(template)


def template_name() -> str:
    files = sorted(path for pattern in SCHEMA_FILES for path in PROJECT.glob(pattern))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"template_{digest[:12]}"


def build_template(template: str) -> None:
    building = f"building_{template}"
    drop_database(building)
    execute(f"CREATE DATABASE {building}")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
        env=os.environ | environment(building) | CHILD,
        cwd=PROJECT,
        check=True,
    )
    execute(f"ALTER DATABASE {building} RENAME TO {template}")


@contextmanager
def cloned_database(name: str) -> Iterator[str]:
    """A copy of the template for the time of the block."""
    drop_database(name)
    execute(f"CREATE DATABASE {name} TEMPLATE {os.environ[TEMPLATE]}")
    try:
        yield name
    finally:
        drop_database(name)


def drop_database(name: str) -> None:
    execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def databases(pattern: str) -> list[str]:
    """Names of databases, oldest first."""
    query = "SELECT datname FROM pg_database WHERE datname LIKE %s AND NOT datistemplate ORDER BY oid"
    return [name for (name,) in execute(query, [pattern.replace("_", r"\_")])]


def execute(statement: str, parameters: list[str] | None = None) -> list[tuple[str, ...]]:
    """Run one statement outside of every test database and answer its rows."""
    with closing(psycopg2.connect(POSTGRES.url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


def log_file(name: str) -> Path:
    return LOGS / f"{name}-{WORKER}-{RUN}.log"

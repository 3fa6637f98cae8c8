"""What a backup holds, told beside it, so that a restore can be checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.migrations.loader import MigrationLoader
from psycopg2.extensions import connection as Connection
from psycopg2.sql import SQL, Identifier

FORMAT = 1
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`rows` per table and `migrations` ("app.name") at the moment of the dump, `files` name → bytes."""

    made_at: str
    server: int
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, int]
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def tables(connection: Connection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows of every table that is kept through a crash, as the connection's transaction sees them."""
    counted = {}
    with connection.cursor() as cursor:
        for name in tables(connection):
            cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(name)))
            [(counted[name],)] = cursor.fetchall()
    return counted


def applied_migrations(connection: Connection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def known_migrations() -> set[str]:
    """Every migration this version of the project has."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}

"""The staging table of one import: unlogged, filled by COPY, no data until it is applied."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from crm.core.importers import STAGED_AS, Importer

PREFIX = "import_staging_"
FIRST = {"line": "bigint NOT NULL", "reason": "text", "of_field": "text", "raw": "text NOT NULL"}
LAST = {"met": "bigint", "met_by": "text", "outcome": "text", "before": "jsonb", "after": "jsonb"}


def table_of(job_id: int) -> str:
    return f"{PREFIX}{int(job_id)}"


def columns_of(importer: Importer) -> Mapping[str, str]:
    """Name → type of the columns a reader fills and `apply` may fill, in the order of the table."""
    fields = {} if importer.reader else {field.name: STAGED_AS[field.kind] for field in importer.fields}
    return {**FIRST, **fields, **importer.staged, **LAST}


def create(job_id: int, importer: Importer) -> None:
    """An empty staging table, whatever an earlier attempt left."""
    drop(job_id)
    columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(importer).items())
    execute(f"CREATE UNLOGGED TABLE {table_of(job_id)} ({columns})")


def drop(job_id: int) -> None:
    execute(f"DROP TABLE IF EXISTS {table_of(job_id)}")


def hand_over(*, giver: int, taker: int) -> None:
    """Give the staged rows of one job to another."""
    drop(taker)
    execute(f"ALTER TABLE {table_of(giver)} RENAME TO {table_of(taker)}")


def copy(job_id: int, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Append rows. An empty cell is NULL."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    into = f"{table_of(job_id)} ({', '.join(columns)})"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {into} FROM STDIN (FORMAT csv)", buffer)


def count(job_id: int) -> int | None:
    """How many rows are staged, None when the table is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table_of(job_id)])
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute(f"SELECT count(*) FROM {table_of(job_id)}")  # noqa: S608  (the name is ours)
        return int(cursor.fetchone()[0])


def leftovers() -> list[int]:
    """The jobs that have a staging table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(relname, %s)::bigint FROM pg_class WHERE relkind = 'r' AND relname ~ %s",
            [len(PREFIX) + 1, f"^{PREFIX}[0-9]+$"],
        )
        return [row[0] for row in cursor.fetchall()]


def stream(sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a few thousand at a time. Needs a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows


def execute(sql: str, params: Mapping[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def fetch(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()

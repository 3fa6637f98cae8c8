"""The staging table of one import: unlogged, filled by COPY, no data until it is applied."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from customers.imports.rows import StagedRow

PREFIX = "import_staging_"
COLUMNS = {
    "line": "bigint NOT NULL",
    "reason": "text",
    "raw": "text NOT NULL",
    "account": "text",
    "account_name": "text",
    "city": "text",
    "country": "text",
    "number": "text",
    "is_return": "boolean NOT NULL",
    "given_ordinal": "integer",
    "ordered_at": "timestamptz",
    "rank": "smallint",
    "shipped_at": "timestamptz",
    "delivered_at": "timestamptz",
    "installed_at": "timestamptz",
    "sku": "text",
    "description": "text",
    "quantity": "numeric",
    "unit_price": "numeric",
    "unit_cost": "numeric",
}
assert tuple(COLUMNS) == StagedRow._fields


def table_of(job_id: int) -> str:
    return f"{PREFIX}{int(job_id)}"


def create(job_id: int) -> None:
    """An empty staging table, whatever an earlier attempt left."""
    drop(job_id)
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    execute(f"CREATE UNLOGGED TABLE {table_of(job_id)} ({columns})")


def drop(job_id: int) -> None:
    execute(f"DROP TABLE IF EXISTS {table_of(job_id)}")


def copy(job_id: int, rows: Sequence[StagedRow]) -> None:
    """Append rows. An empty cell is NULL."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table_of(job_id)} FROM STDIN (FORMAT csv)", buffer)


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


def execute(sql: str, params: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)

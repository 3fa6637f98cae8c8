"""What the database holds, wherever it is."""

from __future__ import annotations

from typing import Any

from django.db import connection


def everything_stored() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        rows = [
            str(row)
            for table in connection.introspection.table_names(cursor)
            for row in read(cursor, f'SELECT "{table}"::text FROM "{table}"')
        ]
    return "\n".join(rows)


def read(cursor: Any, query: str) -> list[tuple[str]]:
    cursor.execute(query)
    return cursor.fetchall()

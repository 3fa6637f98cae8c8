"""Rows by the million, each table with one INSERT … SELECT."""

from __future__ import annotations

from typing import Any

from django.db import connection, models


def fill(model: type[models.Model], source: str, **columns: str) -> None:
    """Insert a row for each of `source`; `columns` are SQL over it, the others get their defaults."""
    with connection.cursor() as cursor:
        new = model()
        for field in model._meta.concrete_fields:
            if field.attname not in columns and not field.primary_key and not field.generated:
                columns[field.attname] = literal(cursor, field, new)
        names, values = ", ".join(columns), ", ".join(columns.values())
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}")
    if "id" in columns:
        go_on_after(model)


def literal(cursor: Any, field: models.Field[Any, Any], new: models.Model) -> str:
    """What a new row has in a column, as SQL."""
    value = field.get_db_prep_save(field.pre_save(new, True), connection)
    return str(cursor.mogrify("%s", [value]).decode())


def go_on_after(model: type[models.Model]) -> None:
    """Let the next row that the product makes have the next id."""
    table = model._meta.db_table
    run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

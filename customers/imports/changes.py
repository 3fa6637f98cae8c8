"""Every row that an import writes is written, or at least noted, through here: then it can be taken back.

`add` and `change` write and note in one statement. Importers with statements of their own note what these
did with `note_added` and `note_changed`, and give new rows the ids of `new_id`, so that what was taken back
and comes again is the same row.

A `key` is SQL over the added rows for what files know a row by: its external id, or the ids of what it
belongs to and a number. Only its digest is kept. Rows that go with the row they belong to (the lines of an
order that the same import adds) need not be noted, but want their key all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from crm.core.models import Job
from customers.imports.staging import execute
from customers.models import FormerRow

# With a word that the database does not hold: who reads it cannot try out mail addresses.
DIGEST = "left(encode(sha256(convert_to('{pepper}' || {key}, 'UTF8')), 'hex'), 32)::uuid"
NOTES = "customers_importchange (job_id, model, row_id, action, key, old, new, at)"

ADD = """
    WITH found AS MATERIALIZED (
        SELECT coalesce(f.row_id, nextval({sequence})) AS new_id,
               CASE WHEN {noted} THEN {digest} END AS row_key, r.*
        FROM ({rows_of}) r
        LEFT JOIN customers_formerrow f ON f.model = %(model_)s AND f.key = {former}
    ), noted AS (
        INSERT INTO {notes}
        SELECT %(job_)s, %(model_)s, new_id, 'added', row_key, '{{}}', '{{}}', %(at_)s
        FROM found WHERE {noted}
    ), come_back AS (
        DELETE FROM customers_formerrow f USING found
        WHERE f.model = %(model_)s AND f.row_id = found.new_id
    )
    INSERT INTO {table} (id, {targets}) SELECT new_id, {values} FROM found
"""
NOTE_ADDED = """
    WITH found AS MATERIALIZED (SELECT * FROM ({rows_of}) r (id, key)), come_back AS (
        DELETE FROM customers_formerrow f USING found WHERE f.model = %(model_)s AND f.row_id = found.id
    )
    INSERT INTO {notes}
    SELECT %(job_)s, %(model_)s, id, 'added', {digest}, '{{}}', '{{}}', %(at_)s FROM found
"""

# All parts of a statement see the rows as they were before it: the notes read old values beside the update.
CHANGE = """
    WITH wanted AS MATERIALIZED ({rows_of}), noted AS (
        INSERT INTO {notes}
        SELECT %(job_)s, %(model_)s, t.id, 'changed', NULL, d.old, d.new, %(at_)s
        FROM {table} t JOIN wanted w ON w.id = t.id
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(o.key, o.value) AS old, jsonb_object_agg(o.key, n.value) AS new
            FROM jsonb_each(jsonb_build_object({old_pairs})) o
            JOIN jsonb_each(jsonb_build_object({new_pairs})) n USING (key)
            WHERE o.value IS DISTINCT FROM n.value
        ) d
        WHERE {differs}
    )
    UPDATE {table} t SET {sets} FROM wanted w WHERE t.id = w.id AND {differs}
"""
LOCK = """
    SELECT t.id FROM {table} t WHERE t.id IN (SELECT w.id FROM ({rows_of}) w) ORDER BY t.id FOR NO KEY UPDATE
"""
NOTE_CHANGED = """
    INSERT INTO {notes}
    SELECT %(job_)s, %(model_)s, id, 'changed', NULL, old, new, %(at_)s
    FROM ({rows_of}) r (id, old, new) WHERE old <> new
"""


def add(
    job: Job,
    model: type[models.Model],
    *,
    rows_of: str,
    columns: Sequence[str],
    key: str = "",
    noted: str = "true",
    params: dict[str, Any] | None = None,
    **constants: Any,
) -> int:
    """INSERT … SELECT of `columns`; every other column gets its constant or the model's default.

    `rows_of` is a SELECT that names `columns` and what `key` and `noted` need; `noted` is an SQL condition
    for the rows that are not going with another anyway. Answers how many were added.
    """
    defaults = {
        field.column: field.get_db_prep_save(constants.get(field.column, default_of(field)), connection)
        for field in model._meta.local_concrete_fields
        if field.column not in columns and not field.primary_key and not field.generated
    }
    statement = ADD.format(
        rows_of=rows_of,
        sequence=sequence_of(model),
        digest=digest(key),
        former=digest(key if has_former_rows(model) else ""),  # a digest per line of an order is dear
        notes=NOTES,
        noted=noted,
        table=model._meta.db_table,
        targets=", ".join([*columns, *defaults]),
        values=", ".join([*columns, *(f"%({name})s" for name in defaults)]),
    )
    added = execute(statement, {**(params or {}), **defaults, **about(job, model)})
    if added:
        # without it the next statement would be planned for a table without these rows
        execute(f"ANALYZE {model._meta.db_table}")
    return added


def change(
    job: Job,
    model: type[models.Model],
    *,
    rows_of: str,
    columns: Sequence[str],
    params: dict[str, Any] | None = None,
) -> int:
    """Give rows other values; those that have them already are not touched. Answers how many changed.

    `rows_of` is a SELECT of the row's `id` and its wanted `columns`, each row once.
    """
    table = model._meta.db_table
    touch = [f"{field.column} = now()" for field in model._meta.fields if getattr(field, "auto_now", False)]
    statement = CHANGE.format(
        rows_of=rows_of,
        notes=NOTES,
        table=table,
        old_pairs=", ".join(f"'{column}', t.{column}" for column in columns),
        new_pairs=", ".join(f"'{column}', w.{column}" for column in columns),
        differs=" IS DISTINCT FROM ".join(
            "(" + ", ".join(f"{of}.{column}" for column in columns) + ")" for of in ("t", "w")
        ),
        sets=", ".join([*(f"{column} = w.{column}" for column in columns), *touch]),
    )
    execute(LOCK.format(table=table, rows_of=rows_of), params)
    return execute(statement, {**(params or {}), **about(job, model)})


def note_added(
    job: Job, model: type[models.Model], *, rows_of: str, params: dict[str, Any] | None = None
) -> int:
    """Note rows that another statement added; `rows_of` is a SELECT of their ids and keys."""
    statement = NOTE_ADDED.format(rows_of=rows_of, notes=NOTES, digest=digest("key"))
    return execute(statement, {**(params or {}), **about(job, model)})


def note_changed(
    job: Job, model: type[models.Model], *, rows_of: str, params: dict[str, Any] | None = None
) -> int:
    """Note rows that another statement changed.

    `rows_of` is a SELECT of their ids and of two jsonb objects, column → value before and after, with the
    columns that changed and no others; columns are named as in the table, values as `to_jsonb` gives them.
    """
    return execute(NOTE_CHANGED.format(rows_of=rows_of, notes=NOTES), {**(params or {}), **about(job, model)})


def new_id(model: type[models.Model], key: str) -> str:
    """SQL for the id of a new row: the one it had before it was taken back, else the next."""
    former = (
        f"SELECT f.row_id FROM customers_formerrow f "  # noqa: S608  (names are ours)
        f"WHERE f.model = '{model._meta.label_lower}' AND f.key = {digest(key)}"
    )
    return f"coalesce(({former}), nextval({sequence_of(model)}))"


def digest(key: str) -> str:
    pepper = salted_hmac("customers.imports.changes", "key").hexdigest()
    return DIGEST.format(pepper=pepper, key=f"({key})::text") if key else "NULL::uuid"


def has_former_rows(model: type[models.Model]) -> bool:
    return FormerRow.objects.filter(model=model._meta.label_lower).exists()


def sequence_of(model: type[models.Model]) -> str:
    return f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"


def about(job: Job, model: type[models.Model]) -> dict[str, Any]:
    """What every note says: who did it, on what, when."""
    return {"job_": job.pk, "model_": model._meta.label_lower, "at_": timezone.now()}


def default_of(field: models.Field[Any, Any]) -> Any:
    return timezone.now() if getattr(field, "auto_now", False) else field.get_default()

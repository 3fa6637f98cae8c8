"""Add and change the rows of one table from staged rows that stand for one record each, set by set.

An importer says what files tell of a record (`Column`), how they know it (`Match`), and what is refused
before (`refuse`) or after the records were found. Everything else follows: what each row meets, what becomes
of it, and that a second row for the same record is refused.

In the SQL that is handed over `s` is the staged row and `t` a row of the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_noop

from crm.core.importers import ImportRun
from customers.imports import changes
from customers.imports.staging import execute

TWICE = gettext_noop("Another line of the file means the same record")


@dataclass(frozen=True)
class Column:
    """A column of the table and the SQL of what the file says of it, NULL for nothing.

    `field` is the field it comes from, for whether empty cells empty it (to `empty`, SQL). `otherwise` is
    SQL for new rows of which the file says nothing. `shown` turns a value ("{}") into what examples show.
    """

    name: str
    says: str
    field: str = ""
    empty: str = "''"
    otherwise: str = ""
    shown: str = "{}"

    def said(self, run: ImportRun) -> str:
        """SQL of what a known row is to hold: what the file says, else what is there, or nothing if asked."""
        return f"coalesce({self.says}, {self.empty if self.field in run.clears else f't.{self.name}'})"

    @property
    def pair(self) -> str:
        old, new = (self.shown.format(f"{row}.{self.name}") for row in "tw")
        return f"('{self.field or self.name}', to_jsonb({old}), to_jsonb({new}))"


@dataclass(frozen=True)
class Match:
    """One way to find records: by which field, and when `s` means `t`; `{staging}` is the table of `s`.

    `ambiguous` is why a row is refused that means several records; without it, such a row goes on to the
    next match. Rows of the file with the same `key` (SQL over `s`, NULL: none) mean the same record.
    """

    by: str
    on: str
    key: str = ""
    ambiguous: str = ""


@dataclass(frozen=True, kw_only=True)
class Upsert:
    """How rows of a file become rows of `model`; `matches` are tried in order.

    `key` is SQL over `s`, as text, for what files know a new record by (see `customers.imports.changes`).
    """

    model: type[models.Model]
    columns: Sequence[Column]
    matches: Sequence[Match]
    key: str
    constants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.db_table


FIND = """
    UPDATE {staging} s
    SET met = CASE WHEN f.found = 1 THEN f.id END, met_by = CASE WHEN f.found = 1 THEN %(by)s END,
        reason = CASE WHEN f.found > 1 THEN nullif(%(ambiguous)s, '') END
    FROM (
        SELECT s.line, min(t.id) AS id, count(*) AS found
        FROM {staging} s JOIN {table} t ON {on}
        WHERE s.reason IS NULL AND s.met IS NULL
        GROUP BY s.line
    ) f
    WHERE f.line = s.line
"""
REFUSE_TWICE = """
    UPDATE {staging} s SET reason = %(reason)s
    FROM (
        SELECT line, row_number() OVER (PARTITION BY {key} ORDER BY line) AS place
        FROM {staging} s WHERE s.reason IS NULL AND {key} IS NOT NULL
    ) f
    WHERE f.line = s.line AND f.place > 1
"""
# Why a row is refused may only show once what it means was found.
REFUSE = """
    UPDATE {staging} s SET reason = %(reason)s, of_field = %(of_field)s WHERE s.reason IS NULL AND ({when})
"""
ALLOT = """
    UPDATE {staging} s SET outcome = 'new', met = {new_id} WHERE s.reason IS NULL AND s.met IS NULL
"""
TELL = """
    UPDATE {staging} s
    SET outcome = CASE WHEN d.before IS NULL THEN 'same' ELSE 'changed' END,
        before = d.before, after = d.after
    FROM (
        SELECT s.line, d.before, d.after
        FROM {staging} s JOIN {table} t ON t.id = s.met
        CROSS JOIN LATERAL (SELECT {wanted}) w
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(name, old) AS before, jsonb_object_agg(name, new) AS after
            FROM (VALUES {pairs}) v (name, old, new) WHERE old IS DISTINCT FROM new
        ) d
        WHERE s.reason IS NULL AND s.outcome IS NULL
    ) d
    WHERE d.line = s.line
"""
CHANGE = """
    SELECT t.id, {wanted} FROM {staging} s JOIN {table} t ON t.id = s.met
    WHERE s.reason IS NULL AND s.outcome = 'changed'
"""
ADD = """
    INSERT INTO {table} (id, {targets})
    SELECT s.met, {values} FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new' ORDER BY s.line
"""
ADDED = "SELECT s.met, ({key})::text FROM {staging} s WHERE s.reason IS NULL AND s.outcome = 'new'"


def find(run: ImportRun, upsert: Upsert) -> None:
    """Find the record each row means; refuse rows that mean several, and a second row for the same one."""
    execute(f"ANALYZE {run.table}")
    for match in upsert.matches:
        on = match.on.format(staging=run.table)
        statement = FIND.format(staging=run.table, table=upsert.table, on=on)
        execute(statement, {"by": match.by, "ambiguous": match.ambiguous})
    for key in ("s.met", *(match.key for match in upsert.matches if match.key)):
        execute(REFUSE_TWICE.format(staging=run.table, key=key), {"reason": TWICE})


def refuse(run: ImportRun, reason: str, *, when: str, of_field: str | None = None) -> int:
    """Refuse the rows for which the SQL condition over `s` holds; `reason` is a gettext_noop phrase."""
    statement = REFUSE.format(staging=run.table, when=when)
    return execute(statement, {"reason": reason, "of_field": of_field})


def allot(run: ImportRun, upsert: Upsert) -> None:
    """Give the rows that add a record its id: other rows may name it before it is there."""
    new_id = changes.new_id(upsert.model, upsert.key)
    execute(ALLOT.format(staging=run.table, new_id=new_id))


def write(run: ImportRun, upsert: Upsert) -> tuple[int, int]:
    """Say what becomes of each row and do it; answers how many records were added and how many changed."""
    allot(run, upsert)
    wanted = ", ".join(f"{column.said(run)} AS {column.name}" for column in upsert.columns)
    names = {"staging": run.table, "table": upsert.table, "wanted": wanted}
    execute(TELL.format(pairs=", ".join(column.pair for column in upsert.columns), **names))
    execute(f"ANALYZE {run.table}")  # or the next statements would be planned for a single changed row
    # New ones first: others may come to belong to them.
    added = add(run, upsert)
    noted = ADDED.format(staging=run.table, key=upsert.key)
    changes.note_added(run.job, upsert.model, rows_of=noted)
    columns = [column.name for column in upsert.columns]
    return added, changes.change(run.job, upsert.model, rows_of=CHANGE.format(**names), columns=columns)


def add(run: ImportRun, upsert: Upsert) -> int:
    """INSERT … SELECT; what the file says nothing of gets its constant or the model's default."""
    said = {column.name: column for column in upsert.columns}
    fields = [
        one for one in upsert.model._meta.local_concrete_fields if not one.primary_key and not one.generated
    ]
    defaults = {
        one.column: one.get_db_prep_save(
            upsert.constants.get(one.column, changes.default_of(one)), connection
        )
        for one in fields
    }
    values = [value_of(said.get(one.column), one.column) for one in fields]
    statement = ADD.format(
        staging=run.table,
        table=upsert.table,
        targets=", ".join(one.column for one in fields),
        values=", ".join(values),
    )
    added = execute(statement, defaults)
    if added:
        # without it the next statement would be planned for a table without these rows
        execute(f"ANALYZE {upsert.table}")
    return added


def value_of(column: Column | None, name: str) -> str:
    if column is None:
        return f"%({name})s"
    return f"coalesce({', '.join(filter(None, (column.says, column.otherwise, f'%({name})s')))})"

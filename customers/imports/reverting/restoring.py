"""Changed rows get their old values back, column by column, where they still hold what the import wrote."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.core.jobs import JobRefused
from crm.core.models import Job
from customers.imports.reverting.links import label, model_named
from customers.imports.staging import execute, fetch
from customers.models import ImportChange

logger = logging.getLogger(__name__)

# An import may change a row more than once: what it was before the first, and what it wrote last.
GATHER = """
    CREATE TEMPORARY TABLE {changed} ON COMMIT DROP AS
    SELECT n.row_id AS id, max(n.id) AS last, jsonb_object_agg(o.key, o.value ORDER BY n.id DESC) AS old,
           jsonb_object_agg(o.key, n.new -> o.key ORDER BY n.id) AS new
    FROM customers_importchange n CROSS JOIN LATERAL jsonb_each(n.old) o
    WHERE n.job_id = %(job)s AND n.model = %(model)s AND n.action = 'changed'
    GROUP BY n.row_id
"""
HOLDS = "t.{column} IS NOT DISTINCT FROM (jsonb_populate_record(NULL::{table}, g.new)).{column}"
OLD = "(jsonb_populate_record(NULL::{table}, g.old)).{column}"
RESTORE = "UPDATE {table} t SET {sets} FROM {changed} g WHERE g.id = t.{pk} AND ({some_hold})"
COUNT_LEFT = "SELECT count(*) FROM {table} t JOIN {changed} g ON g.id = t.{pk} WHERE NOT ({all_hold})"

UPWARD = "parent_id"  # an account moved since may be below what it would go below again
COUNT_UPWARD = "SELECT count(*) FROM {changed} g WHERE g.old ? 'parent_id'"

# A later import of the same rows found what this one wrote; when it is taken back, too, that is gone.
HAND_ON = """
    UPDATE customers_importchange later SET old = later.old || found.values
    FROM (
        SELECT l.id, jsonb_object_agg(o.key, o.value) AS values
        FROM {changed} g CROSS JOIN LATERAL jsonb_each(g.old) o
        CROSS JOIN LATERAL (
            SELECT n.id, n.old FROM customers_importchange n
            WHERE n.model = %(model)s AND n.row_id = g.id AND n.id > g.last AND n.job_id <> %(job)s
              AND n.old ? o.key
            ORDER BY n.id LIMIT 1
        ) l
        WHERE l.old -> o.key = g.new -> o.key
        GROUP BY l.id
    ) found
    WHERE found.id = later.id
"""


def restore(job: Job) -> dict[str, dict[str, int]]:
    """Give back every model's old values; answers by label how many rows were "restored" and "left" as is.

    A row can be both: one column back, another changed since. What changed stays in temporary tables.
    """
    return {label(model): restore_rows(job, model) for model in changed_models(job)}


def drop(job: Job) -> None:
    """Forget what changed; the notes are still there."""
    for model in changed_models(job):
        execute(f"DROP TABLE {changed_table(model)}")


def changed_models(job: Job) -> list[type[Model]]:
    names = ImportChange.objects.filter(job=job, action="changed").values_list("model", flat=True).distinct()
    return [model_named(name) for name in names.order_by("model")]


def changed_table(model: type[Model]) -> str:
    """Of the transaction: ids of the model's rows that the import had changed, with what."""
    return f"changed_{model._meta.db_table}"


def restore_rows(job: Job, model: type[Model]) -> dict[str, int]:
    changed, about = changed_table(model), {"job": job.pk, "model": label(model)}
    execute(GATHER.format(changed=changed), about)
    execute(HAND_ON.format(changed=changed), about)
    assert model._meta.pk is not None
    names = {"table": model._meta.db_table, "changed": changed, "pk": model._meta.pk.column}
    columns = columns_of(changed)
    if not columns:  # people who were erased since: what they were before is forgotten
        return {"restored": 0, "left": 0}
    try:
        with transaction.atomic():
            return restore_columns(names, columns)
    except IntegrityError as error:
        without = [column for column in columns if column != UPWARD]
        if without == columns:
            raise JobRefused(_("What it changed cannot be put back: %(why)s") % {"why": error}) from error
        logger.info("Trees stay as they are, they have grown in circles since: %s", error)
        [(stay,)] = fetch(COUNT_UPWARD.format(**names))
        counts = restore_columns(names, without) if without else {"restored": 0, "left": 0}
        return counts | {"left": counts["left"] + int(stay)}


def restore_columns(names: Mapping[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Raises IntegrityError where an old value is not possible any more."""
    held = {
        column: f"(NOT g.old ? '{column}' OR {HOLDS.format(column=column, table=names['table'])})"
        for column in columns
    }
    sets = [set_back(names["table"], column) for column in columns]
    some = [
        f"g.old ? '{column}' AND {HOLDS.format(column=column, table=names['table'])}" for column in columns
    ]
    [(left,)] = fetch(COUNT_LEFT.format(all_hold=" AND ".join(held.values()), **names))
    restored = execute(RESTORE.format(sets=", ".join(sets), some_hold=" OR ".join(some), **names))
    return {"restored": restored, "left": int(left)}


def set_back(table: str, column: str) -> str:
    holds, old = HOLDS.format(table=table, column=column), OLD.format(table=table, column=column)
    return f"{column} = CASE WHEN g.old ? '{column}' AND {holds} THEN {old} ELSE t.{column} END"


def columns_of(changed: str) -> list[str]:
    rows = fetch(f"SELECT DISTINCT jsonb_object_keys(old) FROM {changed} ORDER BY 1")  # noqa: S608  (ours)
    return [name for (name,) in rows]

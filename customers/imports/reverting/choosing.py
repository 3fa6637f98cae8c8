"""What goes when an import is taken back, and what stays because somebody has used it since.

First everything that the import added is chosen, with what goes along. Then rows leave the choice: those
that were edited or written by a later import, those that rows point to which do not go, and so on, until all
that is left is pointed to by nothing but itself. The choice lies in temporary tables of the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from crm.core.audit import audited_models
from crm.core.models import Job
from customers.imports.reverting.links import (
    Link,
    condition,
    key_column,
    label,
    links_to,
    model_named,
    taken_table,
    trace_of,
)
from customers.imports.staging import execute, fetch
from customers.models import ImportChange

EDITED, WRITTEN_LATER = "edited", "written_later"

BEGIN = "CREATE TEMPORARY TABLE taking_kept (model text, id bigint, why text) ON COMMIT DROP"
CREATE = "CREATE TEMPORARY TABLE {taken} (id bigint PRIMARY KEY, own boolean NOT NULL) ON COMMIT DROP"
SEED = """
    INSERT INTO {taken}
    SELECT DISTINCT n.row_id, true FROM customers_importchange n JOIN {table} t ON t.id = n.row_id
    WHERE n.job_id = %(job)s AND n.model = %(model)s AND n.action = 'added'
"""
GROW = """
    INSERT INTO {taken}
    SELECT DISTINCT c.{pk}, false FROM {table} c JOIN {parents} p ON p.id = c.{column}
    WHERE {where} AND {unused}
    ON CONFLICT DO NOTHING
"""
KEEP = """
    WITH kept AS (DELETE FROM {taken} p USING {users} RETURNING p.id)
    INSERT INTO taking_kept SELECT DISTINCT %(model)s, id, %(why)s FROM kept
"""
HOLD = """
    SELECT count(*) FROM (
        SELECT t.{pk} FROM {table} t JOIN {taken} g ON g.id = t.{pk} ORDER BY t.{pk} FOR UPDATE OF t
    ) held
"""
USED_MEANWHILE = "DELETE FROM {taken} g USING {table} c WHERE c.{pk} = g.id AND NOT g.own AND NOT ({unused})"
# What jobs changed is noted elsewhere. A row that was there before and came again has been inserted twice.
EDITED_SINCE = """
    {history} e LEFT JOIN pghistory_context x ON x.id = e.pgh_context_id
    WHERE e.pgh_obj_id = p.id AND e.pgh_label = 'update' AND NOT coalesce(x.metadata ? 'job', false)
      AND NOT EXISTS (
          SELECT 1 FROM {history} i
          WHERE i.pgh_obj_id = e.pgh_obj_id AND i.pgh_label = 'insert' AND i.pgh_id > e.pgh_id
      )
"""
NOTED_LATER = """
    customers_importchange n WHERE n.model = %(model)s AND n.row_id = p.id AND n.job_id <> %(job)s
"""
# Taking that later import back would make the row point here again.
POINTED_TO_LATER = """
    customers_importchange n
    WHERE n.model = %(child)s AND n.job_id <> %(job)s AND n.action = 'changed'
      AND (n.old ->> %(column)s)::bigint = p.id
"""
POINTED_TO = "{table} c WHERE c.{column} = p.id AND {where} {but_those_going}"
BUT_THOSE_GOING = "AND NOT EXISTS (SELECT 1 FROM {taken} g WHERE g.id = c.{pk})"
STRAND = "DELETE FROM {taken} g USING {table} c WHERE c.{pk} = g.id AND NOT g.own AND {parents_stay}"
PARENT_STAYS = "NOT EXISTS (SELECT 1 FROM {taken} p WHERE p.id = c.{column} AND {where})"


class Choice:
    """The models with rows that go, and the links between them and to all others."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.models: list[type[Model]] = []
        execute(BEGIN)

    def drop(self) -> None:
        """Forget the choice; who asks again in the same transaction makes a new one."""
        tables = ["taking_kept", *(taken_table(model) for model in self.models)]
        execute(f"DROP TABLE {', '.join(tables)}")

    @property
    def links(self) -> list[Link]:
        return [link for parent in self.models for link in links_to(parent)]

    def take(self, model: type[Model]) -> None:
        """Make room for rows of a model."""
        if model not in self.models:
            self.models.append(model)
            execute(CREATE.format(taken=taken_table(model)))


def choose(job: Job) -> Choice:
    """Find what goes when this import is taken back."""
    choice = Choice(job)
    for model in added_models(job):
        choice.take(model)
        names = {"taken": taken_table(model), "table": model._meta.db_table}
        execute(SEED.format(**names), {"job": job.pk, "model": label(model)})
    grow(choice, choice.models)
    for model in choice.models:
        execute(f"ANALYZE {taken_table(model)}")
    hold(choice)
    keep_edited(choice)
    keep_pointed_to(choice)
    return choice


def added_models(job: Job) -> list[type[Model]]:
    """Of what the import added, what can be removed at all."""
    names = ImportChange.objects.filter(job=job, action="added").values_list("model", flat=True).distinct()
    models = [model_named(name) for name in names.order_by("model")]
    return [model for model in models if not ((trace := trace_of(model)) and trace.stay)]


def grow(choice: Choice, models: Iterable[type[Model]]) -> None:
    """Let go along what belongs to rows of these models, and what belongs to that."""
    waiting = list(models)
    while waiting:
        for link in links_to(waiting.pop(0)):
            if link.along and go_along(choice, link) and link.child not in waiting:
                waiting.append(link.child)


def go_along(choice: Choice, link: Link) -> int:
    choice.take(link.child)
    trace = trace_of(link.child)
    statement = GROW.format(
        taken=taken_table(link.child),
        pk=key_column(link.child),
        table=link.child._meta.db_table,
        parents=taken_table(link.parent),
        column=link.column,
        where=link.where,
        unused=condition(link.child, trace.unused) if trace else "true",
    )
    return execute(statement, {})


def hold(choice: Choice) -> None:
    """Lock what is chosen: nobody edits or uses it while we look who did. What was used just now stays."""
    for model in choice.models:
        names = {"table": model._meta.db_table, "taken": taken_table(model), "pk": key_column(model)}
        execute(HOLD.format(**names))
        if trace := trace_of(model):
            execute(USED_MEANWHILE.format(unused=condition(model, trace.unused), **names), {})


def keep_edited(choice: Choice) -> None:
    """Rows that somebody changed by hand stay, and rows that a later import wrote."""
    histories = audited_models()
    for model in choice.models:
        if model._meta.label_lower in histories:
            history = histories[label(model)]._meta.db_table
            keep(choice, model, EDITED_SINCE.format(history=history), EDITED)
        keep(choice, model, NOTED_LATER, WRITTEN_LATER)


def keep_pointed_to(choice: Choice) -> None:
    """Rows that others point to which stay must stay themselves; round by round, until nothing moves."""
    changed_later = set(
        ImportChange.objects.exclude(job=choice.job)
        .filter(action="changed")
        .values_list("model", flat=True)
        .order_by("model")
        .distinct()
    )
    for link in choice.links:
        if label(link.child) in changed_later:
            about = {"child": label(link.child), "column": link.column}
            keep(choice, link.parent, POINTED_TO_LATER, WRITTEN_LATER, **about)
    links = choice.links
    while links:
        moved = {link.parent for link in links if keep_parents(choice, link)}
        moved |= strand(choice, moved)
        links = [link for link in choice.links if link.child in moved]


def keep_parents(choice: Choice, link: Link) -> int:
    going = link.child in choice.models
    names = {"pk": key_column(link.child), "taken": taken_table(link.child)}
    users = POINTED_TO.format(
        table=link.child._meta.db_table,
        column=link.column,
        where=link.where,
        but_those_going=BUT_THOSE_GOING.format(**names) if going else "",
    )
    return keep(choice, link.parent, users, label(link.child))


def keep(choice: Choice, model: type[Model], users: str, why: str, **params: Any) -> int:
    statement = KEEP.format(taken=taken_table(model), users=users)
    return execute(statement, {"model": label(model), "why": why, "job": choice.job.pk, **params})


def strand(choice: Choice, stayed: set[type[Model]]) -> set[type[Model]]:
    """What was only going along with rows that stay now stays, too. Answers the models it happened to."""
    moved: set[type[Model]] = set()
    while stayed:
        children = {link.child for link in choice.links if link.along and link.parent in stayed}
        stayed = {child for child in children if stay_behind(choice, child)}
        moved |= stayed
    return moved


def stay_behind(choice: Choice, child: type[Model]) -> int:
    parents = [link for link in choice.links if link.along and link.child is child]
    stays = [
        PARENT_STAYS.format(taken=taken_table(link.parent), column=link.column, where=link.where)
        for link in parents
    ]
    statement = STRAND.format(
        taken=taken_table(child),
        table=child._meta.db_table,
        pk=key_column(child),
        parents_stay=" AND ".join(stays),
    )
    return execute(statement, {})


def count(model: type[Model]) -> int:
    """How many rows of a model go."""
    [(number,)] = fetch(f"SELECT count(*) FROM {taken_table(model)}")  # noqa: S608  (the name is ours)
    return int(number)

"""Take an import back: everything in one transaction, or nothing; or try it out and roll it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pghistory
from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.db.models.expressions import RawSQL

from crm.core.audit import audited_models
from crm.core.immutable import unlocked
from crm.core.models import Job
from crm.core.registry import registry
from customers.imports.reverting import choosing, handing, restoring, settling, telling
from customers.imports.reverting.choosing import Choice
from customers.imports.reverting.links import TREE, key_column, label, links_to, taken_table
from customers.imports.staging import execute
from customers.models import Account, ImportChange

REMEMBER = """
    INSERT INTO customers_formerrow (model, key, row_id)
    SELECT n.model, n.key, n.row_id FROM customers_importchange n JOIN {taken} g ON g.id = n.row_id
    WHERE n.job_id = %(job)s AND n.model = %(model)s AND n.action = 'added' AND n.key IS NOT NULL
    ON CONFLICT DO NOTHING
"""
GONE = "SELECT id FROM {taken}"
REMOVE = "DELETE FROM {table} t USING {taken} g WHERE g.id = t.{column}"


def take_back(job: Job, *, by: Job) -> dict[str, Any]:
    """Undo what `job` wrote, on behalf of the job `by`, in a transaction that holds the lock of imports.

    The report counts by model the rows "removed", and of the changed ones those "restored" and those "left"
    because they were changed since; "kept" says what stays and why. Afterwards all notes on it are gone.
    """
    with pghistory.context(user=by.created_by_id, job=by.pk):
        # Checks that wait for the commit are walked through by every audit row: that would be quadratic.
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        changed = restoring.restore(job)
        choice = choosing.choose(job)
        report = telling.report_of(choice, changed)
        handing.hand_on(choice)
        settling.begin(job, choice)
        settling.take_told(choice)
        remember(choice)
        remove(choice)
        settling.finish(job)
        restoring.drop(job)
        choice.drop()
        ImportChange.objects.filter(job=job).delete()
        return report


def try_out(job: Job, *, by: Job) -> dict[str, Any]:
    """What `take_back` would do: it is done, looked at, and rolled back."""
    with transaction.atomic():
        report = take_back(job, by=by)
        transaction.set_rollback(True)
    return report


def remember(choice: Choice) -> None:
    """Keep the ids of what goes, for when a file brings the same again."""
    for model in choice.models:
        about = {"job": choice.job.pk, "model": label(model)}
        execute(REMEMBER.format(taken=taken_table(model)), about)


def remove(choice: Choice) -> None:
    """Delete what was chosen, those that point to others first; the audit loses their personal words."""
    with unlocked():
        for model in children_first(choice.models):
            if model is Account:
                delete(TREE, "descendant_id", of=Account)
            delete(model, key_column(model), of=model)
        forget_words(choice)


def children_first(models: list[type[Model]]) -> list[type[Model]]:
    ordered: list[type[Model]] = []
    waiting = list(models)
    while waiting:
        free = [model for model in waiting if not pointed_to(model, by=waiting)]
        ordered += free
        waiting = [model for model in waiting if model not in free]
    return ordered


def pointed_to(model: type[Model], *, by: list[type[Model]]) -> bool:
    return any(link.child in by and link.child is not model for link in links_to(model))


def delete(model: type[Model], column: str, *, of: type[Model]) -> None:
    execute(REMOVE.format(table=model._meta.db_table, taken=taken_table(of), column=column))


def forget_words(choice: Choice) -> None:
    """Nobody can ask for people to be forgotten who are not here: the history of their rows says nothing."""
    histories = audited_models()
    for handler in registry.customer_data.values():
        model = apps.get_model(handler.model)
        history = histories.get(label(model))
        if model in choice.models and history and isinstance(handler.erase, Mapping):
            gone = RawSQL(GONE.format(taken=taken_table(model)), [])  # noqa: S611  (the name is ours)
            history.objects.filter(pgh_obj_id__in=gone).update(**handler.erase)

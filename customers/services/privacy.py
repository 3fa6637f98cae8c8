"""A person's right to a copy of their data and to be forgotten, over every table and its audit history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from crm.core.audit import audited_models
from crm.core.immutable import unlocked
from crm.core.models import Download, IdempotencyRecord, Job, User
from crm.core.registry import CustomerData, registry
from customers.models import Contact, ImportChange


def export_contact(*, contact: Contact) -> dict[str, list[dict[str, Any]]]:
    """Everything we hold on a person: model label → rows of the fields their handlers name."""
    copy: dict[str, list[dict[str, Any]]] = {}
    for handler in registry.customer_data.values():
        if handler.contact and handler.export:
            rows = rows_of(handler, contact).values(*handler.export)
            copy[handler.model] = list(rows.order_by("pk"))
    return copy | export_named(address=contact.email)


def export_named(*, address: str) -> dict[str, list[dict[str, Any]]]:
    """What others told us of whoever has this mail address: heading → rows of the fields handlers name."""
    return {
        str(handler.label): list(handler.find(address).order_by("pk").values(*handler.export))
        for handler in registry.named_people.values()
    }


def rows_of(handler: CustomerData, contact: Contact) -> QuerySet[Model]:
    """The rows of one model that are about a person."""
    model: Any = apps.get_model(handler.model)
    return model._default_manager.filter(**{str(handler.contact): contact.pk}).distinct()


@transaction.atomic
def erase_contact(*, contact: Contact, actor: User) -> dict[str, int]:
    """Overwrite or delete every personal word about somebody; answers model label → rows touched.

    Rows that only hold ids stay, so that sums, points and answers keep their figures. The audit history of
    the rows loses the same words. It cannot be undone.
    """
    touched: dict[str, int] = {}
    # locked with its key: who is writing a row about this person just now is waited for, and erased as well
    Contact.objects.select_for_update().get(pk=contact.pk)
    with unlocked():
        Contact.objects.filter(pk=contact.pk).update(erased_at=timezone.now())
        for handler in registry.customer_data.values():
            if handler.contact and handler.erase != "keep":
                count = erase_rows(handler, rows_of(handler, contact))
                if count:
                    touched[handler.model] = count
        for named in registry.named_people.values():
            named.erase(contact.email)
        forget_words([contact.email, contact.full_name, contact.last_name, contact.phone])
    contact.refresh_from_db()
    return touched


def forget_words(words: Iterable[str]) -> None:
    """Answers kept for repeated API requests, examples of checked files, and what lists were narrowed to, may
    name the person, too."""
    spelled = [json.dumps(word, ensure_ascii=False)[1:-1] for word in words if word]
    named = reduce(or_, (Q(text__icontains=word) for word in spelled), Q(pk__in=[]))
    IdempotencyRecord.objects.alias(text=Cast("body", TextField())).filter(named).delete()
    for job in Job.objects.alias(text=Cast("report", TextField())).filter(named, report__has_key="examples"):
        del job.report["examples"]
        job.save(update_fields=["report"])
    with unlocked():
        Download.objects.alias(text=Cast("filters", TextField())).filter(named).update(filters={})


def erase_rows(handler: CustomerData, found: QuerySet[Any]) -> int:
    """Overwrite or delete rows as their handler says, in their audit history, too. Answers how many."""
    if isinstance(handler.erase, Mapping):
        return overwrite_rows(found, handler.erase)
    ids, rows, history = with_history(found)
    rows.delete()
    if history is not None:
        history.delete()
    return len(ids)


def overwrite_rows(found: QuerySet[Any], words: Mapping[str, Any]) -> int:
    """Put these values into rows, and into their audit history, too. Answers how many rows."""
    ids, rows, history = with_history(found)
    rows.update(**words)
    noted = ImportChange.objects.filter(model=found.model._meta.label_lower, row_id__in=ids)
    noted.update(old={}, new={}, key=None)  # taking the import back must not bring back what it had found
    if history is not None:
        history.update(**words)
    return len(ids)


def with_history(found: QuerySet[Any]) -> tuple[list[int], QuerySet[Any], QuerySet[Any] | None]:
    """Ids of rows, the rows by their ids, and what the audit keeps of them (None for what is not audited)."""
    ids = list(found.values_list("pk", flat=True))
    model: Any = found.model
    history = audited_models().get(model._meta.label_lower)
    rows = model._default_manager.filter(pk__in=ids)
    return ids, rows, history.objects.filter(pgh_obj_id__in=ids) if history else None

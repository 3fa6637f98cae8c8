"""The same rights for people who are no contacts, but whom somebody named to us: found by mail address."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from crm.core.immutable import unlocked
from crm.core.registry import registry
from customers.models import Task, TimelineEntry, TimelineWords
from customers.services.privacy import erase_rows


@transaction.atomic
def erase_named(*, address: str) -> int:
    """Overwrite every word about whoever has this address; answers how many rows named them.

    The rows stay, with their ids and states. It cannot be undone.
    """
    with unlocked():
        return sum(handler.erase(address) for handler in registry.named_people.values())


@transaction.atomic
def erase_traces(*, task_keys: Collection[str], entry_keys: Collection[str]) -> None:
    """Overwrite what tasks (by what asked for them) and the timeline (by key) tell of somebody."""
    tasks = Task.objects.filter(source_key__in=task_keys)
    done = Q(
        kind="customers.task_done",
        account__in=list(tasks.values_list("account", flat=True)),
        data__task__in=list(tasks.values_list("pk", flat=True)),
    )
    entries = TimelineEntry.objects.filter(done | Q(key__in=entry_keys))
    with unlocked():
        for label, rows in (
            ("customers.Task", tasks),
            ("customers.TimelineWords", TimelineWords.objects.filter(entry__in=entries)),
            ("customers.TimelineEntry", entries),
        ):
            erase_rows(registry.customer_data[label], rows)

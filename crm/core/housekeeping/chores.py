"""What the apps clear away, and the round that goes through all of it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.exports import files
from crm.core.immutable import unlocked
from crm.core.models import (
    Delivery,
    HousekeepingRun,
    IdempotencyRecord,
    Job,
    OutboxEvent,
    Retention,
    Tick,
    WebhookDelivery,
)
from crm.core.registry import registry

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

logger = logging.getLogger(__name__)

BATCH = 5000
LONGEST = 10  # seconds for one kind of rows; what is left goes with the next round
KEPT_RUNS = 100


@dataclass(frozen=True, kw_only=True)
class Chore:
    """Something to clear away; `run(retention)` answers how many rows or files went."""

    name: str
    label: _StrOrPromise
    run: Callable[[Retention], int]


def keep_house() -> HousekeepingRun:
    """Go through every chore; one that fails is logged, shown, and does not keep the others from theirs."""
    retention = Retention.load()
    deleted: dict[str, int | None] = {}
    for chore in registry.chores.values():
        try:
            deleted[chore.name] = chore.run(retention)
        except Exception:
            logger.exception("The chore %s failed", chore.name)
            deleted[chore.name] = None
    run = HousekeepingRun.objects.create(deleted=deleted)
    HousekeepingRun.objects.filter(pk__lte=run.pk - KEPT_RUNS).delete()
    return run


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete rows a batch per transaction, so that nobody waits for the whole; history may go, too."""
    deleted, deadline = 0, time.monotonic() + LONGEST
    while True:
        with unlocked():
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            rows.model._default_manager.filter(pk__in=ids).delete()
        deleted += len(ids)
        if len(ids) < BATCH or time.monotonic() > deadline:
            return deleted


def before(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def forget_events(retention: Retention) -> int:
    """Reactions that are done, then the events that nobody has still to react to."""
    moment = before(retention.events)
    delete_in_batches(Delivery.objects.filter(state=Delivery.State.DONE, done_at__lt=moment))
    unfinished = Delivery.objects.filter(event=OuterRef("pk"))
    return delete_in_batches(OutboxEvent.objects.filter(~Exists(unfinished), at__lt=moment))


def forget_jobs(retention: Retention) -> int:
    return delete_in_batches(Job.objects.filter(finished_at__lt=before(retention.jobs)))


def forget_export_files(retention: Retention) -> int:
    return files.sweep(keep=dt.timedelta(days=retention.export_files))


def forget_api_answers(retention: Retention) -> int:
    return delete_in_batches(IdempotencyRecord.objects.filter(created_at__lt=before(retention.api_answers)))


def forget_webhook_deliveries(retention: Retention) -> int:
    return delete_in_batches(WebhookDelivery.objects.filter(at__lt=before(retention.webhooks)))


def forget_ticks(retention: Retention) -> int:
    """Slots that are over: without its row, one that is not would be begun a second time."""
    longest = max((task.every for task in registry.periodic.values()), default=dt.timedelta(0))
    moment = min(before(retention.ticks), timezone.now() - longest)
    return delete_in_batches(Tick.objects.filter(at__lt=moment))


CHORES = [
    Chore(name="events", label=_("Events everybody has reacted to"), run=forget_events),
    Chore(name="jobs", label=_("Finished jobs"), run=forget_jobs),
    Chore(name="export files", label=_("Files of exports"), run=forget_export_files),
    Chore(name="api answers", label=_("Answers to repeated API requests"), run=forget_api_answers),
    Chore(name="webhooks", label=_("What other programs were told"), run=forget_webhook_deliveries),
    Chore(name="ticks", label=_("Scheduled work that was begun"), run=forget_ticks),
]

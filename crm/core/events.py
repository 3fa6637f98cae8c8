"""Announce upwards: an event and one delivery per reaction, in the caller's transaction (an outbox).

    publish(PurchaseDelivered(purchase_id=1, account_id=2, ...))

A reaction is one function of one event. It touches the database only, runs in the transaction that marks its
delivery done, and must bear repeats and reordering. Who reacts to what stands in `crm/wiring.py`.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from crm.core.models import Delivery
from crm.core.nudge import nudge
from crm.core.registry import Reaction, registry
from crm.core.webhooks.queueing import queue_events

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
BATCH = 1000
INSERT = """
    INSERT INTO core_outboxevent (name, payload, at)
    SELECT name, payload, %s FROM unnest(%s::text[], %s::jsonb[]) AS event (name, payload)
    RETURNING id
"""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. Fields are ids and primitives; `name` never changes once released."""

    name: ClassVar[str]

    @classmethod
    def from_payload(cls, payload: dict[str, object]) -> Self:
        return cls(**payload)


def publish(event: Event) -> None:
    """Record that something happened, for every registered reaction to hear of after the commit."""
    publish_many([event])


def publish_many(events: Sequence[Event]) -> None:
    """The same for many events in three statements. Must be called inside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish() belongs in the transaction of what it announces.")
    for start in range(0, len(events), BATCH):
        publish_batch(events[start : start + BATCH])


def publish_batch(events: Sequence[Event]) -> None:
    ids = insert_events(events)
    deliveries = [
        Delivery(event_id=pk, reaction=reaction_name(reaction))
        for pk, event in zip(ids, events, strict=True)
        for reaction in reactions_to(event)
    ]
    if deliveries:
        Delivery.objects.bulk_create(deliveries)
        nudge("crm.core.tasks.drain_outbox")
    queue_events(ids)


def insert_events(events: Sequence[Event]) -> list[int]:
    """The ids of the new rows. Plain rows: thousands come at once, and nobody wants them as objects."""
    payloads = [json.dumps(vars(event)) for event in events]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [timezone.now(), [event.name for event in events], payloads])
        return [pk for (pk,) in cursor.fetchall()]


def when(condition: Callable[[Any], bool]) -> Callable[[Reaction], Reaction]:
    """Marks a reaction to some events of a kind only: the others are never delivered to it."""

    def mark(reaction: Reaction) -> Reaction:
        vars(reaction)["condition"] = condition
        return reaction

    return mark


def reactions_to(event: Event) -> list[Reaction]:
    found = registry.reactions.get(type(event), ())
    return [reaction for reaction in found if vars(reaction).get("condition", always)(event)]


def always(event: Event) -> bool:
    return True


def reaction_name(reaction: Reaction) -> str:
    """The stable name of a reaction: `loyalty.grant_points` for the function in `loyalty/reactions.py`."""
    return f"{reaction.__module__.removesuffix('.reactions')}.{reaction.__name__}"


def drain(*, limit: int = 1000) -> int:
    """Run due deliveries, each in a transaction of its own, until none is due or `limit` is reached."""
    handled = 0
    while handled < limit and drain_one():
        handled += 1
    return handled


@transaction.atomic
def drain_one() -> bool:
    """Run the delivery that has been due longest and that nobody else is running; False when there is none.

    One at a time, so that the locks of one reaction never wait for those of another.
    """
    due = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=Delivery.State.PENDING, due_at__lte=timezone.now())
        .select_related("event")
        .order_by("due_at", "id")
        .first()
    )
    if due:
        deliver(due)
    return due is not None


def deliver(delivery: Delivery) -> None:
    """Run one reaction in a savepoint and write down how it went."""
    try:
        with transaction.atomic():
            react(delivery)
    except Exception as error:  # whatever a reaction raises is its delivery's failure, not the drain's
        logger.warning("Reaction %s failed", delivery.reaction, exc_info=True)
        note_failure(delivery, error)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.DONE, done_at=timezone.now(), attempts=F("attempts") + 1, last_error=""
        )


def react(delivery: Delivery) -> None:
    for event_class, reactions in registry.reactions.items():
        if event_class.name != delivery.event.name:
            continue
        for reaction in reactions:
            if reaction_name(reaction) == delivery.reaction:
                event = event_class.from_payload(delivery.event.payload)
                if reaction in reactions_to(event):
                    reaction(event)
                return
    raise LookupError(f"Nothing is registered as {delivery.reaction} for {delivery.event.name}.")


def note_failure(delivery: Delivery, error: Exception) -> None:
    attempts = delivery.attempts + 1
    dead = attempts >= MAX_ATTEMPTS
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=attempts,
        state=Delivery.State.DEAD if dead else Delivery.State.PENDING,
        due_at=timezone.now() + backoff(attempts),
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def backoff(attempts: int) -> dt.timedelta:
    """5 s, 10 s, 20 s … at most an hour."""
    return dt.timedelta(seconds=min(3600, 5 * 2 ** (attempts - 1)))


def retry_dead(ids: Sequence[int]) -> int:
    """Give dead deliveries ten more attempts from now. Answers how many were dead."""
    with transaction.atomic():
        count = Delivery.objects.filter(pk__in=ids, state=Delivery.State.DEAD).update(
            state=Delivery.State.PENDING, attempts=0, due_at=timezone.now()
        )
        nudge("crm.core.tasks.drain_outbox")
    return count

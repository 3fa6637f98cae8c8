"""Plan messages in bulk, and take them back before they are sent."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from crm.core.events import publish_many
from crm.core.nudge import nudge
from crm.core.registry import registry
from customers.events import MessageSettled
from customers.outreach.models import Content, Message
from customers.outreach.models.messages import MessageQuerySet
from customers.outreach.reasons import Reason

SLICE = 1000
INSERT = """
    INSERT INTO customers_message (
        contact_id, account_id, kind, topic_id, content_id, reference, key, due_at,
        state, reason, detail, attempts, address, subject, message_id, created_at
    )
    SELECT contact_id, account_id, kind, topic_id, content_id, reference, key, due_at,
           'planned', '', '', 0, '', '', message_id, now()
    FROM (VALUES %s) AS new (
        contact_id, account_id, kind, topic_id, content_id, reference, key, due_at, message_id
    )
    ON CONFLICT (key) DO NOTHING
    RETURNING 1
"""
ROW = "(%s::bigint, %s::bigint, %s, %s, %s::bigint, %s::bigint, %s, %s::timestamptz, %s)"


@dataclass(frozen=True, kw_only=True)
class PlannedMessage:
    """A message to be: `reference` is the planner's own row, `key` makes planning it twice harmless."""

    kind: str
    contact_id: int
    account_id: int
    reference: int
    key: str
    content: str
    due_at: dt.datetime = field(default_factory=timezone.now)


@transaction.atomic
def plan_messages(messages: Sequence[PlannedMessage]) -> int:
    """Add messages, skipping those whose key is there already; answers how many are new.

    Takes no lock on contacts, so that many planners can work at once. Raises KeyError for a kind nobody
    registered and LookupError for a content that does not exist.
    """
    contents = content_ids({message.content for message in messages})
    rows = [row_of(message, contents) for message in messages]
    added = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), SLICE):
            slice_ = rows[start : start + SLICE]
            added += len(execute_values(cursor.cursor, INSERT, slice_, ROW, page_size=SLICE, fetch=True))
    now = timezone.now()
    if added and any(message.due_at <= now for message in messages):
        nudge("customers.tasks.send_due_messages")
    return added


def content_ids(slugs: set[str]) -> dict[str, int]:
    found = dict(Content.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    missing = slugs - found.keys()
    if missing:
        raise LookupError(f"There is no content named {', '.join(sorted(missing))}.")
    return found


def row_of(message: PlannedMessage, contents: dict[str, int]) -> tuple[object, ...]:
    return (
        message.contact_id,
        message.account_id,
        message.kind,
        registry.message_kinds[message.kind].topic,
        contents[message.content],
        message.reference,
        message.key,
        message.due_at,
        message_id(message.key),
    )


def message_id(key: str) -> str:
    """The Message-ID header: the same for every attempt at a message, and telling nothing of its key."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


@transaction.atomic
def cancel_messages(*, kind: str, references: Collection[int], reason: str) -> int:
    """Refuse what is still waiting for these references; `reason` says why in words. Answers how many."""
    waiting = Message.objects.waiting().filter(kind=kind, reference__in=list(references))
    return cancel(lock(waiting), reason)


@transaction.atomic
def cancel_message(*, message: Message, reason: str) -> bool:
    """Refuse one message unless it is on its way already."""
    return cancel(lock(Message.objects.waiting().filter(pk=message.pk)), reason) == 1


@transaction.atomic
def reschedule_messages(*, kind: str, references: Collection[int], due_at: dt.datetime) -> int:
    """Let what is still waiting for these references go at another time. Answers how many."""
    waiting = Message.objects.waiting().filter(kind=kind, reference__in=list(references))
    return Message.objects.filter(pk__in=lock(waiting)).update(due_at=due_at)


def lock(waiting: MessageQuerySet) -> list[int]:
    """The ids of these messages, locked in one order, so that nobody waits for each other in a circle."""
    return list(waiting.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def cancel(locked_ids: list[int], reason: str) -> int:
    rows = Message.objects.filter(pk__in=locked_ids)
    rows.update(state=Message.State.REFUSED, reason=Reason.CANCELLED, detail=reason[:300])
    publish_many(
        [
            MessageSettled(
                message_id=pk,
                kind=kind,
                reference=reference,
                state=Message.State.REFUSED,
                reason=Reason.CANCELLED,
            )
            for pk, kind, reference in rows.values_list("pk", "kind", "reference")
        ]
    )
    return len(locked_ids)

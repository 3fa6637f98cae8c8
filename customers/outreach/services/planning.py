"""Plan messages in bulk, and take them back before they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.core.events import publish_many
from crm.core.nudge import nudge
from crm.core.registry import registry
from customers.events import MessageSettled
from customers.models.contacts import Contact
from customers.outreach.models import Content, Message, Touch
from customers.outreach.models.messages import MessageQuerySet
from customers.outreach.reasons import Reason

SLICE = 5000
# `new` has a row for each message. Its Message-ID is the same for every attempt and tells nothing of its key.
INSERT = """
    INSERT INTO customers_message (
        contact_id, account_id, kind, topic_id, content_id, reference, key, due_at,
        state, reason, detail, attempts, address, subject, message_id, created_at
    )
    SELECT contact_id, account_id, kind, topic_id, content_id, reference, key, due_at,
           'planned', '', '', 0, '', '',
           '<' || left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 40) || '@' || %(host)s || '>', now()
    FROM ({new}) AS new (contact_id, account_id, kind, topic_id, content_id, reference, key, due_at)
    ON CONFLICT (key) DO NOTHING
"""
ROWS = """
    SELECT * FROM unnest(
        %(contacts)s::bigint[], %(accounts)s::bigint[], %(kinds)s::text[], %(topics)s::text[],
        %(contents)s::bigint[], %(references)s::bigint[], %(keys)s::text[], %(due_ats)s::timestamptz[]
    )
"""
# In the order of contacts, which keeps neighbours together in every index.
EVERYBODY = """
    SELECT c.id, c.account_id, %(kind)s, %(topic)s, %(content)s, %(reference)s::bigint,
           %(key)s || ':' || c.id, %(due_at)s
    FROM ({contacts}) AS c (id, account_id) ORDER BY c.id
"""


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
    added = 0
    for start in range(0, len(messages), SLICE):
        added += insert(ROWS, columns(messages[start : start + SLICE], contents))
    if added:
        send_when_due(min(message.due_at for message in messages))
    return added


@transaction.atomic
def plan_for_everybody(
    *,
    contacts: QuerySet[Contact],
    kind: str,
    content: str,
    reference: int,
    key: str,
    due_at: dt.datetime | None = None,
) -> int:
    """Plan the same message for each of these contacts, in one statement however many they are.

    `key` names the occasion: planned again, only those who were not among them get one. Raises KeyError and
    LookupError as above. Answers how many are new.
    """
    due_at = due_at or timezone.now()
    chosen, chosen_params = contacts.order_by().values_list("pk", "account_id").query.sql_with_params()
    with connection.cursor() as cursor:
        contacts_sql = cursor.mogrify(chosen, chosen_params).decode().replace("%", "%%")
    params: dict[str, Any] = {
        "kind": kind,
        "topic": registry.message_kinds[kind].topic,
        "content": content_ids({content})[content],
        "reference": reference,
        "key": key,
        "due_at": due_at,
    }
    added = insert(EVERYBODY.replace("{contacts}", contacts_sql), params)
    if added:
        send_when_due(due_at)
    return added


def insert(new: str, params: dict[str, Any]) -> int:
    """Add the rows of `new`, a query; answers how many were not there yet."""
    host = urlsplit(settings.SITE_URL).hostname
    with connection.cursor() as cursor:
        cursor.execute(INSERT.replace("{new}", new), params | {"host": host})
        return cursor.rowcount


def send_when_due(due_at: dt.datetime) -> None:
    if due_at <= timezone.now():
        nudge("customers.tasks.send_due_messages")


def content_ids(slugs: set[str]) -> dict[str, int]:
    found = dict(Content.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    missing = slugs - found.keys()
    if missing:
        raise LookupError(f"There is no content named {', '.join(sorted(missing))}.")
    return found


def columns(messages: Sequence[PlannedMessage], contents: dict[str, int]) -> dict[str, Any]:
    return {
        "contacts": [message.contact_id for message in messages],
        "accounts": [message.account_id for message in messages],
        "kinds": [message.kind for message in messages],
        "topics": [registry.message_kinds[message.kind].topic for message in messages],
        "contents": [contents[message.content] for message in messages],
        "references": [message.reference for message in messages],
        "keys": [message.key for message in messages],
        "due_ats": [message.due_at for message in messages],
    }


@transaction.atomic
def cancel_messages(*, kind: str, references: Collection[int], reason: str) -> int:
    """Refuse what nobody sends yet for these references; `reason` says why in words. Answers how many."""
    stoppable = Message.objects.stoppable().filter(kind=kind, reference__in=list(references))
    return cancel(lock(stoppable), reason)


@transaction.atomic
def cancel_message(*, message: Message, reason: str) -> bool:
    """Refuse one message unless it is on its way already; a sender that has claimed it leaves it out."""
    return cancel(lock(Message.objects.stoppable().filter(pk=message.pk)), reason) == 1


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
    rows.update(
        state=Message.State.REFUSED,
        reason=Reason.CANCELLED,
        detail=reason[:300],
        lease=None,
        lease_until=None,
    )
    Touch.objects.filter(message_id__in=locked_ids).delete()
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

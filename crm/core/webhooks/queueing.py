"""One row per event and subscription that wants it, in the transaction that publishes the event."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from crm.core.nudge import nudge

QUEUE = """
    INSERT INTO core_webhookdelivery
        (subscription_id, public_id, event, at, data, state, attempts, due_at, answer_start, last_error)
    SELECT s.id, gen_random_uuid(), e.name, e.at, e.payload, 'pending', 0, e.at, '', ''
    FROM core_webhooksubscription s JOIN core_outboxevent e ON e.name = ANY(s.events)
    WHERE s.is_active AND e.id = ANY(%s)
"""


def queue_events(event_ids: Sequence[int]) -> int:
    """Note what has to be told to whom, and wake a worker. One statement, however many events."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [list(event_ids)])
        count = cursor.rowcount
    if count:
        nudge("crm.core.tasks.deliver_webhooks")
    return count

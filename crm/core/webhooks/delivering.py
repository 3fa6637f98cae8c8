"""Deliver what is due, outside of any transaction: at least once, and no receiver holds up another.

A claim takes rows of several subscriptions under a lease and commits. Each subscription then has one thread
for one request at a time; threads never touch the database, every answer is written down as it comes.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.models import WebhookDelivery
from crm.core.nudge import nudge
from crm.core.outgoing import Refused, Unanswered, request
from crm.core.sealing import Unreadable, unseal
from crm.core.webhooks.settling import MAX_ATTEMPTS, Outcome, release, settle
from crm.core.webhooks.signing import body_of, headers_for

RUN_SECONDS = 30.0
SIDE_BY_SIDE = 8
KEPT_OF_ANSWER = 500  # bytes
CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT s.id FROM core_webhooksubscription s
        CROSS JOIN LATERAL (
            SELECT due_at FROM core_webhookdelivery d
            WHERE d.subscription_id = s.id AND d.state = 'pending' AND d.due_at <= %(now)s
            ORDER BY due_at LIMIT 1
        ) oldest
        WHERE s.is_active AND (s.resting_until IS NULL OR s.resting_until <= %(now)s)
        ORDER BY oldest.due_at LIMIT %(subscriptions)s
    ), due AS MATERIALIZED (
        SELECT waiting.id FROM chosen CROSS JOIN LATERAL (
            SELECT d.id FROM core_webhookdelivery d
            WHERE d.subscription_id = chosen.id AND d.state = 'pending' AND d.due_at <= %(now)s
            ORDER BY d.due_at, d.id LIMIT 50 FOR UPDATE SKIP LOCKED
        ) waiting
    )
    UPDATE core_webhookdelivery d SET
        lease = %(lease)s, due_at = %(until)s, attempts = attempts + 1,
        state = CASE WHEN attempts >= %(most)s THEN 'dead' ELSE 'pending' END
    FROM due WHERE d.id = due.id
"""


def deliver_due() -> int:
    """Deliver until nothing is due, for half a minute at most. Answers how many attempts were made."""
    ends, attempts = time.monotonic() + RUN_SECONDS, 0
    while time.monotonic() < ends:
        claimed = claim()
        if not claimed:
            return attempts
        attempts += deliver_claimed(claimed)
    nudge("crm.core.tasks.deliver_webhooks")
    return attempts


def claim() -> list[WebhookDelivery]:
    """Rows that are ours until their lease is over; a worker that dies leaves them due again by then."""
    now, lease = timezone.now(), uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "now": now,
                "lease": lease,
                "until": now + dt.timedelta(seconds=settings.LEASE_SECONDS),
                "subscriptions": SIDE_BY_SIDE,
                "most": MAX_ATTEMPTS,
            },
        )
    mine = WebhookDelivery.objects.filter(lease=lease, state=WebhookDelivery.State.PENDING)
    return list(mine.select_related("subscription").order_by("subscription_id", "id"))


def deliver_claimed(claimed: list[WebhookDelivery]) -> int:
    """One request at a time per subscription; after a failure the rest of its rows goes back unharmed."""
    queues = [iter(list(rows)) for _pk, rows in groupby(claimed, key=lambda row: row.subscription_id)]
    ends, made = time.monotonic() + settings.LEASE_SECONDS / 4, 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        running: dict[Future[Outcome], Iterator[WebhookDelivery]] = {}
        for queue in queues:
            running |= following(threads, queue)
        while running:
            finished, _others = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                queue, made = running.pop(future), made + 1
                goes_on = settle(future.result()) and time.monotonic() < ends
                running |= following(threads, queue) if goes_on else {}
                if not goes_on:
                    release(list(queue))
    return made


def following(
    threads: ThreadPoolExecutor, queue: Iterator[WebhookDelivery]
) -> dict[Future[Outcome], Iterator[WebhookDelivery]]:
    """The next attempt of a subscription under way, if there is one."""
    delivery = next(queue, None)
    return {threads.submit(attempt, delivery): queue} if delivery else {}


def attempt(delivery: WebhookDelivery) -> Outcome:
    """Ask once. Whatever comes of it is an outcome."""
    try:
        body = body_of(delivery)
        headers = headers_for(delivery, body, unseal(delivery.subscription.sealed_secret))
        answer = request(
            "POST",
            delivery.subscription.url,
            body=body,
            headers=headers,
            timeout=min(settings.WEBHOOK_TIMEOUT, settings.LEASE_SECONDS / 4),
            limit=KEPT_OF_ANSWER,
        )
    except Unreadable:
        return Outcome(delivery, error=_("The secret was sealed with another SECRET_KEY: make a new one."))
    except (Refused, Unanswered) as error:
        return Outcome(delivery, error=str(error))
    start = answer.body.decode(errors="replace").replace("\0", "\ufffd")
    return Outcome(delivery, status=answer.status, start=start)

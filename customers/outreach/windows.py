"""A claim is sent in windows: each step marks what became of the last one and takes the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from crm.core.events import publish_many
from customers.outreach.claiming import (
    FORBIDDEN,
    FROM_CONTACT,
    Claim,
    lease_over,
    settled_events,
    transactional_kinds,
)
from customers.outreach.letters import COLUMNS, Letter
from customers.outreach.models import Message, Touch
from customers.outreach.prepared import Prepared

WINDOW = 50
ATTEMPTS = 3
CHANGED = 5  # columns of a row of STEP that say what changed; a letter and its refusal follow
BOOKED = ("sending", "sent", "unknown")
# Marks the last window's outcomes and moves the next one to `sending`, after a second look at what forbids
# it. The version is chosen here, by the contact's language: whatever happens, the row says what was sent.
# States are written `m.state || ''` to have rows found by their id: the index of held rows looks small to the
# planner, but has an entry for every message that was sent since the last vacuum. `next` is materialized to
# judge once and not for every column that asks for the verdict.
STEP_SQL = f"""
    WITH outcome AS (
        SELECT * FROM unnest(
            %(ids)s, %(states)s, %(reasons)s, %(details)s, %(due_ats)s, %(subjects)s, %(attempts)s
        ) AS o (id, state, reason, detail, due_at, subject, attempts)
    ),
    settled AS (
        UPDATE customers_message m SET
            state = o.state, reason = o.reason, detail = o.detail, due_at = COALESCE(o.due_at, m.due_at),
            sent_at = CASE WHEN o.state = 'sent' THEN %(now)s END, subject = o.subject,
            attempts = m.attempts + o.attempts, lease = NULL, lease_until = NULL
        FROM outcome o
        WHERE m.id = o.id AND m.lease = %(lease)s AND m.state || '' = 'sending'
        RETURNING m.id, m.kind, m.reference, m.state, m.reason
    ),
    next AS MATERIALIZED (
        SELECT {COLUMNS}, c.email AS address, COALESCE(m.version_id, (
                   SELECT v.id FROM customers_contentversion v WHERE v.content_id = m.content_id
                   ORDER BY v.language = c.language DESC, v.language = split_part(c.language, '-', 1) DESC,
                            v.language = 'en' DESC, v.number DESC
                   LIMIT 1
               )) AS version_id, {FORBIDDEN} AS reason
        FROM customers_message m JOIN customers_content content ON content.id = m.content_id {FROM_CONTACT}
        WHERE m.id = ANY(%(next)s) AND m.lease = %(lease)s AND m.state || '' = 'claimed'
    ),
    taken AS (
        UPDATE customers_message m SET
            state = CASE WHEN next.reason IS NULL THEN 'sending' ELSE 'refused' END,
            reason = COALESCE(next.reason, ''),
            lease = CASE WHEN next.reason IS NULL THEN m.lease END,
            lease_until = CASE WHEN next.reason IS NULL THEN %(lease_until)s END,
            address = next.address, version_id = next.version_id
        FROM next
        WHERE m.id = next.id AND m.lease = %(lease)s AND m.state || '' = 'claimed'
        RETURNING m.id, m.kind, m.reference, m.state, m.reason
    )
    SELECT changed.*, next.*
    FROM (SELECT * FROM settled UNION ALL SELECT * FROM taken) changed LEFT JOIN next ON next.id = changed.id
    ORDER BY changed.id
"""  # noqa: S608  (put together from constants)
STEP = Prepared(
    "outreach_step",
    STEP_SQL,
    {
        "ids": "bigint[]",
        "states": "text[]",
        "reasons": "text[]",
        "details": "text[]",
        "due_ats": "timestamptz[]",
        "subjects": "text[]",
        "attempts": "int[]",
        "now": "timestamptz",
        "lease": "uuid",
        "lease_until": "timestamptz",
        "next": "bigint[]",
        "transactional": "text[]",
    },
)
GIVE_BACK = """
    UPDATE customers_message SET
        state = %(state)s, reason = %(reason)s, due_at = GREATEST(due_at, %(due_at)s),
        lease = NULL, lease_until = NULL
    WHERE id = ANY(%(ids)s) AND lease = %(lease)s::uuid AND state = 'claimed'
    RETURNING id
"""
# Locked rows belong to somebody who is at it, or who has stopped in the middle and loses them soon.
LEASE_OVER_CLAIMED = """
    UPDATE customers_message SET state = 'planned', lease = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(
        SELECT id FROM customers_message WHERE state = 'claimed' AND lease_until < %(now)s
        FOR NO KEY UPDATE SKIP LOCKED
    ))
    RETURNING id
"""
LEASE_OVER_SENDING = """
    UPDATE customers_message SET
        state = CASE WHEN kind = ANY(%(transactional)s) AND attempts + 1 < %(attempts)s
                     THEN 'deferred' ELSE 'unknown' END,
        attempts = attempts + 1, reason = 'lease_over', due_at = GREATEST(due_at, %(now)s),
        lease = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(
        SELECT id FROM customers_message WHERE state = 'sending' AND lease_until < %(now)s
        FOR NO KEY UPDATE SKIP LOCKED
    ))
    RETURNING id, kind, reference, state, reason
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one message: a new state with its reason, and whether it used up an attempt."""

    message_id: int
    state: Literal["sent", "failed", "deferred", "unknown", "planned"]
    reason: str = ""
    detail: str = ""
    due_at: dt.datetime | None = None
    subject: str = ""
    attempts: int = 1


def step(claim: Claim, outcomes: Sequence[Outcome], *, take: Sequence[int]) -> list[Letter]:
    """Mark the outcomes of one window and take the next, in one transaction; answers what to send now.

    Only what is still under the claim's lease is touched: after a pause longer than the lease the rows belong
    to whoever found them.
    """
    now = timezone.now()
    params = columns(outcomes) | {
        "now": now,
        "lease": str(claim.lease),
        "lease_until": lease_over(now),
        "next": list(take),
        "transactional": transactional_kinds(),
    }
    with transaction.atomic():
        rows = STEP.fetch(params)
        changed = [row[:CHANGED] for row in rows]
        unbook([pk for pk, _, _, state, _ in changed if state not in BOOKED])
        publish_many(settled_events([row for row in changed if row[3] in Message.TERMINAL]))
    return [Letter._make(row[CHANGED:-1]) for row in rows if row[3] == "sending"]


def columns(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "ids": [outcome.message_id for outcome in outcomes],
        "states": [outcome.state for outcome in outcomes],
        "reasons": [outcome.reason for outcome in outcomes],
        "details": [outcome.detail[:300] for outcome in outcomes],
        "due_ats": [outcome.due_at for outcome in outcomes],
        "subjects": [outcome.subject[:300] for outcome in outcomes],
        "attempts": [outcome.attempts for outcome in outcomes],
    }


def give_back(
    claim: Claim, message_ids: Sequence[int], *, state: str, reason: str, due_at: dt.datetime
) -> None:
    """Put what was claimed and not begun back into the queue."""
    params: dict[str, Any] = {
        "ids": list(message_ids),
        "lease": str(claim.lease),
        "state": state,
        "reason": reason,
        "due_at": due_at,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, params)
        unbook([pk for (pk,) in cursor.fetchall()])


def recover() -> int:
    """Take over from senders that are gone: what they had not begun is planned again, what they were sending
    is unknown, or sent once more under the same Message-ID where that is harmless. Answers how many rows."""
    params: dict[str, Any] = {
        "now": timezone.now(),
        "transactional": transactional_kinds(),
        "attempts": ATTEMPTS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LEASE_OVER_CLAIMED, params)
        back = cursor.fetchall()
        unbook([pk for (pk,) in back])
        cursor.execute(LEASE_OVER_SENDING, params)
        lost = cursor.fetchall()
        publish_many(settled_events([row for row in lost if row[3] == "unknown"]))
    return len(back) + len(lost)


@contextmanager
def locks_end_with_lease() -> Iterator[None]:
    """Have Postgres end our transaction when we are stopped in its middle for as long as a lease.

    Else a process that sleeps would keep others from the rows that it has locked, for as long as it sleeps.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = %s", [f"{settings.LEASE_SECONDS}s"])
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:  # it may be gone
            cursor.execute("RESET idle_in_transaction_session_timeout")


def unbook(message_ids: Sequence[int]) -> None:
    """Take back the touch of what was not sent after all."""
    if message_ids:
        Touch.objects.filter(message_id__in=message_ids).delete()

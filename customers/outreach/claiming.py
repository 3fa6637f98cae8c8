"""Claim due messages under a lease: one per contact, each checked against all that may forbid or delay it."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from crm.core.events import publish_many
from crm.core.models import Company
from crm.core.registry import registry
from customers.events import MessageSettled
from customers.outreach.judging import GO, Facts, Judge, Verdict
from customers.outreach.models import TouchRules

logger = logging.getLogger(__name__)

CLAIM = 500
LOOKED_AT = 8 * CLAIM  # due rows read for that many contacts: some have several, some are somebody else's

DUE = """
    SELECT contact_id FROM customers_message
    WHERE state IN ('planned', 'deferred') AND due_at <= %(now)s AND NOT kind = ANY(%(paused)s)
    ORDER BY due_at, id LIMIT %(looked_at)s
"""
# On its own and in the order of ids: two claims that add the same rows would wait for each other's commit.
ADD_TOUCH_ROWS = f"""
    INSERT INTO customers_contacttouch (contact_id)
    SELECT DISTINCT due.contact_id FROM ({DUE}) due
    WHERE NOT EXISTS (SELECT 1 FROM customers_contacttouch t WHERE t.contact_id = due.contact_id)
    ORDER BY 1
    ON CONFLICT DO NOTHING
"""  # noqa: S608  (put together from the constants above)
LOCK_CONTACTS = f"""
    SELECT contact_id FROM customers_contacttouch WHERE contact_id IN ({DUE})
    LIMIT %(claim)s FOR UPDATE SKIP LOCKED
"""  # noqa: S608
# Why nobody may write at all; asked at the claim and once more right before sending. What is one row by its
# key is a subquery: each table that is joined makes planning dearer.
FORBIDDEN = """
    CASE
        WHEN c.email = '' THEN 'no_address'
        WHEN c.archived_at IS NOT NULL OR c.erased_at IS NOT NULL OR a.archived_at IS NOT NULL THEN 'archived'
        WHEN EXISTS (
            SELECT 1 FROM customers_suppression s WHERE lower(s.address) = lower(c.email)
        ) THEN 'suppressed'
        WHEN NOT COALESCE(
            (SELECT sub.granted OR topic.basis = 'service' FROM customers_subscription sub
             WHERE sub.contact_id = m.contact_id AND sub.topic_id = m.topic_id),
            topic.basis IN ('service', 'customer')
        ) THEN 'no_consent'
        WHEN NOT m.kind = ANY(%(transactional)s) AND EXISTS (
            SELECT 1 FROM customers_contacttouch t
            WHERE t.contact_id = m.contact_id AND t.paused_until > %(now)s
        ) THEN 'paused'
    END
"""
FROM_CONTACT = """
    JOIN customers_contact c ON c.id = m.contact_id
    JOIN customers_account a ON a.id = m.account_id
    JOIN customers_topic topic ON topic.slug = m.topic_id
"""
FACTS = f"""
    WITH first AS (
        SELECT DISTINCT ON (contact_id) id
        FROM customers_message
        WHERE contact_id = ANY(%(contacts)s) AND state IN ('planned', 'deferred') AND due_at <= %(now)s
              AND NOT kind = ANY(%(paused)s)
        ORDER BY contact_id, kind = ANY(%(transactional)s) DESC, due_at, id
        LIMIT %(claim)s  -- one a contact; without it the planner expects far more and hashes all contacts
    )
    SELECT m.id, m.kind, m.kind = ANY(%(transactional)s), c.time_zone, {FORBIDDEN},
           past.last_touch, past.last_of_kind, past.in_a_year, past.lately
    FROM first JOIN customers_message m USING (id) {FROM_CONTACT}
    CROSS JOIN LATERAL (
        SELECT max(at) AS last_touch,
               max(at) FILTER (WHERE touch.kind = m.kind) AS last_of_kind,
               count(*) AS in_a_year,
               COALESCE(array_agg(at) FILTER (WHERE at > %(now)s - interval '2 days'), '{{}}') AS lately
        FROM customers_touch touch
        WHERE touch.contact_id = m.contact_id AND touch.at > %(now)s - interval '365 days'
    ) past
    WHERE m.state IN ('planned', 'deferred')
    FOR UPDATE OF m SKIP LOCKED
"""  # noqa: S608
DECIDE = """
    UPDATE customers_message m SET
        state = decided.state, reason = decided.reason, detail = '',
        due_at = COALESCE(decided.due_at, m.due_at), lease = decided.lease, lease_until = decided.lease_until
    FROM (VALUES %s) AS decided (id, state, reason, due_at, lease, lease_until)
    WHERE m.id = decided.id AND m.state IN ('planned', 'deferred')
    RETURNING m.id, m.kind, m.reference, m.state, m.reason
"""
DECIDED = "(%s::bigint, %s, %s, %s::timestamptz, %s::uuid, %s::timestamptz)"
BOOK = """
    INSERT INTO customers_touch (contact_id, message_id, kind, at)
    SELECT contact_id, id, kind, %(now)s FROM customers_message
    WHERE id = ANY(%(claimed)s) AND NOT kind = ANY(%(transactional)s)
    ON CONFLICT (message_id) DO NOTHING
"""


@dataclass(frozen=True)
class Claim:
    """Messages that are ours to send until the lease is over. `looked_at` counts those decided upon."""

    lease: uuid.UUID
    message_ids: list[int]
    looked_at: int


def transactional_kinds() -> list[str]:
    return [kind.name for kind in registry.message_kinds.values() if kind.transactional]


def lease_over(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(seconds=settings.LEASE_SECONDS)


def claim(paused: Collection[str] = (), *, at_most: int = CLAIM) -> Claim:
    """Decide about the first due message of up to `at_most` contacts that nobody else is deciding about.

    Messages of the paused kinds are left where they are.
    """
    now = timezone.now()
    params: dict[str, Any] = {
        "now": now,
        "looked_at": LOOKED_AT,
        "claim": at_most,
        "paused": list(paused),
        "transactional": transactional_kinds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_TOUCH_ROWS, params)
        with transaction.atomic():
            cursor.execute(LOCK_CONTACTS, params)
            params["contacts"] = [contact_id for (contact_id,) in cursor.fetchall()]
            cursor.execute(FACTS, params)
            return decide([Facts(*row) for row in cursor.fetchall()], params, now)


def decide(found: Sequence[Facts], params: dict[str, Any], now: dt.datetime) -> Claim:
    """Write down the verdicts: claimed with the touch booked, refused with the event, or put off."""
    lease = uuid.uuid4()
    if not found:
        return Claim(lease, [], 0)
    judge = Judge(rules=TouchRules.load(), zone=Company.load().zone, now=now)
    wanted = still_wanted(found)
    rows = [
        (facts.message_id, *row_of(judge.verdict(facts, wanted=wanted.get(facts.message_id)), lease, now))
        for facts in found
    ]
    with connection.cursor() as cursor:
        decided = execute_values(cursor.cursor, DECIDE, rows, DECIDED, page_size=CLAIM, fetch=True)
        claimed = [pk for pk, _, _, state, _ in decided if state == "claimed"]
        cursor.execute(BOOK, params | {"claimed": claimed})
    publish_many(settled_events([row for row in decided if row[3] == "refused"]))
    return Claim(lease, claimed, len(found))


def still_wanted(found: Sequence[Facts]) -> dict[int, bool]:
    """Whether the apps that planned them still want them sent; nothing about those whose app fails to say."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for facts in found:
        if not facts.forbidden:
            by_kind[facts.kind].append(facts.message_id)
    answers: dict[int, bool] = {}
    for kind, ids in by_kind.items():
        answers |= ask(kind, ids)
    return answers


def ask(kind: str, ids: Sequence[int]) -> dict[int, bool]:
    if kind not in registry.message_kinds:
        return dict.fromkeys(ids, False)
    try:
        with transaction.atomic():
            wanted = registry.message_kinds[kind].still_wanted(ids)
    except Exception:  # one app's mistake must not hold up the mail of all others
        logger.exception("%s does not say which messages it still wants", kind)
        return {}
    return {pk: pk in wanted for pk in ids}


def row_of(verdict: Verdict, lease: uuid.UUID, now: dt.datetime) -> tuple[object, ...]:
    """State, reason, new due date, lease and its end, as DECIDE takes them."""
    if verdict == GO:
        return "claimed", "", None, str(lease), lease_over(now)
    return "planned" if verdict.due_at else "refused", verdict.reason, verdict.due_at, None, None


def settled_events(rows: Sequence[tuple[int, str, int, str, str]]) -> list[MessageSettled]:
    return [
        MessageSettled(message_id=pk, kind=kind, reference=reference, state=state, reason=reason)
        for pk, kind, reference, state, reason in rows
    ]

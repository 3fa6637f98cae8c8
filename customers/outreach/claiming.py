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

from crm.core.events import publish_many
from crm.core.models import Company
from crm.core.registry import registry
from customers.events import MessageSettled
from customers.outreach.judging import GO, Facts, Judge, Verdict
from customers.outreach.models import TouchRules

logger = logging.getLogger(__name__)

CLAIM = 500
LOOKS = (2, 16)  # due rows of each kind read per contact: some have several, some are somebody else's
WAITING = "state IN ('planned', 'deferred')"

# The first due message of each contact, what serves them before all else. Kinds are read one by one,
# each from the index: one with a million rows that is paused, or due for long, costs the others nothing.
LOCK_CONTACTS = f"""
    WITH RECURSIVE kinds (kind) AS (
        (SELECT kind FROM customers_message WHERE {WAITING} ORDER BY kind LIMIT 1)
        UNION ALL
        SELECT (SELECT m.kind FROM customers_message m WHERE {WAITING} AND m.kind > kinds.kind
                ORDER BY m.kind LIMIT 1)
        FROM kinds WHERE kinds.kind IS NOT NULL
    ),
    first AS (
        SELECT DISTINCT ON (due.contact_id) due.*, kind = ANY(%(transactional)s) AS serves
        FROM kinds, LATERAL (
            SELECT id, contact_id, due_at FROM customers_message m
            WHERE {WAITING} AND m.kind = kinds.kind AND due_at <= %(now)s
            ORDER BY due_at, id LIMIT %(looked_at)s
        ) due
        WHERE NOT kind = ANY(%(paused)s)
        ORDER BY due.contact_id, serves DESC, due.due_at, due.id
    )
    SELECT first.id FROM first JOIN customers_contacttouch t ON t.contact_id = first.contact_id
    ORDER BY first.serves DESC, first.due_at, first.id
    LIMIT %(claim)s FOR UPDATE OF t SKIP LOCKED
"""  # noqa: S608  (put together from the constants above)
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
    SELECT m.id, m.kind, m.kind = ANY(%(transactional)s), c.time_zone, {FORBIDDEN},
           past.last_touch, past.last_of_kind, past.in_a_year, past.lately
    FROM customers_message m {FROM_CONTACT}
    CROSS JOIN LATERAL (
        SELECT max(at) AS last_touch,
               max(at) FILTER (WHERE touch.kind = m.kind) AS last_of_kind,
               count(*) AS in_a_year,
               COALESCE(array_agg(at) FILTER (WHERE at > %(now)s - interval '2 days'), '{{}}') AS lately
        FROM customers_touch touch
        WHERE touch.contact_id = m.contact_id AND touch.at > %(now)s - interval '365 days'
    ) past
    WHERE m.id = ANY(%(first)s) AND m.{WAITING} AND m.due_at <= %(now)s
    FOR UPDATE OF m SKIP LOCKED
"""  # noqa: S608
DECIDE = f"""
    WITH decided AS (
        UPDATE customers_message m SET
            state = v.state, reason = v.reason, detail = '', due_at = COALESCE(v.due_at, m.due_at),
            lease = CASE WHEN v.state = 'claimed' THEN %(lease)s::uuid END,
            lease_until = CASE WHEN v.state = 'claimed' THEN %(lease_until)s END
        FROM unnest(%(ids)s, %(states)s, %(reasons)s, %(due_ats)s::timestamptz[])
            AS v (id, state, reason, due_at)
        WHERE m.id = v.id AND m.{WAITING}
        RETURNING m.id, m.contact_id, m.kind, m.reference, m.state, m.reason
    ),
    booked AS (
        INSERT INTO customers_touch (contact_id, message_id, kind, at)
        SELECT contact_id, id, kind, %(now)s FROM decided
        WHERE state = 'claimed' AND NOT kind = ANY(%(transactional)s)
        ON CONFLICT (message_id) DO NOTHING
    )
    SELECT id, kind, reference, state, reason FROM decided
"""  # noqa: S608


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
        "claim": at_most,
        "paused": list(paused),
        "transactional": transactional_kinds(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for look in LOOKS:  # once more also where somebody else was done with all of them just now
            cursor.execute(LOCK_CONTACTS, params | {"looked_at": look * at_most})
            params["first"] = [pk for (pk,) in cursor.fetchall()]
            cursor.execute(FACTS, params)
            found = [Facts(*row) for row in cursor.fetchall()]
            if found and len(params["first"]) == at_most:
                break
        return decide(found, params, now)


def decide(found: Sequence[Facts], params: dict[str, Any], now: dt.datetime) -> Claim:
    """Write down the verdicts: claimed with the touch booked, refused with the event, or put off."""
    lease = uuid.uuid4()
    if not found:
        return Claim(lease, [], 0)
    judge = Judge(rules=TouchRules.load(), zone=Company.load().zone, now=now)
    wanted = still_wanted(found)
    verdicts = [judge.verdict(facts, wanted=wanted.get(facts.message_id)) for facts in found]
    params |= {
        "lease": str(lease),
        "lease_until": lease_over(now),
        "ids": [facts.message_id for facts in found],
        "states": [state_of(verdict) for verdict in verdicts],
        "reasons": [verdict.reason for verdict in verdicts],
        "due_ats": [verdict.due_at for verdict in verdicts],
    }
    with connection.cursor() as cursor:
        cursor.execute(DECIDE, params)
        decided = cursor.fetchall()
    publish_many(settled_events([row for row in decided if row[3] == "refused"]))
    return Claim(lease, [row[0] for row in decided if row[3] == "claimed"], len(found))


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


def state_of(verdict: Verdict) -> str:
    if verdict == GO:
        return "claimed"
    return "planned" if verdict.due_at else "refused"


def settled_events(rows: Sequence[tuple[int, str, int, str, str]]) -> list[MessageSettled]:
    return [
        MessageSettled(message_id=pk, kind=kind, reference=reference, state=state, reason=reason)
        for pk, kind, reference, state, reason in rows
    ]

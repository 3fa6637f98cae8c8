"""Does what is kept agree with what it is the sum of? Any difference is an alarm."""

from __future__ import annotations

import logging

from django.db import connection, transaction
from django.utils import timezone

from loyalty.models import Discrepancy

logger = logging.getLogger(__name__)

# One statement sees one moment, so that transfers made meanwhile cannot look like differences.
COMPARE = """
    WITH checked AS (
        SELECT * FROM loyalty_member WHERE id BETWEEN %(first)s AND %(last)s
    ), books AS (
        SELECT member_id, book, sum(amount) AS counted FROM (
            SELECT member_id, to_book AS book, amount FROM loyalty_transfer
            WHERE member_id BETWEEN %(first)s AND %(last)s
            UNION ALL
            SELECT member_id, from_book, -amount FROM loyalty_transfer
            WHERE member_id BETWEEN %(first)s AND %(last)s
        ) sides GROUP BY member_id, book
    ), lots AS (
        SELECT member_id,
               coalesce(sum(remaining) FILTER (WHERE confirmed_at IS NULL), 0) AS pending,
               coalesce(sum(remaining) FILTER (WHERE confirmed_at IS NOT NULL), 0) AS active
        FROM loyalty_lot WHERE member_id BETWEEN %(first)s AND %(last)s GROUP BY member_id
    ), remainders AS (
        SELECT l.member_id, sum(l.remaining) AS kept, sum(l.amount - coalesce(a.taken, 0)) AS counted,
               bool_or(l.remaining <> l.amount - coalesce(a.taken, 0)) AS differs
        FROM loyalty_lot l
        LEFT JOIN LATERAL (
            SELECT sum(amount) AS taken FROM loyalty_allocation WHERE lot_id = l.id
        ) a ON true
        WHERE l.member_id BETWEEN %(first)s AND %(last)s
        GROUP BY l.member_id
    ), compared AS (
        SELECT m.id AS member_id, side.book AS what, side.kept,
               coalesce(b.counted, 0) * CASE side.book WHEN 'debt' THEN -1 ELSE 1 END AS counted
        FROM checked m
        CROSS JOIN LATERAL (VALUES ('pending', m.pending), ('active', m.active),
                                   ('reserved', m.reserved), ('debt', m.debt)) side (book, kept)
        LEFT JOIN books b ON b.member_id = m.id AND b.book = side.book
        UNION ALL
        SELECT m.id, 'pending lots', coalesce(l.pending, 0), m.pending
        FROM checked m LEFT JOIN lots l ON l.member_id = m.id
        UNION ALL
        SELECT m.id, 'active lots', coalesce(l.active, 0), m.active
        FROM checked m LEFT JOIN lots l ON l.member_id = m.id
    )
    SELECT member_id, what, kept, counted FROM compared WHERE kept <> counted
    UNION ALL
    SELECT member_id, 'lot remainders', kept, counted FROM remainders WHERE differs
"""
EVERYBODY = (0, 2**63 - 1)


@transaction.atomic
def reconcile(*, members: tuple[int, int] = EVERYBODY) -> int:
    """Compare balances and lots with transfers and allocations, for members from one id to another.

    Answers the differences. Each is logged as an error and stays open on the loyalty page until a later run
    agrees.
    """
    first, last = members
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, {"first": first, "last": last})
        found = cursor.fetchall()
    still = {(member_id, what) for member_id, what, _, _ in found}
    for alarm in Discrepancy.objects.open().filter(member__pk__range=members):
        if (alarm.member_id, alarm.what) not in still:
            Discrepancy.objects.filter(pk=alarm.pk).update(cleared_at=timezone.now())
    for member_id, what, kept, counted in found:
        logger.error("Points of member %s differ: %s kept %s, counted %s", member_id, what, kept, counted)
    Discrepancy.objects.bulk_create(
        [Discrepancy(member_id=m, what=what, kept=kept, counted=counted) for m, what, kept, counted in found],
        ignore_conflicts=True,
    )
    return len(found)

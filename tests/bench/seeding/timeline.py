"""What stands on the timelines of all that happened."""

from __future__ import annotations

from customers.models import TimelineEntry, TimelineWords
from tests.bench.filling import fill

HAPPENED = """
    SELECT at, account_id, NULL::bigint AS contact_id, author_id AS actor_id, 'customers.interaction' AS kind,
           '' AS link, 'interaction:' || id AS key,
           jsonb_build_object('interaction', id, 'channel', channel, 'mood', mood, 'minutes', NULL,
                              'people', 0, 'need', '') AS data
    FROM customers_interaction
    UNION ALL
    SELECT ordered_at, account_id, contact_id, NULL, 'customers.purchase', '/purchases/' || id || '/',
           'purchase:' || id,
           jsonb_build_object('purchase', id, 'number', number, 'total', total::text, 'first', 'Product 1',
                              'quantity', '1', 'lines', 5)
    FROM customers_purchase
    UNION ALL
    SELECT shipped_at, account_id, contact_id, NULL, 'customers.purchase_status',
           '/purchases/' || id || '/', 'purchase:' || id || ':shipped',
           jsonb_build_object('purchase', id, 'number', number, 'status', 'shipped')
    FROM customers_purchase WHERE mod(id, 2) = 0
    UNION ALL
    SELECT delivered_at, account_id, contact_id, NULL, 'customers.purchase_status',
           '/purchases/' || id || '/', 'purchase:' || id || ':delivered',
           jsonb_build_object('purchase', id, 'number', number, 'status', 'delivered')
    FROM customers_purchase WHERE delivered_at IS NOT NULL
    UNION ALL
    SELECT ordered_at, account_id, contact_id, NULL, 'loyalty.points_pending', '/purchases/' || id || '/',
           'points-pending:' || id,
           jsonb_build_object('points', 40, 'until', ordered_at + interval '35 days', 'order', number)
    FROM customers_purchase
    UNION ALL
    SELECT ordered_at + interval '35 days', account_id, contact_id, NULL, 'loyalty.points_confirmed', '',
           'points-confirmed:' || id, jsonb_build_object('points', 40, 'order', number)
    FROM customers_purchase
    UNION ALL
    SELECT changed_at, account_id, contact_id, NULL, 'surveys.answered', '',
           'surveys.answered:' || id || ':1',
           jsonb_build_object('response', id, 'score', score, 'before', NULL, 'order', '')
    FROM surveys_response
"""


def timeline() -> None:
    columns = ("at", "account_id", "contact_id", "actor_id", "kind", "link", "key", "data")
    fill(
        TimelineEntry,
        f"""(SELECT row_number() OVER (ORDER BY at) AS id, * FROM ({HAPPENED}) happened
             WHERE at <= now()) dated""",
        id="id",
        **{column: column for column in columns},
    )
    fill(
        TimelineWords,
        """customers_timelineentry e JOIN customers_interaction i ON e.key = 'interaction:' || i.id
           ORDER BY e.id""",
        entry_id="e.id",
        text="i.body",
    )

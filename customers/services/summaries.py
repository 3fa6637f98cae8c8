"""Recompute the one-row summaries that lists sort by, set-based."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from customers.models import Account

SLICE = 2000
# Waits for whoever else is at these accounts: the statement after it then counts what they have written too.
LOCK = """
    SELECT 1 FROM customers_accountsummary WHERE account_id = ANY(%(ids)s) ORDER BY account_id FOR UPDATE
"""
COUNTED = """
    SELECT a.id AS account_id,
           round(coalesce(p.total, 0) - coalesce(r.total, 0), 2) AS revenue,
           round(coalesce(p.recent, 0) - coalesce(r.recent, 0), 2) AS revenue_12m,
           coalesce(p.orders, 0) AS orders, p.first_at AS first_purchase_at, p.last_at AS last_purchase_at,
           i.last_at AS last_touch_at
    FROM customers_account a
    LEFT JOIN (
        SELECT account_id, sum(total) AS total, count(*) AS orders, min(ordered_at) AS first_at,
               max(ordered_at) AS last_at,
               sum(total) FILTER (WHERE ordered_at > now() - interval '1 year') AS recent
        FROM customers_purchase WHERE account_id = ANY(%(ids)s) GROUP BY account_id
    ) p ON p.account_id = a.id
    LEFT JOIN (
        SELECT account_id, sum(total) AS total,
               sum(total) FILTER (WHERE returned_at > now() - interval '1 year') AS recent
        FROM customers_return WHERE account_id = ANY(%(ids)s) GROUP BY account_id
    ) r ON r.account_id = a.id
    LEFT JOIN (
        SELECT account_id, max(at) AS last_at
        FROM customers_interaction WHERE account_id = ANY(%(ids)s) GROUP BY account_id
    ) i ON i.account_id = a.id
    WHERE a.id = ANY(%(ids)s)
"""
REFRESH = f"""
    INSERT INTO customers_accountsummary
        (account_id, revenue, revenue_12m, orders, first_purchase_at, last_purchase_at, last_touch_at)
    {COUNTED}
    ON CONFLICT (account_id) DO UPDATE SET
        revenue = excluded.revenue, revenue_12m = excluded.revenue_12m, orders = excluded.orders,
        first_purchase_at = excluded.first_purchase_at, last_purchase_at = excluded.last_purchase_at,
        last_touch_at = excluded.last_touch_at
    WHERE (customers_accountsummary.revenue, customers_accountsummary.revenue_12m,
           customers_accountsummary.orders, customers_accountsummary.first_purchase_at,
           customers_accountsummary.last_purchase_at, customers_accountsummary.last_touch_at)
       IS DISTINCT FROM
          (excluded.revenue, excluded.revenue_12m, excluded.orders, excluded.first_purchase_at,
           excluded.last_purchase_at, excluded.last_touch_at)
"""
# One statement sees one moment. The rolling twelve months are left out: they move on without a change.
DIFFERING = f"""
    SELECT count(*) FROM ({COUNTED}) c LEFT JOIN customers_accountsummary s USING (account_id)
    WHERE (s.revenue, s.orders, s.first_purchase_at, s.last_purchase_at, s.last_touch_at) IS DISTINCT FROM
          (c.revenue, c.orders, c.first_purchase_at, c.last_purchase_at, c.last_touch_at)
"""  # noqa: S608  (both halves are ours)


@transaction.atomic
def refresh(account_ids: Iterable[int]) -> int:
    """Recompute the summaries of these accounts; answers how many rows changed."""
    ids = sorted(set(account_ids))
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": ids})
        cursor.execute(REFRESH, {"ids": ids})
        return cursor.rowcount


def refresh_all() -> int:
    """Recompute every summary: the rolling twelve months move on their own, so this runs nightly.

    A transaction per slice, so that nobody waits for the whole of it.
    """
    changed, last = 0, 0
    while ids := slice_after(last):
        changed += refresh(ids)
        last = ids[-1]
    return changed


def count_differing() -> int:
    """How many accounts have a summary that is not what their purchases and conversations add up to."""
    differing, last = 0, 0
    while ids := slice_after(last):
        with connection.cursor() as cursor:
            cursor.execute(DIFFERING, {"ids": ids})
            differing += cursor.fetchone()[0]
        last = ids[-1]
    return differing


def slice_after(last: int) -> list[int]:
    following = Account.objects.filter(pk__gt=last).order_by("pk")
    return list(following.values_list("pk", flat=True)[:SLICE])

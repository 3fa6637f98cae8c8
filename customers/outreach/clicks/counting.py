"""Judge the clicks of a mail together, and book them in the figures that stay. Set-based, in batches.

A click waits for `SETTLED` first: what a scanner does, it mostly does at once. What it does later corrects
what was booked, since every look at a message takes in all its clicks of the last day. The figures change by
the differences alone and under one lock, so that a crash or a second worker counts nothing twice.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from customers.outreach.models import Click, ClickRules, ContentLink

SETTLED = dt.timedelta(seconds=60)
LOOK_BACK = dt.timedelta(days=1)
AROUND_HIDDEN = dt.timedelta(minutes=10)  # a scanner's whole round; who reads before or after is not it
BATCH = 5_000
LONGEST = 20.0  # seconds

DUE = """
    SELECT message_id, minute FROM customers_click
    WHERE counted IS NULL AND at <= %(settled)s ORDER BY at LIMIT %(batch)s
"""
# A person's click becomes a machine's when the hidden link was followed around it, or many links at once.
JUDGE = """
    UPDATE customers_click c SET verdict = judged.verdict
    FROM (
        SELECT o.id, o.minute,
            CASE WHEN EXISTS (
                SELECT 1 FROM customers_click h JOIN customers_contentlink l ON l.id = h.link_id
                WHERE h.message_id = o.message_id AND h.minute >= %(from)s AND l.number = %(hidden_link)s
                  AND h.at BETWEEN o.at - %(around)s AND o.at + %(around)s
            ) THEN %(hidden)s
            WHEN %(sweep_links)s > 0 AND %(sweep_links)s <= (
                SELECT count(DISTINCT s.link_id) FROM customers_click s
                WHERE s.message_id = o.message_id AND s.minute >= %(from)s
                  AND s.at BETWEEN o.at - %(sweep)s AND o.at + %(sweep)s
            ) THEN %(swept)s END AS verdict
        FROM customers_click o
        WHERE o.message_id = ANY(%(messages)s) AND o.minute >= %(from)s AND o.verdict = %(human)s
    ) judged
    WHERE c.id = judged.id AND c.minute = judged.minute AND judged.verdict IS NOT NULL
"""
BOOK = """
    WITH changed AS (
        UPDATE customers_click c SET counted = c.verdict = %(human)s
        FROM (
            SELECT id, minute, counted FROM customers_click
            WHERE message_id = ANY(%(messages)s) AND minute >= %(from)s AND at <= %(settled)s
              AND counted IS DISTINCT FROM (verdict = %(human)s)
        ) before
        WHERE c.id = before.id AND c.minute = before.minute
        RETURNING c.message_id, c.link_id, c.at, c.minute, (before.counted IS NULL)::int AS clicks,
                  c.counted::int - COALESCE(before.counted, false)::int AS human
    ),
    months AS (
        INSERT INTO customers_linkmonth AS kept (link_id, month, clicks, human)
        SELECT link_id, date_trunc('month', minute AT TIME ZONE 'UTC')::date, sum(clicks), sum(human)
        FROM changed GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (link_id, month) DO UPDATE SET
            clicks = kept.clicks + EXCLUDED.clicks, human = kept.human + EXCLUDED.human
    )
    INSERT INTO customers_messageclicks AS kept (message_id, version_id, clicks, human, oldest_at)
    SELECT c.message_id, m.version_id, sum(c.clicks), sum(c.human), min(c.at)
    FROM changed c JOIN customers_message m ON m.id = c.message_id
    GROUP BY 1, 2 ORDER BY 1
    ON CONFLICT (message_id) DO UPDATE SET
        clicks = kept.clicks + EXCLUDED.clicks, human = kept.human + EXCLUDED.human,
        oldest_at = LEAST(kept.oldest_at, EXCLUDED.oldest_at)
"""
FIRST = """
    UPDATE customers_messageclicks kept SET first_at = (
        SELECT min(c.at) FROM customers_click c
        WHERE c.message_id = kept.message_id AND c.counted AND c.minute >= %(from)s
    )
    WHERE kept.message_id = ANY(%(messages)s) AND (kept.first_at IS NULL OR kept.first_at >= %(from)s)
"""
# What was booked is taken from what there is, and nothing must be left: sums without joins, for which the
# planner would walk millions of rows by their index. Figures whose clicks are gone stand for themselves.
DIFFERING = """
    WITH bounds AS (
        SELECT to_date(right(min(c.relname), 7), 'YYYY_MM') AS oldest
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'customers_click'::regclass
    ),
    links AS (
        SELECT link_id, date_trunc('month', minute AT TIME ZONE 'UTC')::date AS month,
               1 AS clicks, counted::int AS human
        FROM customers_click WHERE counted IS NOT NULL
        UNION ALL
        SELECT link_id, month, -clicks, -human FROM customers_linkmonth
        WHERE month >= (SELECT oldest FROM bounds)
    ),
    messages AS (
        SELECT message_id, 1 AS clicks, counted::int AS human, false AS older
        FROM customers_click WHERE counted IS NOT NULL
        UNION ALL
        SELECT message_id, -clicks, -human, COALESCE(oldest_at < (SELECT oldest FROM bounds), true)
        FROM customers_messageclicks
    )
    SELECT (
        SELECT count(*) FROM (
            SELECT FROM links GROUP BY link_id, month HAVING sum(clicks) <> 0 OR sum(human) <> 0
        ) one
    ) + (
        SELECT count(*) FROM (
            SELECT FROM messages GROUP BY message_id
            HAVING NOT bool_or(older) AND (sum(clicks) <> 0 OR sum(human) <> 0)
        ) one
    )
"""


def count_clicks() -> int:
    """Judge and book what has settled, until nothing is left or the time is over. Answers how many clicks."""
    booked, ends = 0, time.monotonic() + LONGEST
    while True:
        found = count_batch()
        booked += found
        if found < BATCH or time.monotonic() > ends:
            return booked


@transaction.atomic
def count_batch() -> int:
    # the lock of all who count; who changes the rules waits as well
    rules = ClickRules.objects.select_for_update(no_key=True).get(pk=ClickRules.load().pk)
    settled = timezone.now() - SETTLED
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"settled": settled, "batch": BATCH})
        due = cursor.fetchall()
        if due:
            params = judging(rules) | {
                "messages": list({message for message, _ in due}),
                "from": min([minute for _, minute in due]) - LOOK_BACK,
                "settled": settled,
            }
            for statement in (JUDGE, BOOK, FIRST):
                cursor.execute(statement, params)
    return len(due)


def judging(rules: ClickRules) -> dict[str, Any]:
    return {
        "human": Click.Verdict.HUMAN,
        "hidden": Click.Verdict.HIDDEN,
        "swept": Click.Verdict.SWEEP,
        "hidden_link": ContentLink.HIDDEN,
        "around": AROUND_HIDDEN,
        "sweep": dt.timedelta(seconds=rules.sweep_seconds),
        "sweep_links": rules.sweep_links,
    }


def count_differing() -> int:
    """How many figures of links and messages are not the sum of the clicks they come from."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERING)
        return int(cursor.fetchone()[0])

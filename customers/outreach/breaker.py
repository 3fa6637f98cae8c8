"""Leave a provider alone that does not take mail, and find out when it does again.

One row per provider, written only when something goes wrong or right again. What a server says about a single
recipient is none of it; see `Reply.outage`.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from crm.core.nudge import nudge
from customers.outreach.models import Breaker, Message
from customers.outreach.route import provider_name
from customers.outreach.transport import Reply

logger = logging.getLogger(__name__)

FAILURES = 3  # in a row, whichever senders had them
FIRST_WAIT = dt.timedelta(seconds=30)  # doubled with every try
LONGEST_WAIT = dt.timedelta(minutes=10)
FAILED = """
    INSERT INTO customers_breaker AS b (provider, failures, why, probes)
    VALUES (%(provider)s, 1, %(why)s, 0)
    ON CONFLICT (provider) DO UPDATE SET
        failures = b.failures + 1, why = EXCLUDED.why,
        opened_at = CASE WHEN b.failures + 1 >= %(most)s THEN COALESCE(b.opened_at, %(now)s) END,
        retry_at = CASE WHEN b.failures + 1 >= %(most)s THEN COALESCE(b.retry_at, %(retry_at)s) END
    RETURNING opened_at IS NOT NULL
"""
# Whoever moves `retry_at` is the one who tries; if it never comes back, the next one may.
PROBE = """
    UPDATE customers_breaker SET
        probes = probes + 1, retry_at = %(now)s + LEAST(%(first)s * 2 ^ LEAST(probes + 1, 20), %(longest)s)
    WHERE provider = %(provider)s AND retry_at <= %(now)s
"""


@dataclass
class Gate:
    """Whether our provider is to be troubled now; told of every answer, it keeps the row in step."""

    provider: str = field(default_factory=provider_name)
    failing: bool = False
    open: bool = False

    def lets_through(self) -> bool:
        """Asked before each claim. While the breaker is open: one sender now and then, when mail is due."""
        row = Breaker.objects.filter(provider=self.provider).first()
        self.failing = row is not None
        self.open = bool(row and row.opened_at and not self.may_probe())
        return not self.open

    def may_probe(self) -> bool:
        now = timezone.now()
        if not Message.objects.waiting().filter(due_at__lte=now).exists():
            return False
        params: dict[str, Any] = {
            "provider": self.provider,
            "now": now,
            "first": FIRST_WAIT,
            "longest": LONGEST_WAIT,
        }
        with connection.cursor() as cursor:
            cursor.execute(PROBE, params)
            return cursor.rowcount == 1

    def heed(self, reply: Reply) -> None:
        """An answer of any kind but an outage says that somebody is there."""
        if reply.outage:
            self.note_failure(reply.words)
        elif self.failing:
            self.note_success()

    def note_failure(self, why: str) -> None:
        now = timezone.now()
        params: dict[str, Any] = {
            "provider": self.provider,
            "why": why[:300],
            "most": FAILURES,
            "now": now,
            "retry_at": now + FIRST_WAIT,
        }
        with connection.cursor() as cursor:
            cursor.execute(FAILED, params)
            self.open = cursor.fetchone()[0]
        self.failing = True
        logger.warning("%s does not take mail%s: %s", self.provider, " (left alone)" * self.open, why)

    def note_success(self) -> None:
        Breaker.objects.filter(provider=self.provider).delete()
        self.failing = self.open = False
        logger.info("%s takes mail", self.provider)


def try_provider_now() -> bool:
    """Let the next sender try, however far off that was. Answers whether our provider was left alone."""
    open_now = Breaker.objects.filter(provider=provider_name(), opened_at__isnull=False)
    tried = open_now.update(retry_at=timezone.now()) > 0
    if tried:
        nudge("customers.tasks.send_due_messages")
    return tried

"""Keep to the limits of a sender and a provider, over all processes together (GCRA, one row per limit).

A sender is given a slot: so many messages from a moment on that the database says. Slots do not overlap, and
what of one was not used in time is given up. So in any second no more leaves than the limit, a tenth of it
(a slot, and what was late), and its burst.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from customers.outreach.models import SendingLimit

WINDOW_SECONDS = 0.1  # a window is no more than the limit allows in this time
SLOT_SECONDS = 0.02  # a slot is no more than the limit allows in this time
GOOD_SECONDS = 0.08  # and is used up by then, or given up
HORIZON = 1.0  # how far ahead a slot is given; with a message in hand nobody waits longer
LONGEST_WAIT = 15.0  # between windows; for more a sender is not kept
NAP = 0.2
CLAIM_SECONDS = 1.0  # nobody claims more than the limit allows in this time
# The clock is read when the rows are ours. `free_at` is when the limit has used up what it has given.
RESERVE = """
    WITH held AS (
        SELECT p.limit_id, p.free_at, l.burst * l.period::float8 / l.messages * interval '1 second' AS slack,
               %(wanted)s * l.period::float8 / l.messages * interval '1 second' AS cost
        FROM customers_sendingpace p JOIN customers_sendinglimit l ON l.id = p.limit_id
        WHERE p.limit_id = ANY(%(limits)s) ORDER BY p.limit_id FOR NO KEY UPDATE OF p
    ),
    clock AS (SELECT max(free_at - slack) AS free_at, clock_timestamp() AS now FROM held),
    slot AS (SELECT GREATEST(free_at, now) AS at, now FROM clock),
    given AS (
        UPDATE customers_sendingpace p SET free_at = GREATEST(held.free_at, slot.at) + held.cost
        FROM held, slot
        WHERE p.limit_id = held.limit_id AND slot.at <= slot.now + %(horizon)s * interval '1 second'
    )
    SELECT extract(epoch FROM at - now)::float8 FROM slot
"""
Item = TypeVar("Item")


@dataclass
class Limiter:
    """What one sender may do under the limits that hold for it. Without limits it asks nobody anything."""

    limits: Sequence[int] = ()
    per_second: float = math.inf
    resumes: float = 0.0  # by the monotonic clock: earlier there is no slot for anybody
    slot: int = field(default=0, init=False)
    given: int = field(default=0, init=False)  # what is left of the slot
    good_until: float = field(default=0.0, init=False)
    asks_for: int = field(default=1, init=False)  # no more than we were quick enough for the last time

    @classmethod
    def load(cls) -> Limiter:
        """The limits in force, if any, with their pace."""
        limits = list(SendingLimit.objects.in_force().select_related("pace"))
        if not limits:
            return cls()
        wait = max((limit.pace.free_at - timezone.now()).total_seconds() - slack(limit) for limit in limits)
        return cls(
            limits=[limit.pk for limit in limits],
            per_second=min(limit.per_second for limit in limits),
            resumes=time.monotonic() + wait,
        )

    def most(self, seconds: float, *, at_most: int) -> int:
        """How many the limits allow in so many seconds; at least one, or nothing would ever go."""
        return max(1, int(min(self.per_second * seconds, at_most)))

    def wait(self, stopping: Callable[[], bool]) -> bool:
        """Wait with nothing in hand until there may be a slot again; False when that is not worth it."""
        while (left := self.resumes - time.monotonic()) > 0:
            if left > LONGEST_WAIT or stopping():
                return False
            time.sleep(min(left, NAP))
        return True

    def paced(self, items: Sequence[Item], *, until: float) -> Iterator[Item]:
        """Each of a window when its time has come; ends early at `until`, or when the next slot is far."""
        for item in items:
            if time.monotonic() > until or (self.limits and not self.take(until)):
                return
            yield item

    def take(self, until: float) -> bool:
        """Use up one of the slot, after getting a new one where it is empty or over."""
        if self.given and time.monotonic() > self.good_until:
            self.asks_for = max(1, self.slot - self.given)  # we are slower than we thought
            self.given = 0
        if not self.given and not self.reserve(until):
            return False
        self.given -= 1
        return True

    def reserve(self, until: float) -> bool:
        """Get a slot and wait for it. False when there is none soon: `resumes` says when to ask again."""
        wanted = self.most(SLOT_SECONDS, at_most=self.asks_for)
        wait = next_slot(self.limits, wanted)
        starts = time.monotonic() + wait
        if wait > HORIZON or starts > until:
            self.resumes = starts
            return False
        time.sleep(wait)
        self.given = self.slot = wanted
        self.asks_for = 2 * wanted
        self.good_until = starts + max(GOOD_SECONDS, wanted / self.per_second / 2)
        return True


def slack(limit: SendingLimit) -> float:
    return limit.burst / limit.per_second


def next_slot(limits: Sequence[int], wanted: int) -> float:
    """Seconds until so many messages may go. Up to HORIZON they are ours then, beyond it nothing is given."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"limits": list(limits), "wanted": wanted, "horizon": HORIZON})
        return float(cursor.fetchone()[0])

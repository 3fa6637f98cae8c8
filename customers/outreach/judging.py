"""Whether a message may go out now: the checks in their order, on facts that one statement has gathered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from customers.outreach import quiet
from customers.outreach.models import TouchRules
from customers.outreach.reasons import Reason

ASK_AGAIN = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Facts:
    """What a claim knows about one due message and its contact."""

    message_id: int
    kind: str
    transactional: bool
    time_zone: str
    forbidden: str | None
    last_touch: dt.datetime | None
    last_of_kind: dt.datetime | None
    in_a_year: int
    lately: Sequence[dt.datetime]


@dataclass(frozen=True)
class Verdict:
    """Go (no reason), wait until `due_at`, or never (a reason alone)."""

    reason: str = ""
    due_at: dt.datetime | None = None


GO = Verdict()


@dataclass(frozen=True)
class Judge:
    """The touch rules, applied at one moment."""

    rules: TouchRules
    zone: ZoneInfo
    now: dt.datetime

    def verdict(self, facts: Facts, *, wanted: bool | None) -> Verdict:
        """`wanted` is None when the app that planned the message failed to say."""
        if facts.forbidden:
            return Verdict(facts.forbidden)
        if wanted is None:
            return Verdict(Reason.UNDECIDED, self.now + ASK_AGAIN)
        if not wanted:
            return Verdict(Reason.NOT_WANTED)
        if facts.transactional:
            return GO
        return self.gaps(facts) or self.yearly_cap(facts) or self.hours(facts) or self.daily_cap(facts) or GO

    def gaps(self, facts: Facts) -> Verdict | None:
        of_kind = self.rules.kind_gaps.get(facts.kind, 0)
        return self.gap(Reason.GAP, facts.last_touch, self.rules.gap_days) or self.gap(
            Reason.KIND_GAP, facts.last_of_kind, of_kind
        )

    def gap(self, reason: Reason, last: dt.datetime | None, days: int) -> Verdict | None:
        over = last + dt.timedelta(days=days) if last else self.now
        return Verdict(reason, over) if over > self.now else None

    def yearly_cap(self, facts: Facts) -> Verdict | None:
        return Verdict(Reason.YEARLY_CAP) if facts.in_a_year >= self.rules.yearly_cap else None

    def hours(self, facts: Facts) -> Verdict | None:
        if not self.rules.quiet_hours:
            return None
        over = quiet.quiet_until(
            self.now,
            zone=quiet.zone_named(facts.time_zone, self.zone),
            quiet_from=self.rules.quiet_from,
            quiet_until=self.rules.quiet_until,
        )
        return Verdict(Reason.QUIET_HOURS, over) if over else None

    def daily_cap(self, facts: Facts) -> Verdict | None:
        if len(facts.lately) < self.rules.daily_cap:
            return None
        zone = quiet.zone_named(facts.time_zone, self.zone)
        midnight = quiet.start_of_day(self.now, zone)
        if sum(at >= midnight for at in facts.lately) < self.rules.daily_cap:
            return None
        return Verdict(Reason.DAILY_CAP, quiet.start_of_next_day(self.now, zone))

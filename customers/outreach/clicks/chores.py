"""What outreach clears away, and what it lays out for the months to come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.chores import Chore, before
from crm.core.models import Retention
from customers.outreach.clicks.partitions import drop_before, make_ahead


def turn_months(retention: Retention) -> int:
    """Make the months ahead, and let go of those that have had their time. Their figures stay."""
    make_ahead()
    return drop_before(before(retention.clicks))


CHORES = [Chore(name="mail clicks", label=_("Single clicks in mails"), run=turn_months)]

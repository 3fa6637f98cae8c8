"""What the customers app compares."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.comparing import Check
from customers.outreach.clicks import counting
from customers.services.summaries import count_differing

CHECKS = [
    Check(
        name="summaries",
        label=_("Figures of customers with their purchases and conversations"),
        count=count_differing,
    ),
    Check(
        name="clicks",
        label=_("Figures of links and messages with the clicks in mails"),
        count=counting.count_differing,
    ),
]

"""What outreach clears away of what came back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.chores import Chore, before, delete_in_batches
from crm.core.models import Retention
from customers.outreach.models import MailEvent


def forget_reports(retention: Retention) -> int:
    """Bounces and complaints themselves; blocked addresses, consent and marks on messages stay."""
    return delete_in_batches(MailEvent.objects.filter(at__lt=before(retention.mail_reports)))


CHORES = [Chore(name="mail reports", label=_("Reports about mail"), run=forget_reports)]

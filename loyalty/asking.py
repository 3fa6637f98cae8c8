"""Asking promoters whom else we could help, rarely."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from customers.models import Contact
from customers.outreach.services import PlannedMessage, plan_messages
from customers.services import timeline
from loyalty.models import ReferralLink

ASK = "referral_ask"
CONTENT = "referral-ask"
PAUSE = dt.timedelta(days=180)


@transaction.atomic
def ask_for_referral(*, contact: Contact, response_id: int) -> bool:
    """Plan the mail that asks a promoter for a referral. Answers False within 180 days of the last one."""
    now = timezone.now()
    link = link_of(contact)
    unasked = Q(asked_at=None) | Q(asked_at__lte=now - PAUSE)
    if not ReferralLink.objects.filter(unasked, pk=link.pk).update(asked_at=now):
        return False
    plan_messages(
        [
            PlannedMessage(
                kind=ASK,
                contact_id=contact.pk,
                account_id=contact.account_id,
                reference=link.pk,
                key=f"referral-ask:{contact.pk}:{response_id}",
                content=CONTENT,
            )
        ]
    )
    timeline.record(
        account_id=contact.account_id,
        contact_id=contact.pk,
        kind="loyalty.referral_asked",
        key=f"referral-asked:{contact.pk}:{response_id}",
    )
    return True


def link_of(contact: Contact) -> ReferralLink:
    """The contact's own link, made the first time it is needed."""
    return ReferralLink.objects.get_or_create(contact=contact)[0]

"""The mail that asks a promoter for a referral."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.core.arrays import among
from crm.core.registry import MessageKind
from customers.models import Message
from customers.outreach.letters import Letter
from loyalty.asking import ASK
from loyalty.models import Referral, ReferralLink


def still_wanted(ids: Collection[int]) -> set[int]:
    """Asks to people who have not named anybody since they were asked."""
    answered = Referral.objects.filter(
        link=OuterRef("pk"), bound_at__gte=F("link__asked_at"), state=Referral.State.BOUND
    )
    open_links = ReferralLink.objects.open().filter(~Exists(answered))
    wanted = Message.objects.filter(among(ids), reference__in=open_links.values("pk"))
    return set(wanted.values_list("pk", flat=True))


def values(letters: Sequence[Letter]) -> Mapping[int, Mapping[str, Any]]:
    """`referral.link`: the contact's own form."""
    links = ReferralLink.objects.in_bulk([letter.reference for letter in letters])
    return {
        letter.pk: {"referral": {"link": settings.SITE_URL + links[letter.reference].get_absolute_url()}}
        for letter in letters
        if letter.reference in links
    }


MESSAGE_KINDS = [
    MessageKind(
        name=ASK,
        label=_("Referral ask"),
        topic="referrals",
        still_wanted=still_wanted,
        values=values,
        icon="users",
    )
]

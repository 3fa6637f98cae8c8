"""Whom customers recommended: their words are found by mail address, copied and erased on request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.core.registry import NamedPeople
from customers.services.named_people import erase_traces
from customers.services.privacy import forget_words, overwrite_rows
from loyalty.models import Referral
from loyalty.models.referrals import ReferralQuerySet
from loyalty.referring import entry_key, person_key, task_key

NOTHING_SAID = {"name": "", "email": "", "person_key": None, "company": "", "phone": "", "message": ""}


def find_referred(address: str) -> ReferralQuerySet:
    return Referral.objects.naming(person_key(address))


def erase_referred(address: str) -> int:
    """Overwrite whom referrals name, and the thanks and the timeline that tell of it.

    Who recommended them, when, by which link and with what success stays. They can be recommended anew.
    """
    found = list(find_referred(address).select_for_update(no_key=True).order_by("pk"))
    ids = [referral.pk for referral in found]
    forget_words({word for one in found for word in (one.email, one.name, one.phone)})
    erase_traces(
        task_keys=[task_key(one.pk) for one in found], entry_keys=[entry_key(one.pk) for one in found]
    )
    return overwrite_rows(Referral.objects.filter(pk__in=ids), NOTHING_SAID)


NAMED_PEOPLE = [
    NamedPeople(
        model="loyalty.Referral",
        label=_("Recommended to us by customers"),
        find=find_referred,
        export=("at", "state", "name", "email", "company", "phone", "message", "account__name"),
        erase=erase_referred,
    )
]

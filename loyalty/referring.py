"""Referrals as they are made: who is named counts once, and never who is a customer or the same person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import Company
from customers.models import Contact, TaskKind
from customers.services import timeline
from customers.services.tasks import create_task
from customers.services.working_time import add_working_hours
from loyalty.events import ReferralMade
from loyalty.models import Referral, ReferralLink

THANK_WITHIN_HOURS = 16
ENOUGH_DIGITS = 7  # shorter phone numbers are extensions and say nothing about who it is


@dataclass(frozen=True, kw_only=True)
class NamedPerson:
    """Whom a customer recommends us to, as they typed it."""

    name: str
    email: str
    company: str = ""
    phone: str = ""
    message: str = ""


@transaction.atomic
def note_click(*, link: ReferralLink, address: str) -> None:
    """A human hand used the form behind a link; nobody is named yet. Said once per link until somebody is."""
    lock(link)
    if not link.referrals.filter(state=Referral.State.CLICKED).exists():
        Referral.objects.create(link=link, account_id=link.contact.account_id, address=address or None)


@transaction.atomic
def refer(*, link: ReferralLink, person: NamedPerson, consent: str, address: str) -> Referral:
    """Write down whom somebody recommends. `consent` is the sentence they agreed to, `address` their IP.

    Somebody who is a customer or was named before is written down as rejected, which nobody outside is told.
    Raises ValidationError for those who name themselves.
    """
    lock(link)
    contact = link.contact
    key = person_key(person.email)
    if is_same_person(contact, key, person.phone):
        raise ValidationError({"email": _("This is you. Who else should hear from us?")})
    repeated = link.referrals.filter(person_key=key).exclude(state=Referral.State.CLICKED).first()
    if repeated:
        return repeated
    referral = link.referrals.filter(state=Referral.State.CLICKED).first() or Referral(link=link)
    referral.account_id = contact.account_id
    referral.person_key, referral.at = key, timezone.now()
    referral.name, referral.company = person.name.strip(), person.company.strip()
    referral.email, referral.phone = person.email.strip(), person.phone.strip()
    referral.message, referral.consent, referral.address = person.message.strip(), consent, address or None
    if is_customer(key, person.email):
        return reject(referral, Referral.Rejection.CUSTOMER)
    return bind(referral)


def lock(link: ReferralLink) -> None:
    """One visitor of a link at a time, so that a double click is one referral."""
    ReferralLink.objects.select_for_update(no_key=True).get(pk=link.pk)


def person_key(email: str) -> str:
    """An address as a person: lower case, without what follows a plus."""
    name, _at, domain = email.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def is_same_person(contact: Contact, key: str, phone: str) -> bool:
    if contact.email and person_key(contact.email) == key:
        return True
    digits = re.sub(r"\D", "", phone)
    return len(digits) >= ENOUGH_DIGITS and digits == re.sub(r"\D", "", contact.phone)


def is_customer(key: str, email: str) -> bool:
    """Whether a contact has this address, typed with or without its plus."""
    known = Contact.objects.alias(address=Lower("email")).filter(erased_at=None)
    return known.filter(address__in={key, email.strip().lower()}).exists()


def reject(referral: Referral, why: Referral.Rejection) -> Referral:
    referral.state, referral.rejection, referral.bound_at = Referral.State.REJECTED, why, None
    referral.save()
    return referral


def bind(referral: Referral) -> Referral:
    """Make it count, if nobody has named this person before."""
    referral.state, referral.bound_at = Referral.State.BOUND, referral.at
    try:
        with transaction.atomic():
            referral.save()
    except IntegrityError:
        return reject(referral, Referral.Rejection.TAKEN)
    follow_up(referral)
    return referral


def follow_up(referral: Referral) -> None:
    """Somebody says thank you, the account remembers, and other apps hear of it."""
    contact = referral.link.contact
    who = f"{referral.name}, {referral.company}" if referral.company else referral.name
    due_at = add_working_hours(start=timezone.now(), hours=THANK_WITHIN_HOURS, company=Company.load())
    create_task(
        account=contact.account,
        contact=contact,
        kind=TaskKind.THANK,
        title=_("Say thank you to %(name)s for referring %(who)s")
        % {"name": contact.first_name or contact.full_name, "who": referral.company or referral.name},
        why=_("Recommended us to %(who)s.") % {"who": who},
        due_at=due_at,
        source_key=task_key(referral.pk),
    )
    timeline.record(
        account_id=referral.account_id,
        contact_id=contact.pk,
        kind="loyalty.referral_made",
        at=referral.at,
        data={"referral": referral.pk},
        words=who,
        key=entry_key(referral.pk),
    )
    publish(ReferralMade(referral_id=referral.pk, account_id=referral.account_id, contact_id=contact.pk))


def task_key(referral_id: int) -> str:
    """What the task to say thank you is known by."""
    return f"thank-referral:{referral_id}"


def entry_key(referral_id: int) -> str:
    """What the timeline's entry is known by."""
    return f"referral-made:{referral_id}"

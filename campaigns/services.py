"""Who enters a sequence, and who is taken out by hand."""

from __future__ import annotations

from django.db import transaction

from crm.core.models import User
from customers.flows.models import EnrolmentQuerySet
from customers.flows.services import enrol, exit_enrolments
from customers.models import Enrolment, Purchase

AFTER_FIRST_DELIVERY = "after-first-delivery"


def enter_after_first_delivery(*, purchase_id: int) -> bool:
    """Put the account of a first delivery, and who ordered, into the sequence; once per account."""
    purchase = Purchase.objects.get(pk=purchase_id)
    return enrol(
        flow_slug=AFTER_FIRST_DELIVERY,
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        key=f"{AFTER_FIRST_DELIVERY}:{purchase.account_id}",
        reference=purchase.pk,
        at=purchase.delivered_at,
    )


@transaction.atomic
def take_out(*, enrolment: Enrolment, reason: str, whole_account: bool = False, by: User) -> int:
    """End a run by hand, or all of its account's runs in that sequence. Answers how many ended."""
    ids = [enrolment.pk]
    if whole_account:
        ids += others_of_account(enrolment).values_list("pk", flat=True)
    return exit_enrolments(ids=ids, reason=reason.strip(), actor=by)


def others_of_account(enrolment: Enrolment) -> EnrolmentQuerySet:
    """The other runs of the same account that are under way in the same sequence."""
    siblings = Enrolment.objects.active().filter(flow=enrolment.flow_id, account=enrolment.account_id)
    return siblings.exclude(pk=enrolment.pk)

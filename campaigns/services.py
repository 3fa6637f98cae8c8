"""Who enters a sequence, and who is taken out by hand."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from campaigns.exits import ORDER_GONE, of_gone_orders
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


def leave_without_order(*, purchase_ids: Collection[int]) -> int:
    """End the runs that began with orders that are not there any more. Answers how many were under way."""
    runs = Enrolment.objects.active().filter(flow__slug=AFTER_FIRST_DELIVERY, reference__in=purchase_ids)
    ids = of_gone_orders(list(runs.values_list("pk", flat=True)))
    return exit_enrolments(ids=ids, reason=ORDER_GONE)


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

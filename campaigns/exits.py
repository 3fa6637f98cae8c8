"""Reasons to leave a sequence early."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from crm.core.registry import Exit
from customers.models import Enrolment, Purchase, Subscription

ORDER_GONE = "campaigns.order_gone"


def of_people_who_declined(ids: Collection[int]) -> set[int]:
    """Whose person said no to mail about care and safety."""
    no = Subscription.objects.filter(contact=OuterRef("contact"), topic="care", granted=False)
    return set(Enrolment.objects.filter(Exists(no), pk__in=ids).values_list("pk", flat=True))


def of_repeat_buyers(ids: Collection[int]) -> set[int]:
    """Whose account ordered again after entering."""
    again = Purchase.objects.filter(account=OuterRef("account"), ordered_at__gt=OuterRef("entered_at"))
    return set(Enrolment.objects.filter(Exists(again), pk__in=ids).values_list("pk", flat=True))


def of_gone_orders(ids: Collection[int]) -> set[int]:
    """Whose order, or its delivery, was taken back with the import that had brought it."""
    order = Purchase.objects.filter(pk=OuterRef("reference"), delivered_at__isnull=False)
    runs = Enrolment.objects.filter(~Exists(order), pk__in=ids, reference__isnull=False)
    return set(runs.values_list("pk", flat=True))


EXITS = [
    Exit(name="campaigns.declined", label=_("they unsubscribed"), reached=of_people_who_declined),
    Exit(name="campaigns.bought_again", label=_("they bought again"), reached=of_repeat_buyers),
    Exit(name=ORDER_GONE, label=_("their order or its delivery was taken back"), reached=of_gone_orders),
]

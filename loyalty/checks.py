"""What the points program compares."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from crm.core.housekeeping.comparing import Check
from customers.models import Account, Purchase
from loyalty.models import Discrepancy, Lot, Member


def open_discrepancies() -> int:
    """What the nightly reconciliation of the ledger has found and nothing has cleared since."""
    return Discrepancy.objects.open().count()


def points_of_what_is_gone() -> int:
    """Points left of orders that were taken back with their import, and members left without a customer."""
    orders = Purchase.objects.filter(pk=OuterRef("purchase_id"))
    lots = Lot.objects.filter(~Exists(orders), purchase_id__isnull=False, remaining__gt=0)
    customers = Account.objects.filter(pk=OuterRef("account_id"))
    has_points = Q(pending__gt=0) | Q(active__gt=0) | Q(reserved__gt=0)
    return lots.count() + Member.objects.filter(~Exists(customers), has_points).count()


CHECKS = [
    Check(
        name="points",
        label=_("Points of members with their ledger"),
        count=open_discrepancies,
        url_name="loyalty:overview",
    ),
    Check(
        name="points of what is gone",
        label=_("Points of customers and orders whose import was taken back"),
        count=points_of_what_is_gone,
        url_name="loyalty:overview",
    ),
]

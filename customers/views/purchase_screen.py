"""What the pages of orders show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from customers.looks import STATUSES, Look
from customers.models import Product, Purchase, PurchaseLine, PurchaseStatus

VERBS = {
    PurchaseStatus.SHIPPED: "shipped_at",
    PurchaseStatus.DELIVERED: "delivered_at",
    PurchaseStatus.INSTALLED: "installed_at",
}


@dataclass(frozen=True)
class Step:
    """A station of an order: when it was reached, and whether it may be reached, or dated anew, now."""

    status: PurchaseStatus
    look: Look
    at: dt.datetime | None
    is_open: bool
    is_dated: bool


def steps_of(purchase: Purchase) -> list[Step]:
    """Ordered, shipped, delivered, installed; those after the present one are open, its date may be wrong."""
    order = list(PurchaseStatus)
    here = order.index(PurchaseStatus(purchase.status))
    dates = {PurchaseStatus.ORDERED: purchase.ordered_at} | {
        status: getattr(purchase, name) for status, name in VERBS.items()
    }
    return [
        Step(
            status,
            STATUSES[status],
            at=dates[status] if index <= here else None,
            is_open=index > here,
            is_dated=index == here > 0,
        )
        for index, status in enumerate(order)
    ]


def lines_with_returns(purchase: Purchase) -> list[PurchaseLine]:
    """The lines, each with how much of it came `back`."""
    lines = purchase.lines.select_related("product").annotate(back=Sum("returned__quantity", default=0))
    return list(lines.order_by("ordinal"))


def products_like(words: str, limit: int) -> Sequence[Product] | QuerySet[Product]:
    """Products on sale whose name or article number holds what was typed."""
    found = Product.objects.filter(is_active=True)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(sku__istartswith=words))
    return found.order_by("name", "id")[:limit]

"""Purchases as they happen: recorded, shipped, delivered, installed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import User
from customers.events import DeliveryDateCorrected, PurchaseRecorded, PurchaseStatusChanged
from customers.models import Account, Contact, Product, Purchase, PurchaseLine, PurchaseStatus
from customers.services import summaries, timeline
from customers.services.interactions import FUTURE_TOLERANCE
from customers.services.numbers import check_number, next_number, save_numbered
from customers.services.trees import check_is_theirs

ORDER = list(PurchaseStatus.values)
DATE_FIELDS = {
    PurchaseStatus.SHIPPED: "shipped_at",
    PurchaseStatus.DELIVERED: "delivered_at",
    PurchaseStatus.INSTALLED: "installed_at",
}
MOST, MOST_IN_TOTAL = Decimal(10) ** 9, Decimal(10) ** 12
PRECISION = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """One line to buy. Without a product the description says what it is."""

    product: Product | None = None
    quantity: Decimal
    unit_price: Decimal
    description: str = ""
    unit_cost: Decimal | None = None


@transaction.atomic
def record_purchase(
    *,
    account: Account,
    lines: Sequence[LineInput],
    contact: Contact | None = None,
    number: str = "",
    ordered_at: dt.datetime | None = None,
    actor: User | None = None,
    original_currency: str = "",
    original_total: Decimal | None = None,
) -> Purchase:
    """Record an order with its lines; without a number the next free one is taken. Raises ValidationError."""
    ordered_at = ordered_at or timezone.now()
    check_purchase(account=account, contact=contact, lines=lines, number=number, ordered_at=ordered_at)
    purchase = Purchase(
        account=account,
        contact=contact,
        number=number.strip() or next_number(),
        ordered_at=ordered_at,
        total=total_of((line.quantity, line.unit_price) for line in lines),
        original_currency=original_currency,
        original_total=original_total,
    )
    save_numbered(purchase)
    save_lines(purchase, lines)
    note_purchase(purchase, lines, actor)
    return purchase


def save_lines(purchase: Purchase, lines: Sequence[LineInput]) -> None:
    PurchaseLine.objects.bulk_create(
        [
            PurchaseLine(
                purchase=purchase,
                ordinal=ordinal,
                product=line.product,
                description=line.description.strip(),
                quantity=line.quantity,
                unit_price=line.unit_price,
                unit_cost=cost_of(line),
            )
            for ordinal, line in enumerate(lines, start=1)
        ]
    )


def total_of(lines: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The sum of quantity × price, rounded line by line as the database does. Raises ValidationError."""
    amounts = ((quantity * price).quantize(PRECISION, ROUND_HALF_UP) for quantity, price in lines)
    total = sum(amounts, Decimal(0))
    if total >= MOST_IN_TOTAL:
        raise ValidationError(_("This adds up to too much."))
    return total


def cost_of(line: LineInput) -> Decimal | None:
    """What a unit costs us: as given, else as the product says, else unknown."""
    if line.unit_cost is not None:
        return line.unit_cost
    return line.product.cost if line.product else None


def note_purchase(purchase: Purchase, lines: Sequence[LineInput], actor: User | None) -> None:
    """On the timeline, in the sums of its account, and to whoever listens."""
    first = lines[0]
    timeline.record(
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        kind="customers.purchase",
        at=purchase.ordered_at,
        actor=actor,
        link=purchase.get_absolute_url(),
        data={
            "purchase": purchase.pk,
            "number": purchase.number,
            "total": str(purchase.total),
            "first": first.product.name if first.product else first.description,
            "quantity": f"{first.quantity.normalize():f}",
            "lines": len(lines),
        },
        key=f"purchase:{purchase.pk}",
    )
    summaries.refresh([purchase.account_id])
    publish(
        PurchaseRecorded(
            purchase_id=purchase.pk, account_id=purchase.account_id, contact_id=purchase.contact_id
        )
    )


def check_purchase(
    *,
    account: Account,
    contact: Contact | None,
    lines: Sequence[LineInput],
    number: str,
    ordered_at: dt.datetime,
) -> None:
    """Raise ValidationError for no or impossible lines, a future date, a stranger, or a number in use."""
    if not lines:
        raise ValidationError(_("Add at least one line."))
    for ordinal, line in enumerate(lines, start=1):
        check_line(ordinal, line)
    if ordered_at > timezone.now() + FUTURE_TOLERANCE:
        raise ValidationError({"ordered_at": _("An order date cannot lie in the future.")})
    check_is_theirs(contact, account)
    check_number(Purchase, number.strip())


def check_line(ordinal: int, line: LineInput) -> None:
    words = {"line": ordinal}
    if not line.product and not line.description.strip():
        raise ValidationError(_("Line %(line)d needs a product or a description.") % words)
    if not (0 < line.quantity < MOST):
        raise ValidationError(_("The quantity in line %(line)d must be more than 0.") % words)
    if not (0 <= line.unit_price < MOST):
        raise ValidationError(_("The price in line %(line)d cannot be negative.") % words)


@transaction.atomic
def change_status(
    *, purchase: Purchase, status: str, at: dt.datetime | None = None, actor: User | None = None
) -> Purchase:
    """Move a purchase forward. Raises ValidationError backwards, before the order, or in the future.

    The same status again only corrects its date, and nothing when it comes without one.
    """
    purchase = Purchase.objects.select_for_update(no_key=True).get(pk=purchase.pk)
    is_news, delivered_at = status != purchase.status, purchase.delivered_at
    at = at or (timezone.now() if is_news else purchase.reached_at)
    check_status(purchase, status, at)
    is_first = is_news and delivers(status) and not delivers(purchase.status) and is_first_delivery(purchase)
    date_status(purchase, status, at)
    purchase.status = status
    purchase.save()
    if is_news:
        announce_status(purchase, at=at, is_first_delivery=is_first, actor=actor)
    elif purchase.delivered_at != delivered_at:
        announce_correction(purchase, actor=actor)
    return purchase


def date_status(purchase: Purchase, status: str, at: dt.datetime) -> None:
    """Set when a status was reached. What was delivered by being installed has the date of that."""
    name = DATE_FIELDS[PurchaseStatus(status)]
    if delivers(status) and purchase.delivered_at in (None, getattr(purchase, name)):
        purchase.delivered_at = at
    setattr(purchase, name, at)


def check_status(purchase: Purchase, status: str, at: dt.datetime) -> None:
    if status not in ORDER or status == PurchaseStatus.ORDERED:
        raise ValidationError({"status": _("Choose shipped, delivered or installed.")})
    if ORDER.index(status) < ORDER.index(purchase.status):
        raise ValidationError(
            {"status": _("The order is %(status)s already.") % {"status": purchase.status_label.lower()}}
        )
    if at > timezone.now() + FUTURE_TOLERANCE:
        raise ValidationError({"at": _("This date lies in the future.")})
    if timezone.localdate(at) < timezone.localdate(purchase.ordered_at):
        raise ValidationError({"at": _("This date lies before the order.")})


def delivers(status: str) -> bool:
    """Whether the goods are with the customer in this status."""
    return status in (PurchaseStatus.DELIVERED, PurchaseStatus.INSTALLED)


def is_first_delivery(purchase: Purchase) -> bool:
    return (
        not Purchase.objects.filter(account=purchase.account_id, delivered_at__isnull=False)
        .exclude(pk=purchase.pk)
        .exists()
    )


def announce_status(
    purchase: Purchase, *, at: dt.datetime, is_first_delivery: bool, actor: User | None
) -> None:
    timeline.record(
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        kind="customers.purchase_status",
        at=at,
        actor=actor,
        link=purchase.get_absolute_url(),
        data={"purchase": purchase.pk, "number": purchase.number, "status": purchase.status},
        key=f"purchase:{purchase.pk}:{purchase.status}",
    )
    publish(
        PurchaseStatusChanged(
            purchase_id=purchase.pk,
            account_id=purchase.account_id,
            contact_id=purchase.contact_id,
            status=purchase.status,
            is_first_delivery=is_first_delivery,
        )
    )


def announce_correction(purchase: Purchase, *, actor: User | None) -> None:
    """The delivery was on another day than was said: what counts from it has to move."""
    assert purchase.delivered_at is not None
    timeline.record(
        account_id=purchase.account_id,
        contact_id=purchase.contact_id,
        kind="customers.delivery_corrected",
        actor=actor,
        link=purchase.get_absolute_url(),
        data={"number": purchase.number, "delivered_at": purchase.delivered_at.isoformat()},
    )
    publish(DeliveryDateCorrected(purchase_id=purchase.pk, account_id=purchase.account_id))

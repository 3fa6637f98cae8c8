"""What came back, linked to its purchase or not, in part or in full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import User
from customers.events import ReturnRecorded
from customers.models import Account, Product, Purchase, PurchaseLine, Return, ReturnLine
from customers.services import summaries, timeline
from customers.services.interactions import FUTURE_TOLERANCE
from customers.services.purchases import total_of

ONE_NUMBER_AT_A_TIME = 7_219_004


@dataclass(frozen=True, kw_only=True)
class ReturnLineInput:
    """A quantity that came back: of a purchase's line, or of a product at a price."""

    quantity: Decimal
    purchase_line: PurchaseLine | None = None
    product: Product | None = None
    unit_price: Decimal | None = None
    description: str = ""


@transaction.atomic
def record_return(
    *,
    account: Account,
    lines: Sequence[ReturnLineInput],
    purchase: Purchase | None = None,
    number: str = "",
    returned_at: dt.datetime | None = None,
    reason: str = "",
    actor: User | None = None,
) -> Return:
    """Record a return. Raises ValidationError when more comes back than was bought and not returned yet."""
    returned_at = returned_at or timezone.now()
    if purchase:
        # one return of a purchase at a time: two that fit alone may be too much together
        purchase = Purchase.objects.select_for_update(of=("self",)).get(pk=purchase.pk)
    check_return(account=account, purchase=purchase, lines=lines, number=number, returned_at=returned_at)
    rows = [line_row(ordinal, line) for ordinal, line in enumerate(lines, start=1)]
    total = total_of((row.quantity, row.unit_price) for row in rows)
    made = Return.objects.create(
        account=account,
        purchase=purchase,
        number=number.strip() or free_number(purchase),
        returned_at=returned_at,
        reason=reason.strip(),
        total=total,
    )
    for row in rows:
        row.return_of = made
    ReturnLine.objects.bulk_create(rows)
    timeline.record(
        account_id=account.pk,
        contact_id=purchase.contact_id if purchase else None,
        kind="customers.return",
        at=returned_at,
        actor=actor,
        link=purchase.get_absolute_url() if purchase else "",
        data={
            "return": made.pk,
            "number": made.number,
            "total": str(made.total),
            "order": purchase.number if purchase else "",
        },
        words=made.reason,
        key=f"return:{made.pk}",
    )
    summaries.refresh([account.pk])
    publish(
        ReturnRecorded(
            return_id=made.pk, account_id=account.pk, purchase_id=purchase.pk if purchase else None
        )
    )
    return made


def line_row(ordinal: int, line: ReturnLineInput) -> ReturnLine:
    bought = line.purchase_line
    return ReturnLine(
        ordinal=ordinal,
        purchase_line=bought,
        product=line.product or (bought.product if bought else None),
        description=line.description or (bought.description if bought else ""),
        quantity=line.quantity,
        unit_price=line.unit_price if line.unit_price is not None else (bought.unit_price if bought else 0),
    )


def free_number(purchase: Purchase | None) -> str:
    """R-<order>-<n> for the n-th return of an order, R-<n> for others; taken ones are skipped."""
    if purchase:
        start, first = f"R-{purchase.number}-", purchase.returns.count() + 1
    else:
        # two returns at once would find the same number; the purchase is locked already where there is one
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_NUMBER_AT_A_TIME])
        newest = Return.objects.order_by("-id").values_list("id", flat=True).first()
        start, first = "R-", (newest or 0) + 1
    numbers = (f"{start}{n}" for n in count(first))
    return next(number for number in numbers if not Return.objects.filter(number=number).exists())


def check_return(
    *,
    account: Account,
    purchase: Purchase | None,
    lines: Sequence[ReturnLineInput],
    number: str,
    returned_at: dt.datetime,
) -> None:
    if not lines:
        raise ValidationError(_("Say what came back."))
    if purchase and purchase.account_id != account.pk:
        raise ValidationError({"purchase": _("This order belongs to another customer.")})
    if returned_at > timezone.now() + FUTURE_TOLERANCE:
        raise ValidationError({"returned_at": _("This date lies in the future.")})
    if number.strip() and Return.objects.filter(number=number.strip()).exists():
        raise ValidationError(
            {"number": _("Return %(number)s is recorded already.") % {"number": number.strip()}}
        )
    check_quantities(purchase, lines)


def check_quantities(purchase: Purchase | None, lines: Sequence[ReturnLineInput]) -> None:
    """No line of another order, and no more of a line than was bought and has not come back yet."""
    wanted: dict[int, Decimal] = {}
    for line in lines:
        if line.quantity <= 0:
            raise ValidationError(_("A quantity must be more than 0."))
        if line.purchase_line is None:
            continue
        if purchase is None or line.purchase_line.purchase_id != purchase.pk:
            raise ValidationError(_("A line of another order cannot come back with this one."))
        wanted[line.purchase_line.pk] = wanted.get(line.purchase_line.pk, Decimal(0)) + line.quantity
    for bought in PurchaseLine.objects.filter(pk__in=wanted).annotate(back=Sum("returned__quantity")):
        left = bought.quantity - (bought.back or 0)
        if wanted[bought.pk] > left:
            raise ValidationError(
                _("Only %(left)s of %(what)s can still come back.")
                % {"left": f"{left.normalize():f}", "what": bought.label}
            )

"""What came back, linked to its purchase or not, in part or in full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.events import publish
from crm.core.models import User
from customers.events import ReturnRecorded
from customers.models import Account, Product, Purchase, PurchaseLine, Return, ReturnLine
from customers.services import summaries, timeline
from customers.services.interactions import FUTURE_TOLERANCE
from customers.services.numbers import check_number, free_return_number, save_numbered
from customers.services.purchases import total_of


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
        purchase = Purchase.objects.select_for_update(no_key=True).get(pk=purchase.pk)
    check_return(account=account, purchase=purchase, lines=lines, number=number, returned_at=returned_at)
    made = Return(
        account=account,
        purchase=purchase,
        number=number.strip() or free_return_number(purchase),
        returned_at=returned_at,
        reason=reason.strip(),
    )
    save_with_lines(made, lines)
    note_return(made, actor)
    return made


def save_with_lines(made: Return, lines: Sequence[ReturnLineInput]) -> None:
    rows = [line_row(ordinal, line) for ordinal, line in enumerate(lines, start=1)]
    made.total = total_of((row.quantity, row.unit_price) for row in rows)
    save_numbered(made)
    for row in rows:
        row.return_of = made
    ReturnLine.objects.bulk_create(rows)


def note_return(made: Return, actor: User | None) -> None:
    """On the timeline, in the sums of its account, and to whoever listens."""
    purchase = made.purchase
    timeline.record(
        account_id=made.account_id,
        contact_id=purchase.contact_id if purchase else None,
        kind="customers.return",
        at=made.returned_at,
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
    summaries.refresh([made.account_id])
    publish(ReturnRecorded(return_id=made.pk, account_id=made.account_id, purchase_id=made.purchase_id))


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
    check_number(Return, number.strip())
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
        left = bought.quantity - (bought.back or 0)  # type: ignore[attr-defined]  # annotated above
        if wanted[bought.pk] > left:
            raise ValidationError(
                _("Only %(left)s of %(what)s can still come back.")
                % {"left": f"{left.normalize():f}", "what": bought.label}
            )

"""Numbers of orders and returns: each is given once, and a free one is found where none is said."""

from __future__ import annotations

from itertools import count

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from customers.models import Purchase, Return

ONE_RETURN_NUMBER_AT_A_TIME = 7_219_004
TAKEN = {
    Purchase: _("Order %(number)s is recorded already."),
    Return: _("Return %(number)s is recorded already."),
}


def check_number(model: type[Purchase] | type[Return], number: str) -> None:
    """Raise ValidationError when an order, or a return, of this number is recorded already."""
    if number and model.objects.filter(number=number).exists():
        raise ValidationError({"number": TAKEN[model] % {"number": number}})


def save_numbered(row: Purchase | Return) -> None:
    """Save; somebody may have taken the number since it was checked."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        check_number(type(row), row.number)
        raise


def next_number() -> str:
    """The next order number of our own sequence, skipping those that imports brought along."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('customers_purchase_number')")
            number = str(cursor.fetchone()[0])
            if not Purchase.objects.filter(number=number).exists():
                return number


def free_return_number(purchase: Purchase | None) -> str:
    """R-<order>-<n> for the n-th return of an order, R-<n> for others; taken ones are skipped."""
    if purchase:
        start, first = f"R-{purchase.number}-", purchase.returns.count() + 1
    else:
        # two returns at once would find the same number; the purchase is locked already where there is one
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_RETURN_NUMBER_AT_A_TIME])
        newest = Return.objects.order_by("-id").values_list("id", flat=True).first()
        start, first = "R-", (newest or 0) + 1
    numbers = (f"{start}{n}" for n in count(first))
    return next(number for number in numbers if not Return.objects.filter(number=number).exists())

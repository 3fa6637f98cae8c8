"""Points as the tests of the ledger need them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from customers.models import Purchase
from customers.services.returns import ReturnLineInput, record_return
from loyalty import ledger
from loyalty.models import Lot, Member, Transfer
from tests.factories import create_purchase

DAY = dt.timedelta(days=1)


def earn(purchase: Purchase) -> Lot:
    grant = ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)
    assert grant
    return grant.lot


def confirmed(*, points: int, account=None, days_ago: int = 40) -> Lot:
    purchase = create_purchase(
        account=account, unit_price=points * 10, delivered_at=timezone.now() - days_ago * DAY
    )
    lot = earn(purchase)
    ledger.confirm(lots=[lot.pk])
    lot.refresh_from_db()
    return lot


def give_back(purchase: Purchase | None, amount: int | Decimal) -> list[Transfer]:
    assert purchase
    line = ReturnLineInput(quantity=Decimal(1), unit_price=Decimal(amount), description="Came back")
    made = record_return(account=purchase.account, purchase=purchase, lines=[line])
    return ledger.refund(idempotency_key=f"return:{made.pk}", returned=made)


def balances(member: Member) -> tuple[int, int, int, int]:
    member.refresh_from_db()
    return member.pending, member.active, member.reserved, member.debt

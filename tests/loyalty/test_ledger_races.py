"""Many connections at one member's points: whoever is first gets them, exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from customers.models import Purchase
from customers.services.returns import ReturnLineInput, record_return
from loyalty import ledger
from loyalty.models import Lot, Member, Program, Transfer
from tests.factories import create_account, create_purchase, create_user

pytestmark = pytest.mark.usefixtures("committed_db")
CONNECTIONS = 8
LONG_AGO = dt.timedelta(days=40)


def in_parallel(work: Callable[[int], object], count: int) -> list[object]:
    """`work(0)` … `work(count - 1)`, spread over eight connections."""

    def share(first: int) -> list[object]:
        try:
            return [work(n) for n in range(first, count, CONNECTIONS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [result for results in pool.map(share, range(CONNECTIONS)) for result in results]


def member_with(points: int) -> Member:
    member = Member.objects.create(program=Program.objects.main(), account=create_account())
    ledger.adjust(
        idempotency_key=f"start:{member.pk}",
        member=member,
        points=points,
        reason="Start",
        actor=create_user(),
    )
    return member


def test_500_spendings_of_the_last_300_points():
    member = member_with(300)

    def spend(n: int) -> bool:
        try:
            ledger.spend(idempotency_key=f"{member.pk}:{n}", member=member, points=1)
        except ledger.NotEnoughPoints:
            return False
        return True

    assert sum(map(bool, in_parallel(spend, 500))) == 300
    member.refresh_from_db()
    assert (member.active, member.reserved) == (0, 300)
    assert ledger.reconcile() == 0


def test_one_key_from_everywhere_is_one_spending():
    member = member_with(100)

    def spend(n: int) -> int:
        return ledger.spend(idempotency_key=f"{member.pk}:once", member=member, points=60).pk

    assert len(set(in_parallel(spend, 40))) == 1
    member.refresh_from_db()
    assert (member.active, member.reserved) == (40, 60)


def test_a_first_purchase_heard_of_eight_times_makes_one_member_with_one_lot():
    purchase = create_purchase(unit_price=1000)

    def earn(n: int) -> object:
        return ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)

    assert len(set(in_parallel(earn, 16))) == 1
    assert Member.objects.get(account=purchase.account).pending == 100


def test_returns_race_with_the_points_of_their_purchase():
    """Whichever comes first, what is left is what the goods that were kept are worth."""
    purchases = [create_purchase(unit_price=1000) for _ in range(16)]

    def one(n: int) -> object:
        purchase = purchases[n // 2]
        if n % 2:
            return ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)
        return give_back(purchase, Decimal(400))

    in_parallel(one, 32)
    left = Lot.objects.filter(purchase__in=purchases).values_list("remaining", flat=True)
    assert list(left) == [60] * 16
    assert ledger.reconcile() == 0


def give_back(purchase: Purchase, amount: Decimal) -> list[Transfer]:
    line = ReturnLineInput(quantity=Decimal(1), unit_price=amount, description="Came back")
    made = record_return(account=purchase.account, purchase=purchase, lines=[line])
    return ledger.refund(idempotency_key=f"return:{made.pk}", returned=made)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_kinds_of_postings_at_once(seed: int):
    """No deadlock, nothing lost, nothing twice: the books agree whatever the interleaving was."""
    member, actor = member_with(200), create_user()
    purchases = [
        create_purchase(account=member.account, unit_price=1000, delivered_at=timezone.now() - LONG_AGO)
        for _ in range(12)
    ]
    spendings = [
        ledger.spend(idempotency_key=f"{member.pk}:early:{n}", member=member, points=10) for n in range(8)
    ]

    def act(n: int) -> None:
        chance = Random(f"{seed}:{n}")
        actions: list[Callable[[], object]] = [
            lambda: ledger.spend(
                idempotency_key=f"{member.pk}:{n}", member=member, points=chance.randint(1, 60)
            ),
            lambda: ledger.cancel(spending=chance.choice(spendings)),
            lambda: ledger.fulfil(spending=chance.choice(spendings)),
            lambda: earn(chance.choice(purchases)),
            lambda: give_back(chance.choice(purchases), Decimal(chance.randint(50, 300))),
            ledger.confirm_due,
            ledger.expire_due,
            lambda: ledger.adjust(
                idempotency_key=f"{member.pk}:adjust:{n}",
                member=member,
                points=chance.choice([-20, 30]),
                reason="Because",
                actor=actor,
            ),
        ]
        # not enough points, or given back already: an answer, not an accident
        with suppress(ValidationError):
            chance.choice(actions)()

    in_parallel(act, 200)
    for purchase in purchases:
        earn(purchase)
    assert ledger.reconcile() == 0
    assert Lot.objects.filter(purchase__in=purchases).count() == 12


def earn(purchase: Purchase) -> Transfer | None:
    return ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)

"""Whatever is done to points in whatever order, the books agree: a state machine tries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from customers.models import Purchase
from customers.services.returns import ReturnLineInput, record_return
from loyalty import ledger
from loyalty.ledger.earning import eligible_spend, still_granted, target
from loyalty.models import Allocation, Book, Lot, Member, Program, Transfer
from tests.factories import create_account, create_product, create_purchase, create_user

LONG_AGO = dt.timedelta(days=40)


class Points(RuleBasedStateMachine):
    purchases = Bundle("purchases")
    spendings = Bundle("spendings")

    def __init__(self) -> None:
        super().__init__()
        self.account = create_account()
        self.product = create_product()
        self.actor = create_user()
        self.member = Member.objects.create(program=Program.objects.main(), account=self.account)
        self.number = 0

    def next_key(self) -> str:
        self.number += 1
        return f"{self.member.pk}:{self.number}"

    @rule(into=purchases, total=st.integers(1, 3000))
    def buy(self, total: int) -> Any:
        purchase = create_purchase(
            account=self.account,
            product=self.product,
            unit_price=total,
            delivered_at=timezone.now() - LONG_AGO,
        )
        ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)
        return purchase

    @rule(purchase=purchases)
    def hear_of_it_again(self, purchase: Purchase) -> None:
        before = Transfer.objects.count()
        ledger.earn(idempotency_key=f"earn:{purchase.pk}", purchase=purchase)
        ledger.hold_until_return_window(purchase=purchase)
        assert Transfer.objects.count() == before

    @rule(months=st.sampled_from([None, 1, 12]))
    def confirm(self, months: int | None) -> None:
        Program.objects.update(expiry_months=months)
        ledger.confirm_due()

    @rule(into=spendings, points=st.integers(1, 400), twice=st.booleans())
    def spend(self, points: int, twice: bool) -> Any:
        key = self.next_key()
        try:
            spending = ledger.spend(idempotency_key=key, member=self.member, points=points)
        except ledger.NotEnoughPoints:
            return multiple()
        if twice:
            assert ledger.spend(idempotency_key=key, member=self.member, points=points) == spending
        return spending

    @rule(spending=spendings)
    def fulfil(self, spending: Transfer) -> None:
        if not Transfer.objects.filter(key=f"cancel:{spending.pk}").exists():
            ledger.fulfil(spending=spending)

    @rule(spending=spendings)
    def cancel(self, spending: Transfer) -> None:
        ledger.cancel(spending=spending)

    @rule(purchase=purchases, share=st.integers(1, 100), twice=st.booleans())
    def come_back(self, purchase: Purchase, share: int, twice: bool) -> None:
        amount = (eligible_spend(purchase) * share / 100).quantize(Decimal("0.01"))
        if not amount:
            return
        line = ReturnLineInput(quantity=Decimal(1), unit_price=amount, description="Came back")
        made = record_return(account=self.account, purchase=purchase, lines=[line])
        for _ in range(1 + twice):
            ledger.refund(idempotency_key=f"return:{made.pk}", returned=made)
        lot = Lot.objects.filter(purchase=purchase).first()
        if lot:
            assert still_granted(lot) <= target(lot, purchase)

    @rule(data=st.data())
    def grow_old(self, data: st.DataObject) -> None:
        lots = list(self.member.lots.spendable())
        if lots:
            lot = data.draw(st.sampled_from(lots))
            Lot.objects.filter(pk=lot.pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    @rule()
    def expire(self) -> None:
        ledger.expire_due()

    @rule(points=st.integers(-200, 200).filter(bool))
    def adjust(self, points: int) -> None:
        try:
            ledger.adjust(
                idempotency_key=self.next_key(),
                member=self.member,
                points=points,
                reason="Because",
                actor=self.actor,
            )
        except ledger.NotEnoughPoints:
            assert points < 0

    @invariant()
    def everything_kept_is_the_sum_of_its_parts(self) -> None:
        assert ledger.reconcile() == 0

    @invariant()
    def all_books_together_are_empty(self) -> None:
        moved = Transfer.objects.filter(member=self.member)
        received = dict(moved.values_list("to_book").annotate(n=Sum("amount")))
        given = dict(moved.values_list("from_book").annotate(n=Sum("amount")))
        balances = {book: received.get(book, 0) - given.get(book, 0) for book in Book.values}
        assert sum(balances.values()) == 0
        assert balances[Book.DEBT] <= 0
        assert balances[Book.REDEEMED] >= 0
        assert balances[Book.BREAKAGE] >= 0

    @invariant()
    def what_leaves_or_enters_the_balance_is_allocated(self) -> None:
        spent = Transfer.objects.filter(member=self.member, from_book=Book.ACTIVE)
        back = Transfer.objects.filter(member=self.member, kind=Transfer.Kind.CANCEL)
        for transfers, sign in ((spent, 1), (back, -1)):
            total = transfers.aggregate(n=Sum("amount", default=0))["n"]
            allocated = Allocation.objects.filter(transfer__in=transfers).aggregate(
                n=Sum("amount", default=0)
            )["n"]
            assert allocated == sign * total

    @invariant()
    def nobody_has_points_and_a_debt(self) -> None:
        self.member.refresh_from_db()
        assert not (self.member.active and self.member.debt)


@pytest.mark.django_db
def test_the_books_agree_whatever_happens():
    run_state_machine_as_test(
        Points,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

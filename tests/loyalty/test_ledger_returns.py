"""What came back has not earned its points: own lot, others, a debt."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import Return
from customers.services.returns import ReturnLineInput, record_return
from loyalty import ledger
from loyalty.models import Allocation, Lot, Program
from tests.factories import create_account, create_purchase, create_user
from tests.loyalty.points import DAY, balances, confirmed, earn, give_back

pytestmark = pytest.mark.django_db


class TestReturns:
    def test_a_return_in_the_window_takes_pending_points(self):
        purchase = create_purchase(unit_price=1000)
        lot = earn(purchase)
        legs = give_back(purchase, 405)
        assert [(leg.from_book, leg.to_book, leg.amount) for leg in legs] == [("pending", "issued", 41)]
        assert balances(lot.member) == (59, 0, 0, 0), "floor(0.1 × 595)"
        give_back(purchase, 595)
        assert balances(lot.member) == (0, 0, 0, 0)

    def test_own_lot_then_others_then_debt(self):
        account = create_account()
        lot, other = confirmed(points=100, account=account), confirmed(points=30, account=account)
        Lot.objects.filter(pk=lot.pk).update(expires_at=timezone.now() + DAY)
        ledger.spend(idempotency_key="order", member=lot.member, points=80)
        legs = give_back(lot.purchase, 1000)
        assert [(leg.from_book, leg.amount) for leg in legs] == [("active", 50), ("debt", 50)]
        taken = Allocation.objects.filter(transfer=legs[0]).order_by("id").values_list("lot", "amount")
        assert list(taken) == [(lot.pk, 20), (other.pk, 30)]
        assert balances(lot.member) == (0, 0, 80, 50)

    def test_a_debt_is_paid_with_the_next_points(self):
        account = create_account()
        lot = confirmed(points=100, account=account)
        ledger.spend(idempotency_key="order", member=lot.member, points=100)
        give_back(lot.purchase, 1000)
        assert balances(lot.member) == (0, 0, 100, 100)
        confirmed(points=30, account=account)
        assert balances(lot.member) == (0, 0, 100, 70)
        ledger.adjust(idempotency_key="a", member=lot.member, points=80, reason="Sorry", actor=create_user())
        assert balances(lot.member) == (0, 10, 100, 0)

    def test_giving_back_a_spending_pays_its_debt_first(self):
        lot = confirmed(points=100)
        spending = ledger.spend(idempotency_key="order", member=lot.member, points=100)
        give_back(lot.purchase, 400)
        assert balances(lot.member) == (0, 0, 100, 40)
        ledger.cancel(spending=spending)
        assert balances(lot.member) == (0, 60, 0, 0)

    def test_giving_back_a_spending_makes_whole_the_lots_a_return_took_from(self):
        account = create_account()
        lot, other = confirmed(points=100, account=account), confirmed(points=70, account=account)
        Lot.objects.filter(pk=lot.pk).update(expires_at=timezone.now() + DAY)
        spending = ledger.spend(idempotency_key="order", member=lot.member, points=100)
        give_back(lot.purchase, 600)
        other.refresh_from_db()
        assert other.remaining == 10
        ledger.cancel(spending=spending)
        lot.refresh_from_db()
        other.refresh_from_db()
        assert (lot.remaining, other.remaining) == (40, 70)

    def test_expired_points_are_never_taken_back(self):
        lot = confirmed(points=100)
        Lot.objects.update(expires_at=timezone.now() + DAY)
        ledger.spend(idempotency_key="order", member=lot.member, points=50)
        Lot.objects.update(expires_at=timezone.now() - DAY)
        ledger.expire_due()
        give_back(lot.purchase, 1000)
        assert balances(lot.member) == (0, 0, 50, 50), "50 expired, 50 were used and are owed"

    def test_the_rate_is_the_one_of_the_day_of_purchase(self):
        purchase = create_purchase(unit_price=1000)
        lot = earn(purchase)
        Program.objects.update(points_per_unit=5)
        give_back(purchase, 500)
        assert balances(lot.member) == (50, 0, 0, 0)

    def test_a_return_before_the_points_counts_as_well(self):
        purchase = create_purchase(unit_price=1000)
        assert give_back(purchase, 300) == []
        assert earn(purchase).amount == 70

    def test_a_return_twice_takes_once(self):
        purchase = create_purchase(unit_price=1000)
        lot = earn(purchase)
        give_back(purchase, 500)
        made = Return.objects.get()
        assert len(ledger.refund(idempotency_key=f"return:{made.pk}", returned=made)) == 1
        assert ledger.refund(idempotency_key="another key", returned=made) == []
        assert balances(lot.member) == (50, 0, 0, 0)

    def test_a_return_of_nobody_knows_what_takes_nothing(self):
        lot = confirmed(points=100)
        line = ReturnLineInput(quantity=Decimal(1), unit_price=Decimal(500), description="?")
        made = record_return(account=lot.member.account, lines=[line])
        assert ledger.refund(idempotency_key="r", returned=made) == []

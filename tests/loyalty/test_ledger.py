"""The ledger's rules, one by one: RULES "Points"."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.models import Purchase
from customers.services.purchases import change_status
from loyalty import ledger
from loyalty.models import Book, Lot, Program, Transfer
from tests.factories import create_account, create_purchase, create_user
from tests.loyalty.points import DAY, balances, confirmed, earn

pytestmark = pytest.mark.django_db


def test_points_are_pending_until_the_return_window_after_the_delivery_is_over():
    purchase = create_purchase(unit_price=18_400, ordered_at=timezone.now() - 35 * DAY)
    lot = earn(purchase)
    assert lot.amount == 1840
    assert lot.available_at == purchase.ordered_at + 30 * DAY
    assert balances(lot.member) == (1840, 0, 0, 0)
    assert ledger.confirm_due() == 0, "not delivered yet"

    purchase = change_status(purchase=purchase, status="delivered", at=timezone.now() - 31 * DAY)
    assert ledger.hold_until_return_window(purchase=purchase)
    assert ledger.confirm_due() == 1
    assert ledger.confirm_due() == 0
    assert balances(lot.member) == (0, 1840, 0, 0)
    assert not ledger.hold_until_return_window(purchase=purchase), "too late to hold them"


def test_a_late_delivery_holds_the_points_longer():
    purchase = create_purchase(unit_price=1000, ordered_at=timezone.now() - 40 * DAY)
    lot = earn(purchase)
    purchase = change_status(purchase=purchase, status="delivered", at=timezone.now() - 2 * DAY)
    ledger.hold_until_return_window(purchase=purchase)
    lot.refresh_from_db()
    assert purchase.delivered_at
    assert lot.available_at == purchase.delivered_at + 30 * DAY
    assert ledger.confirm_due() == 0


@pytest.mark.parametrize(("total", "points"), [("10", 1), ("19.99", 1), ("20", 2), ("123456.78", 12345)])
def test_fractions_of_a_point_are_dropped(total: str, points: int):
    assert earn(create_purchase(unit_price=Decimal(total))).amount == points


def test_too_little_spent_earns_nothing_and_leaves_no_trace():
    purchase = create_purchase(unit_price=Decimal("9.99"))
    assert ledger.earn(idempotency_key="earn:1", purchase=purchase) is None
    assert not Transfer.objects.exists()


def test_a_program_that_is_switched_off_gives_nothing_but_keeps_what_was_given():
    lot = earn(create_purchase(unit_price=500, delivered_at=timezone.now() - 31 * DAY))
    Program.objects.update(is_running=False)
    assert ledger.earn(idempotency_key="x", purchase=create_purchase(unit_price=500)) is None
    assert ledger.confirm_due() == 1
    assert balances(lot.member) == (0, 50, 0, 0)


def test_imported_history_earns_nothing():
    purchase = create_purchase(unit_price=500)
    Purchase.objects.update(is_history=True)
    assert ledger.earn(idempotency_key="x", purchase=purchase) is None


def test_all_accounts_of_a_tree_earn_for_its_top():
    top = create_account()
    school = create_account(parent=create_account(parent=top, kind="division"), kind="location")
    lots = [earn(create_purchase(account=account, unit_price=1000)) for account in (top, school)]
    assert {lot.member.account_id for lot in lots} == {top.pk}
    assert balances(lots[0].member) == (200, 0, 0, 0)


def test_the_same_key_twice_is_one_posting():
    purchase = create_purchase(unit_price=1000)
    assert earn(purchase) == earn(purchase)
    assert ledger.earn(idempotency_key="another key", purchase=purchase) is None
    lot = confirmed(points=100)
    first = ledger.spend(idempotency_key="order 1", member=lot.member, points=30)
    assert ledger.spend(idempotency_key="order 1", member=lot.member, points=30) == first
    assert balances(lot.member) == (0, 70, 30, 0)
    with pytest.raises(ledger.KeyConflict):
        ledger.spend(idempotency_key="order 1", member=lot.member, points=31)
    other = confirmed(points=100)
    with pytest.raises(ledger.KeyConflict):
        ledger.spend(idempotency_key="order 1", member=other.member, points=30)


def test_what_expires_first_is_spent_first():
    account = create_account()
    lots = [confirmed(points=points, account=account) for points in (10, 20, 30)]
    now = timezone.now()
    Lot.objects.filter(pk=lots[1].pk).update(expires_at=now + 9 * DAY)
    Lot.objects.filter(pk=lots[2].pk).update(expires_at=now + 5 * DAY)
    spending = ledger.spend(idempotency_key="order", member=lots[0].member, points=55)
    assert list(spending.allocations.order_by("id").values_list("lot", "amount")) == [
        (lots[2].pk, 30),
        (lots[1].pk, 20),
        (lots[0].pk, 5),
    ]


def test_points_past_their_day_cannot_be_spent_even_before_the_nightly_run():
    lot = confirmed(points=100)
    Lot.objects.update(expires_at=timezone.now() - DAY)
    with pytest.raises(ledger.NotEnoughPoints):
        ledger.spend(idempotency_key="order", member=lot.member, points=1)


@pytest.mark.parametrize("points", [0, -1])
def test_nothing_and_less_cannot_be_spent(points: int):
    with pytest.raises(ValidationError):
        ledger.spend(idempotency_key="order", member=confirmed(points=10).member, points=points)


def test_a_spending_is_fulfilled_or_given_back_once():
    lot = confirmed(points=100)
    spending = ledger.spend(idempotency_key="order", member=lot.member, points=40)
    assert ledger.fulfil(spending=spending) == ledger.fulfil(spending=spending)
    assert balances(lot.member) == (0, 60, 0, 0)
    assert ledger.cancel(spending=spending) == ledger.cancel(spending=spending)
    assert balances(lot.member) == (0, 100, 0, 0)
    second = ledger.spend(idempotency_key="order 2", member=lot.member, points=40)
    ledger.cancel(spending=second)
    with pytest.raises(ValidationError, match="given back"):
        ledger.fulfil(spending=second)


def test_points_given_back_keep_their_expiry_and_expire_again():
    lot = confirmed(points=100)
    Lot.objects.update(expires_at=timezone.now() + DAY)
    spending = ledger.spend(idempotency_key="order", member=lot.member, points=40)
    Lot.objects.update(expires_at=timezone.now() - DAY)
    assert ledger.expire_due() == 1
    ledger.cancel(spending=spending)
    assert balances(lot.member) == (0, 40, 0, 0)
    assert ledger.expire_due() == 1
    assert ledger.expire_due() == 0
    keys = Transfer.objects.filter(to_book=Book.BREAKAGE).order_by("id").values_list("key", "amount")
    assert list(keys) == [(f"expire:{lot.pk}:1", 60), (f"expire:{lot.pk}:2", 40)]


def test_expiry_is_set_when_points_can_be_spent():
    Program.objects.update(expiry_months=12)
    lot = confirmed(points=10)
    assert lot.expires_at
    assert 364 <= (lot.expires_at - timezone.now()).days <= 366
    adjusted = ledger.adjust(
        idempotency_key="a", member=lot.member, points=5, reason="Kind words", actor=create_user()
    )
    assert adjusted.lot.expires_at
    assert abs(adjusted.lot.expires_at - lot.expires_at) < dt.timedelta(minutes=1)


def test_a_month_that_is_too_short_ends_on_its_last_day():
    program = Program(expiry_months=1)
    assert program.expiry(dt.datetime(2026, 1, 31, 8, tzinfo=dt.UTC)) == dt.datetime(
        2026, 2, 28, 8, tzinfo=dt.UTC
    )
    program.expiry_months = 12
    assert program.expiry(dt.datetime(2026, 12, 5, tzinfo=dt.UTC)) == dt.datetime(2027, 12, 5, tzinfo=dt.UTC)

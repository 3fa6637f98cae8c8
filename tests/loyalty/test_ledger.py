"""The ledger's rules, one by one: RULES "Points"."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.core.immutable import unlocked
from crm.core.jobs import run_slice
from crm.core.models import Job
from crm.core.registry import registry
from customers.models import Purchase, Return, TimelineEntry
from customers.services.purchases import change_status
from customers.services.returns import ReturnLineInput, record_return
from loyalty import ledger
from loyalty.jobs import reconcile_slice, start_reconciling
from loyalty.models import Allocation, Book, Discrepancy, Lot, Member, Program, Transfer
from tests.factories import create_account, create_purchase, create_user

pytestmark = pytest.mark.django_db
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


class TestAdjustments:
    def test_it_works(self):
        lot, actor = confirmed(points=100), create_user()
        ledger.adjust(idempotency_key="a", member=lot.member, points=-30, reason="Entered twice", actor=actor)
        ledger.adjust(idempotency_key="b", member=lot.member, points=5, reason="Sorry", actor=actor)
        ledger.adjust(idempotency_key="b", member=lot.member, points=5, reason="Sorry", actor=actor)
        assert balances(lot.member) == (0, 75, 0, 0)
        entry = TimelineEntry.objects.filter(kind="loyalty.points_adjusted").order_by("id").first()
        assert entry
        assert (entry.actor, entry.words.text, entry.data) == (actor, "Entered twice", {"points": -30})

    @pytest.mark.parametrize(("points", "reason"), [(5, " "), (0, "Nothing"), (-101, "Too much")])
    def test_bad_input(self, points: int, reason: str):
        with pytest.raises(ValidationError):
            ledger.adjust(
                idempotency_key="a",
                member=confirmed(points=100).member,
                points=points,
                reason=reason,
                actor=create_user(),
            )


class TestGuards:
    """What the database refuses whoever asks."""

    @pytest.mark.parametrize("model", [Transfer, Allocation, Lot])
    def test_rows_cannot_be_changed_or_deleted(self, model: type[Transfer | Allocation | Lot]):
        lot = confirmed(points=100)
        ledger.spend(idempotency_key="order", member=lot.member, points=10)
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            model.objects.update(amount=1)
        with (
            pytest.raises(IntegrityError, match="cannot be changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {model._meta.db_table}")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": 0},
            {"amount": -5},
            {"to_book": "active"},
            {"to_book": "pocket"},
            {"from_book": "issued", "to_book": "redeemed"},
            {"kind": "adjust"},
            {"amount": 101},
        ],
    )
    def test_impossible_transfers_are_refused(self, wrong: dict[str, object]):
        member = confirmed(points=100).member
        right = {"from_book": "active", "to_book": "reserved", "amount": 5, "kind": "spend", "key": "k"}
        with pytest.raises(IntegrityError):
            Transfer.objects.create(program=member.program, member=member, **{**right, **wrong})

    def test_more_than_a_lot_has_cannot_be_allocated(self):
        lot = confirmed(points=100)
        spending = ledger.spend(idempotency_key="order", member=lot.member, points=60)
        with pytest.raises(IntegrityError, match="lot_remaining_in_range"):
            Allocation.objects.create(transfer=spending, lot=lot, amount=41)

    def test_a_purchase_has_one_lot(self):
        lot = confirmed(points=100)
        grant = Transfer.objects.create(
            program=lot.member.program,
            member=lot.member,
            from_book="issued",
            to_book="pending",
            amount=1,
            kind="earn",
            key="again",
        )
        with pytest.raises(IntegrityError):
            Lot.objects.create(
                member=lot.member,
                grant=grant,
                purchase=lot.purchase,
                amount=1,
                remaining=1,
                available_at=lot.available_at,
            )


class TestReconciling:
    def test_all_agrees(self):
        lot = confirmed(points=100)
        spending = ledger.spend(idempotency_key="order", member=lot.member, points=60)
        give_back(lot.purchase, 700)
        ledger.cancel(spending=spending)
        assert ledger.reconcile() == 0

    def test_a_difference_is_an_alarm_until_it_is_gone(self, caplog: pytest.LogCaptureFixture):
        lot = confirmed(points=100)
        Member.objects.update(active=90)
        assert ledger.reconcile() == 2
        assert ledger.reconcile() == 2
        found = Discrepancy.objects.open().order_by("what").values_list("what", "kept", "counted")
        assert list(found) == [("active", 90, 100), ("active lots", 100, 90)]
        assert f"Points of member {lot.member_id} differ" in caplog.text
        Member.objects.update(active=100)
        assert ledger.reconcile() == 0
        assert not Discrepancy.objects.open().exists()

    def test_the_nightly_job_looks_at_every_member_in_slices(self, monkeypatch: pytest.MonkeyPatch):
        lots = [confirmed(points=100) for _ in range(5)]
        Member.objects.filter(pk=lots[3].member_id).update(pending=7)
        monkeypatch.setattr("loyalty.jobs.MEMBERS_AT_ONCE", 2)
        job = registry.periodic["reconcile points"].run()
        assert isinstance(job, Job)
        run_slice(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done, job.report) == ("done", 5, {"differences": 2})

        again = start_reconciling()
        assert not reconcile_slice(again, timezone.now()), "a slice ends at its deadline"
        assert again.cursor == {"member": lots[1].member_id}

    def test_a_lot_that_lost_points_is_found(self):
        confirmed(points=100)
        with unlocked():
            Lot.objects.update(remaining=99)
        assert ledger.reconcile() == 2

"""Corrections by hand, what the database refuses, and the nightly comparison."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.core.immutable import unlocked
from crm.core.jobs import run_slice
from crm.core.models import Job
from crm.core.registry import registry
from customers.models import TimelineEntry
from loyalty import ledger
from loyalty.jobs import reconcile_slice, start_reconciling
from loyalty.models import Allocation, Discrepancy, Lot, Member, Transfer
from tests.factories import create_user
from tests.loyalty.points import balances, confirmed, give_back

pytestmark = pytest.mark.django_db


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

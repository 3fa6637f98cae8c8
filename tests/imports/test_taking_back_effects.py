"""What other apps did for orders that counted as new is undone with them, and done again with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.events import drain
from crm.core.models import Job
from customers.models import Account, Enrolment, Message, Purchase, TimelineEntry
from loyalty import ledger
from loyalty.checks import points_of_what_is_gone
from loyalty.models import Lot, Member, Transfer
from surveys.models import Invitation
from tests.factories import create_account, create_contact, create_purchase, create_user
from tests.imports.bringing import bring
from tests.imports.importing import COLUMNS, HEADER, checksums, make_map, run_import
from tests.imports.taking_back import LIVE, kept, removed, take_back
from tests.loyalty.points import balances, confirmed

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
FILE = HEADER.replace("\n", ",Delivered\n") + (
    f"77,{TODAY - dt.timedelta(days=3)},C-9,BL-5,Bleacher,1,5000.00,{TODAY - dt.timedelta(days=1)}\n"
)


def import_new(content: str = FILE) -> Job:
    """Import orders that count as new, and let everybody react."""
    found = make_map(fields={**COLUMNS, "delivered_at": "Delivered"})
    job = run_import(content, found=found, treat_as_new_since=TODAY - dt.timedelta(days=30))
    drain()
    return job


def undo(job: Job) -> Job:
    taking = take_back(job)
    drain()
    return taking


def test_a_new_customer_goes_with_its_points(client: Client):
    before = checksums(LIVE)
    job = import_new()
    member = Member.objects.get()
    assert balances(member) == (500, 0, 0, 0)

    undo(job)

    assert checksums(LIVE) == before
    assert balances(member) == (0, 0, 0, 0)
    assert list(Transfer.objects.order_by("pk").values_list("kind", "amount")) == [
        ("earn", 500),
        ("refund", 500),
    ]
    admin = create_user()
    assert not Member.objects.visible_to(admin).exists()
    client.force_login(admin)
    assert f"/loyalty/members/{member.pk}/" not in client.get("/loyalty/").content.decode()
    assert client.get(member.get_absolute_url()).status_code == 404
    assert points_of_what_is_gone() == 0


def test_the_points_come_again_with_the_file():
    job = import_new()
    member = Member.objects.get()
    for _round in range(2):
        undo(job)
        assert balances(member) == (0, 0, 0, 0)
        job = import_new()
        assert balances(member) == (500, 0, 0, 0)
    assert Lot.objects.get().remaining == 500
    assert ledger.reconcile() == 0


def test_a_customer_that_was_here_keeps_its_page(client: Client):
    account = create_account(external_id="C-9")
    job = import_new()
    purchase = Purchase.objects.get()
    undo(job)

    client.force_login(create_user())
    page = client.get(Member.objects.get(account=account).get_absolute_url())
    assert "The import that had brought the order was taken back" in page.content.decode()
    assert client.get(purchase.get_absolute_url()).status_code == 404
    account_page = client.get(account.get_absolute_url()).content.decode()
    assert "#77" not in account_page
    assert "Taken back: Import of test.csv" in account_page


def test_spent_points_become_a_debt_and_come_back():
    account = create_account(external_id="C-9")
    old = confirmed(points=100, account=account)
    job = import_new()
    ledger.confirm(lots=[Lot.objects.exclude(pk=old.pk).get().pk])
    ledger.spend(idempotency_key="reward", member=old.member, points=560)
    assert balances(old.member) == (0, 40, 560, 0)

    undo(job)
    assert balances(old.member) == (0, 0, 560, 460)
    assert ledger.reconcile() == 0

    import_new()
    assert balances(old.member) == (0, 40, 560, 0)
    assert ledger.reconcile() == 0


def test_a_return_that_goes_gives_its_points_again_and_takes_them_when_it_comes_back():
    account = create_account(external_id="C-9")
    purchase = create_purchase(account=account, number="88", unit_price=1000)
    drain()
    content = HEADER + f"88,{TODAY},C-9,,Bleacher,-1,400.00\n"
    options: dict[str, Any] = {
        "found": make_map(negative_is_return=True),
        "treat_as_new_since": TODAY - dt.timedelta(days=30),
    }
    member = Member.objects.get()
    for _round in range(2):
        job = run_import(content, **options)
        drain()
        assert balances(member) == (60, 0, 0, 0)
        assert "Returns" in removed(undo(job))
        assert balances(member) == (100, 0, 0, 0)
    assert purchase.returns.count() == 0
    assert ledger.reconcile() == 0


def test_redeemed_points_keep_a_customer():
    job = import_new()
    ledger.confirm(lots=[Lot.objects.get().pk])
    ledger.spend(idempotency_key="reward", member=Member.objects.get(), points=10)

    taking = undo(job)

    assert ("Customers", "Points spent or given by hand", 1) in kept(taking)
    assert not Purchase.objects.exists()
    assert balances(Member.objects.get()) == (0, 0, 10, 10)


def test_a_question_that_was_not_asked_goes_and_is_planned_again():
    contact = create_contact(account=create_account(external_id="C-9"), roles=["champion"])
    before = checksums(("surveys_invitation", "customers_message"))
    job = import_new()
    assert Invitation.objects.get().contact == contact
    assert Message.objects.filter(kind="survey_invitation").count() == 1

    undo(job)
    assert checksums(("surveys_invitation", "customers_message")) == before
    import_new()
    assert Invitation.objects.get().state == Invitation.State.PLANNED


def test_an_order_somebody_was_asked_about_stays():
    create_contact(account=create_account(external_id="C-9"), roles=["champion"])
    job = import_new()
    Message.objects.filter(kind="survey_invitation").update(state="sent", sent_at=timezone.now())
    drain()

    taking = undo(job)

    assert ("Orders", "Survey invitations", 1) in kept(taking)
    assert Purchase.objects.filter(number="77").exists()


def test_the_sequence_of_a_first_delivery_ends():
    account = create_account(external_id="C-9")
    job = import_new()
    enrolment = Enrolment.objects.get(account=account)

    undo(job)

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.outcome) == ("exited", "campaigns.order_gone")
    assert TimelineEntry.objects.filter(kind="campaigns.left", account=account).exists()


def test_a_delivery_that_is_taken_back_ends_the_sequence_and_the_question():
    ordered = FILE.rsplit(",", 1)[0] + ",\n"
    import_new(ordered)
    purchase = create_contact(account=Account.objects.get()).account.purchases.get()
    job = import_new()
    assert Enrolment.objects.get(reference=purchase.pk).state == "active"

    undo(job)

    purchase.refresh_from_db()
    assert (purchase.status, purchase.delivered_at) == ("ordered", None)
    enrolment = Enrolment.objects.get(reference=purchase.pk)
    assert (enrolment.state, enrolment.outcome) == ("exited", "campaigns.order_gone")
    assert not Invitation.objects.wanted().exists()


def test_the_customer_list_brings_back_the_customer_of_the_orders():
    job = import_new()
    account = Account.objects.get()
    undo(job)

    bring("customers.accounts", "Customer number,Name\nC-9,Lincoln High\n")
    import_new()

    assert Account.objects.get() == account
    assert Member.objects.get().pending == 500


def test_orders_that_came_too_late_for_their_reaction_earn_nothing():
    found = make_map(fields={**COLUMNS, "delivered_at": "Delivered"})
    job = run_import(FILE, found=found, treat_as_new_since=TODAY - dt.timedelta(days=30))

    undo(job)

    assert not Transfer.objects.exists()
    assert not Account.objects.exists()


def test_points_that_a_file_brought_keep_their_customer_until_they_are_taken_back():
    accounts = bring("customers.accounts", "Customer number,Name\nC-9,Lincoln High\n")
    points = bring("loyalty.balances", "Customer number,Points\nC-9,250\n")
    member = Member.objects.get()
    assert balances(member) == (0, 250, 0, 0)

    look = take_back(accounts, trial=True)
    assert kept(look) == {("Customers", "Points spent or given by hand", 1)}
    undo(points)
    assert balances(member) == (0, 0, 0, 0)
    undo(accounts)

    assert not Account.objects.exists()
    assert points_of_what_is_gone() == 0
    bring("customers.accounts", "Customer number,Name\nC-9,Lincoln High\n")
    bring("loyalty.balances", "Customer number,Points\nC-9,250\n")
    assert balances(member) == (0, 250, 0, 0)
    assert ledger.reconcile() == 0

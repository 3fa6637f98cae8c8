"""An import is taken back: what it added goes, what it changed is as before, what was used since stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crm.core.audit import audited_models
from crm.core.jobs import cancel_job, run_slice
from crm.core.models import Job
from customers.imports.reverting.jobs import CannotTakeBack, start_taking_back
from customers.models import (
    Account,
    AccountSummary,
    FormerRow,
    ImportChange,
    Product,
    Purchase,
    TimelineEntry,
)
from customers.services.privacy import erase_contact
from tests.factories import (
    create_contact,
    create_product,
    create_purchase,
    create_user,
)
from tests.imports.importing import HEADER, ORDER, checksums, make_map, parts, run_import
from tests.imports.taking_back import LIVE, changed, kept, removed, take_back

pytestmark = pytest.mark.django_db

SECOND = HEADER + "10522,2026-03-15,C-118,BL-5,Bleacher 5 rows,1,100.00\n"
RETURN = HEADER + "10521,2026-03-20,C-118,BL-5,Bleacher 5 rows,-1,1499.00\n"


def ids() -> list[list[int]]:
    return [
        list(model.objects.order_by("pk").values_list("pk", flat=True))
        for model in (Account, Product, Purchase)
    ]


def test_it_works():
    create_purchase(product=create_product(sku="PAD-2"))
    before = checksums(LIVE)
    job = run_import(ORDER)
    assert checksums(LIVE) != before

    taking = take_back(job)

    assert checksums(LIVE) == before
    assert removed(taking) == {"Customers": 1, "Articles": 1, "Orders": 1, "Lines of orders": 2}
    assert (taking.report["changed"], taking.report["kept"]) == ([], [])
    assert not ImportChange.objects.exists()


def test_the_log_says_what_went_and_by_whom():
    admin = create_user()
    job = run_import(ORDER)
    account = Account.objects.get()

    taking = take_back(job, by=admin)

    last = audited_models()["customers.account"].objects.filter(pgh_obj_id=account.pk).latest("pgh_id")
    assert (last.pgh_label, last.external_id) == ("delete", "C-118")
    assert last.pgh_context.metadata == {"user": admin.pk, "job": taking.pk}


def test_the_same_file_again_brings_the_same_rows():
    job = run_import(ORDER)
    first, found = parts(job), ids()
    take_back(job)
    assert FormerRow.objects.count() == 4

    again = run_import(ORDER)

    assert (parts(again), ids()) == (first, found)
    assert not FormerRow.objects.exists()
    take_back(again)
    assert ids() == [[], [], []]


def test_what_changed_is_as_before():
    run_import(ORDER)
    before = state()
    job = run_import(ORDER.replace("1499.00", "1500.00").replace("09:30", "10:30"))
    assert state() != before

    taking = take_back(job)

    assert state() == before
    assert changed(taking) == {"Orders": (1, 0), "Lines of orders": (1, 0)}
    told = TimelineEntry.objects.get(kind="customers.import_taken_back")
    assert (told.account, told.data) == (Account.objects.get(), {"title": job.title})


def state() -> list[Any]:
    """Everything of the order that a file can change."""
    lines = Purchase.objects.order_by("lines__ordinal").values_list(
        "ordered_at", "status", "delivered_at", "total", "lines__quantity", "lines__unit_price"
    )
    figures = AccountSummary.objects.values_list("revenue", "orders", "first_purchase_at", "last_purchase_at")
    return [*lines, *figures]


def test_lines_that_an_import_added_to_an_order_go_and_the_total_follows():
    first = ORDER.rsplit("10521", 1)[0]
    run_import(first)
    job = run_import(ORDER)
    assert Purchase.objects.get().total == Decimal(3535)

    taking = take_back(job)

    assert Purchase.objects.get().total == Decimal(2998)
    assert AccountSummary.objects.get().revenue == Decimal(2998)
    assert removed(taking) == {"Articles": 1, "Lines of orders": 1}


def test_returns_go_and_revenue_is_back():
    run_import(ORDER)
    before = state()
    job = run_import(RETURN, found=make_map(negative_is_return=True))
    assert AccountSummary.objects.get().revenue == Decimal(2036)

    taking = take_back(job)

    assert state() == before
    assert removed(taking) == {"Returns": 1, "Lines of returns": 1}
    assert list(TimelineEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "customers.purchase",
        "customers.import_taken_back",
    ]


def test_what_was_changed_again_by_hand_is_left():
    run_import(ORDER)
    job = run_import(ORDER.replace("1499.00", "1500.00").replace("09:30", "10:30"))
    Purchase.objects.update(ordered_at="2026-03-10T00:00:00Z")

    taking = take_back(job)

    assert changed(taking) == {"Orders": (1, 1), "Lines of orders": (1, 0)}
    purchase = Purchase.objects.get()
    assert (purchase.ordered_at.day, purchase.total) == (10, Decimal(3535))


def test_an_earlier_import_cannot_take_what_a_later_one_uses():
    first, second = run_import(ORDER), run_import(SECOND)

    taking = take_back(first)

    assert removed(taking) == {"Customers": 0, "Articles": 1, "Orders": 1, "Lines of orders": 2}
    assert kept(taking) == {("Customers", "Orders", 1), ("Articles", "Lines of orders", 1)}
    assert list(Purchase.objects.values_list("number", flat=True)) == ["10522"]
    take_back(second)
    assert ids() == [[], [], []]


def test_the_later_import_first_and_then_the_earlier():
    before = checksums(LIVE)
    first = run_import(ORDER)
    after_first = state()
    second = run_import(SECOND + ORDER.removeprefix(HEADER).replace("1499.00", "1500.00"))

    take_back(second)
    assert state() == after_first
    take_back(first)
    assert checksums(LIVE) == before


def test_the_earlier_import_first_and_then_the_later():
    run_import(ORDER)
    before = state()
    first = run_import(ORDER.replace("1499.00", "1500.00"))
    second = run_import(ORDER.replace("1499.00", "1600.00").replace("89.50", "90.00"))

    taking = take_back(first)
    assert changed(taking) == {"Orders": (0, 1), "Lines of orders": (0, 1)}
    assert Purchase.objects.get().total == Decimal(3740)
    take_back(second)

    assert state() == before


def test_an_order_that_a_later_import_changed_stays():
    first = run_import(ORDER)
    run_import(ORDER.replace("1499.00", "1500.00"))

    taking = take_back(first)

    why = "A later import wrote it, too, and has it now"
    assert ("Orders", why, 1) in kept(taking)
    assert Purchase.objects.get().total == Decimal(3537)


def test_a_look_writes_nothing():
    job = run_import(ORDER)
    before = checksums(LIVE)

    look = take_back(job, trial=True)

    assert look.report["trial"]
    assert removed(look) == {"Customers": 1, "Articles": 2, "Orders": 1, "Lines of orders": 2}
    assert checksums(LIVE) == before
    assert take_back(job).report == look.report | {"trial": False}


def test_it_is_done_once():
    job = run_import(ORDER)
    first = start_taking_back(job=job, by=create_user())
    with pytest.raises(CannotTakeBack, match="is under way"):
        start_taking_back(job=job, by=create_user())
    run_slice(first.pk)
    with pytest.raises(CannotTakeBack, match="was taken back already"):
        start_taking_back(job=job, by=create_user())
    with pytest.raises(CannotTakeBack, match="Only imports"):
        start_taking_back(job=first, by=create_user())


def test_an_import_that_wrote_nothing_has_nothing_to_take_back():
    run_import(ORDER)
    with pytest.raises(CannotTakeBack, match="There is nothing"):
        start_taking_back(job=run_import(ORDER), by=create_user())


def test_a_worker_lost_after_its_work_finds_it_done():
    job = run_import(ORDER)
    taking = take_back(job)
    Job.objects.filter(pk=taking.pk).update(state=Job.State.QUEUED, finished_at=None)

    run_slice(taking.pk)

    taking.refresh_from_db()
    assert taking.state == Job.State.DONE
    assert removed(taking)["Orders"] == 1


def test_a_cancelled_one_leaves_all_as_it_was():
    job = run_import(ORDER)
    before = checksums(LIVE)
    taking = start_taking_back(job=job, by=create_user())
    Job.objects.filter(pk=taking.pk).update(attempts=1)
    cancel_job(job=taking)

    run_slice(taking.pk)

    taking.refresh_from_db()
    assert taking.state == Job.State.CANCELLED
    assert checksums(LIVE) == before
    take_back(job)
    assert not Account.objects.exists()


def test_old_words_of_an_erased_person_do_not_come_back():
    contact = create_contact(first_name="Dana")
    job = Job.objects.create(kind="customers.import", title="Import of people", state=Job.State.DONE)
    ImportChange.objects.create(
        job=job, model="customers.contact", row_id=contact.pk, action="changed", old={"job_title": "Coach"}
    )
    erase_contact(contact=contact, actor=create_user())
    take_back(job)

    contact.refresh_from_db()
    assert contact.job_title == ""

"""What an import writes, and that it writes it once."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from crm.core.jobs import cancel_job, run_slice
from crm.core.models import Job, OutboxEvent
from customers.imports import files, staging
from customers.imports.jobs import read
from customers.models import Account, AccountSummary, Product, Purchase, PurchaseLine, Return, TimelineEntry
from tests.factories import create_account, create_product, create_purchase, create_user
from tests.imports.importing import (
    HEADER,
    ORDER,
    checksums,
    figures,
    make_map,
    parts,
    queue_import,
    reasons,
    run_import,
)

pytestmark = pytest.mark.django_db


def test_it_works():
    owner = create_user()

    job = run_import(ORDER, owner=owner)

    assert job.state == "done"
    assert (job.report["read"], job.report["kept"], job.report["refused"]) == (2, 2, 0)
    assert figures(job) == {"Customers in the file": 1, "Net": "3535.00"}
    account = Account.objects.get()
    assert (account.external_id, account.name, account.owner) == ("C-118", "Customer C-118", owner)
    assert account.customer_since == dt.date(2026, 3, 14)
    purchase = Purchase.objects.get()
    assert (purchase.number, purchase.account, purchase.total) == ("10521", account, Decimal(3535))
    assert (purchase.status, purchase.is_history) == ("ordered", True)
    assert purchase.ordered_at == dt.datetime(2026, 3, 14, 9, 30, tzinfo=dt.UTC)
    lines = purchase.lines.order_by("ordinal").values_list(
        "ordinal", "product__sku", "description", "quantity"
    )
    assert list(lines) == [
        (1, "BL-5", "Bleacher 5 rows", Decimal(2)),
        (2, "PAD-2", "Wall padding", Decimal(6)),
    ]
    assert set(Product.objects.values_list("sku", "name")) == {
        ("BL-5", "Bleacher 5 rows"),
        ("PAD-2", "Wall padding"),
    }
    summary = AccountSummary.objects.get(account=account)
    assert (summary.revenue, summary.orders) == (Decimal("3535.00"), 1)


def test_the_timeline_reads_as_if_it_had_been_recorded_by_hand():
    run_import(ORDER)
    purchase = Purchase.objects.get()
    entry = TimelineEntry.objects.get()

    assert (entry.kind, entry.key, entry.link) == (
        "customers.purchase",
        f"purchase:{purchase.pk}",
        purchase.get_absolute_url(),
    )
    assert entry.data == {
        "purchase": purchase.pk,
        "number": "10521",
        "total": "3535.0000",
        "first": "Bleacher 5 rows",
        "quantity": "2",
        "lines": 2,
    }


def test_the_same_file_twice_changes_nothing():
    run_import(ORDER)
    before = checksums()

    job = run_import(ORDER)

    assert checksums() == before
    assert job.report["changed"] is False
    assert set(parts(job).values()) == {(0, 0)}


def test_a_corrected_file_corrects_and_never_deletes():
    run_import(ORDER)

    job = run_import(HEADER + "10521,2026-03-14 09:30,C-118,BL-5,Bleacher 5 rows,3,1499.00\n")

    assert (parts(job)["Orders"], parts(job)["Lines of orders"]) == ((0, 0), (0, 1))
    purchase = Purchase.objects.get()
    assert purchase.lines.count() == 2
    assert purchase.total == 3 * 1499 + 6 * Decimal("89.50")
    assert AccountSummary.objects.get().revenue == purchase.total


def test_known_customers_and_articles_stay_as_they_are():
    account = create_account(name="Lincoln High", external_id="C-118")
    create_product(sku="BL-5", name="Our own words", cost=Decimal(700))

    run_import(ORDER)

    account.refresh_from_db()
    assert account.name == "Lincoln High"
    line = PurchaseLine.objects.get(ordinal=1)
    assert (line.product.name, line.unit_cost) == ("Our own words", Decimal(700))


def test_identical_lines_are_lines_and_the_earliest_date_wins():
    job = run_import(
        HEADER
        + "7,2026-03-14 10:00,C-1,X,Pad,1,5\n"
        + "7,2026-03-14 09:00,C-1,X,Pad,1,5\n"
        + "7,2026-03-14 10:00,C-1,X,Pad,1,5\n"
    )
    assert parts(job)["Lines of orders"] == (3, 0)
    assert Purchase.objects.get().ordered_at.hour == 9


def test_cancellations_become_returns_that_name_no_order():
    job = run_import(
        HEADER + "C7,2026-03-15,C-1,X,Pad,-2,5\n" + "7,2026-03-14,C-1,X,Pad,2,5\n",
        found=make_map(return_prefix="C"),
    )
    made = Return.objects.get()
    assert (made.number, made.purchase_id, made.total) == ("C7", None, Decimal(10))
    assert made.is_history
    assert made.lines.get().quantity == 2
    assert figures(job)["Net"] == "0.00"
    assert TimelineEntry.objects.filter(kind="customers.return", data__order="").count() == 1


def test_a_negative_line_is_a_return_of_its_order_when_the_map_says_so():
    rows = HEADER + "7,2026-03-14,C-1,X,Pad,2,5\n" + "7,2026-03-14,C-1,X,Pad,-1,5\n"

    refused = run_import(rows)
    assert reasons(refused) == {"The quantity is negative and the order is not a return": 1}

    run_import(rows, found=make_map(negative_is_return=True))
    assert Return.objects.get().purchase == Purchase.objects.get()


DELIVERIES = "Order,Date,Customer,Price,Status,Delivered\n"


def delivery_map():
    named = {"account_number": "Customer", "unit_price": "Price", "status": "Status"}
    return make_map(fields={"number": "Order", "ordered_at": "Date", "delivered_at": "Delivered", **named})


def test_a_later_file_moves_an_order_on_and_never_back():
    run_import(DELIVERIES + "7,2026-03-14,C-1,5,delivered,2026-03-20\n", found=delivery_map())
    run_import(DELIVERIES + "7,2026-03-14,C-1,5,shipped,\n", found=delivery_map())

    purchase = Purchase.objects.get()
    assert purchase.status == "delivered"
    assert purchase.delivered_at == dt.datetime(2026, 3, 20, tzinfo=dt.UTC)


def test_orders_of_two_customers_and_of_somebody_else_are_refused():
    create_purchase(account=create_account(external_id="OTHER"), number="8")
    job = run_import(
        HEADER
        + "7,2026-03-14,C-1,X,Pad,1,5\n"
        + "7,2026-03-14,C-2,X,Pad,1,5\n"
        + "8,2026-03-14,C-1,X,Pad,1,5\n"
        + "9,2026-03-14,C-1,X,Pad,1,5\n"
    )
    assert reasons(job) == {
        "The lines of this order name different customers": 2,
        "An order of this number belongs to another customer": 1,
    }
    assert set(Purchase.objects.values_list("number", flat=True)) == {"8", "9"}


def test_refused_rows_come_back_as_a_file_that_can_be_mended_and_sent_again():
    job = run_import(
        HEADER
        + "7,2026-03-14,C-1,X,Pad,1,5\n"
        + "7,2026-03-14,C-1,Y,=cmd|'/c calc'!A1,1,five\n"
        + "7,2026-03-14,C-1,Z,Mat,1,6\n"
    )
    with default_storage.open(job.report["refused_file"]) as file:
        text = file.read().decode("utf-8-sig")
    header, row = csv.reader(text.splitlines())
    assert header[-3:] == ["Line of the order", "Line of the file", "Reason"]
    assert row[4] == "'=cmd|'/c calc'!A1"
    assert row[-3:] == ["2", "3", "A quantity, price or cost is not a number"]

    mended = make_map(fields={**make_map().fields, "ordinal": "Line of the order"})
    run_import(text.replace("five", "5.50"), found=mended)

    lines = (
        Purchase.objects.get().lines.order_by("ordinal").values_list("ordinal", "product__sku", "unit_price")
    )
    assert list(lines) == [(1, "X", 5), (2, "Y", Decimal("5.5")), (3, "Z", 6)]
    assert Product.objects.get(sku="Y").name == "=cmd|'/c calc'!A1"


def test_history_announces_nothing():
    run_import(ORDER)
    assert not OutboxEvent.objects.exists()


def test_what_is_treated_as_new_is_announced_once():
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    rows = HEADER + f"7,2026-03-14,C-1,X,Pad,1,5\n8,{yesterday},C-1,X,Pad,1,5\n9,{yesterday},C-2,X,Pad,1,5\n"
    found = make_map(defaults={"status": "delivered"})
    for _ in range(2):
        run_import(rows, found=found, treat_as_new_since=yesterday)

    assert set(Purchase.objects.filter(is_history=False).values_list("number", flat=True)) == {"8", "9"}
    new = {purchase.number: purchase for purchase in Purchase.objects.filter(is_history=False)}
    numbers = {purchase.pk: number for number, purchase in new.items()}
    told = [(event.name, event.payload) for event in OutboxEvent.objects.all()]
    assert sorted(told, key=lambda event: (event[0], numbers[event[1]["purchase_id"]])) == [
        ("customers.purchase_recorded", event_of(new["8"])),
        ("customers.purchase_recorded", event_of(new["9"])),
        (
            "customers.purchase_status_changed",
            event_of(new["8"]) | {"status": "delivered", "is_first_delivery": False},
        ),
        (
            "customers.purchase_status_changed",
            event_of(new["9"]) | {"status": "delivered", "is_first_delivery": True},
        ),
    ]


@pytest.mark.parametrize(("since", "told"), [("2026-03-01", 1), ("2026-04-01", 0)])
def test_another_date_of_a_known_delivery_is_announced_unless_it_is_history(since, told):
    options = {"found": delivery_map(), "treat_as_new_since": dt.date.fromisoformat(since)}
    for day in (20, 18, 18):
        run_import(DELIVERIES + f"7,2026-03-14,C-1,5,delivered,2026-03-{day}\n", **options)

    assert OutboxEvent.objects.filter(name="customers.delivery_date_corrected").count() == told
    assert TimelineEntry.objects.filter(kind="customers.delivery_corrected").count() == told


def event_of(purchase: Purchase) -> dict[str, int | None]:
    return {"purchase_id": purchase.pk, "account_id": purchase.account_id, "contact_id": None}


def test_cancelling_leaves_nothing_behind():
    before = checksums()
    job = queue_import(ORDER.encode())
    run_slice(job.pk)  # reads; the next one would apply
    job.refresh_from_db()
    assert staging.count(job.pk) == 2
    cancel_job(job=job)

    run_slice(job.pk)

    job.refresh_from_db()
    assert job.state == "cancelled"
    assert checksums() == before


def test_a_staging_table_emptied_by_a_crash_is_filled_again():
    job = queue_import(ORDER.encode())
    run_slice(job.pk)
    staging.execute(f"TRUNCATE {staging.table_of(job.pk)}")
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()

    assert job.report["kept"] == 2
    assert PurchaseLine.objects.count() == 2


def test_a_slice_that_is_out_of_time_leaves_the_rest_to_the_next():
    job = queue_import(ORDER.encode())
    read(job, make_map(), timezone.now())
    assert (job.cursor["rows"], job.cursor["stage"]) == (0, "read")

    read(job, make_map(), timezone.now() + dt.timedelta(hours=1))
    assert (job.cursor["rows"], job.cursor["stage"], staging.count(job.pk)) == (2, "apply", 2)


def test_the_sweep_clears_what_ended_jobs_left():
    job = queue_import(ORDER.encode())
    run_slice(job.pk)
    Job.objects.filter(pk=job.pk).update(state="failed")

    files.sweep()

    assert staging.count(job.pk) is None

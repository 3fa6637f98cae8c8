"""The way of a file through the browser: upload, columns, check, import."""

from __future__ import annotations

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.test import Client

from crm.core.jobs import run_slice
from crm.core.models import Download, Job, Role
from customers.imports import files, staging
from customers.imports.uploads import SALT
from customers.models import Account, Purchase
from tests.factories import create_account, create_user
from tests.imports.importing import HEADER, ORDER, checksums, packed, reasons
from tests.imports.visiting import ACCOUNTS, NAMED, check, chosen, start, upload, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def test_it_works(admin):
    assert "Purchases" in admin.get("/imports/").content.decode()
    assert admin.get("/imports/new/customers.purchases/").status_code == 200
    answer = upload(admin, packed(ORDER))
    page = admin.get(answer.url)
    assert "Bleacher 5 rows" in page.content.decode()
    assert chosen(page)["column_number"] == 1

    answer = admin.post(answer.url, chosen(page))

    checked = work_off()
    assert (answer.url, checked.title) == (f"/jobs/{checked.pk}/", "Check of orders.csv")
    assert "Import now" in admin.get(answer.url).content.decode()
    assert not Purchase.objects.exists()

    answer = admin.post(f"/imports/{checked.pk}/start/")

    job = work_off()
    assert (answer.url, job.title) == (f"/jobs/{job.pk}/", "Import of orders.csv")
    assert "Lines read" in admin.get(answer.url).content.decode()
    assert Purchase.objects.get().total == 3535
    assert not default_storage.exists(job.params["file"])
    assert "orders.csv" in admin.get("/imports/").content.decode()


def test_a_check_leaves_nothing_but_its_report(admin):
    before = checksums()
    assert check(admin, ORDER, treat_as_new_since="2026-01-01").report["changed"]
    assert checksums() == before


def test_a_checked_file_is_not_read_again(admin):
    checked = check(admin, ORDER)
    assert staging.count(checked.pk) == 2
    files.sweep()
    admin.post(f"/imports/{checked.pk}/start/")
    job = Job.objects.latest("pk")

    run_slice(job.pk)

    job.refresh_from_db()
    assert (staging.count(checked.pk), staging.count(job.pk)) == (None, 2)
    assert job.cursor["stage"] == "apply"
    assert work_off().report["kept"] == 2


def test_a_check_whose_rows_are_lost_is_imported_all_the_same(admin):
    checked = check(admin, ORDER)
    staging.drop(checked.pk)
    assert start(admin, checked).report["kept"] == 2
    assert Purchase.objects.count() == 1


def test_a_file_is_imported_once(admin):
    checked = check(admin, ORDER)
    first = start(admin, checked)

    answer = admin.post(f"/imports/{checked.pk}/start/")

    assert answer.url == f"/jobs/{first.pk}/"
    assert Job.objects.count() == 2
    assert "See the import" in admin.get(f"/jobs/{checked.pk}/").content.decode()


def test_the_questions_of_purchases_are_answered(admin):
    owner = create_user(role=Role.ACCOUNT_MANAGER)
    checked = check(admin, ORDER, treat_as_new_since="2026-03-01", owner=str(owner.pk))
    start(admin, checked)
    assert Account.objects.get().owner == owner
    assert not Purchase.objects.get().is_history


def test_a_wrong_answer_is_said_beside_its_field(admin):
    page = upload(admin, ORDER).url
    answer = admin.post(page, {**chosen(admin.get(page)), "treat_as_new_since": "soon"})
    assert answer.status_code == 422
    assert "Enter a valid date" in answer.content.decode()


def test_a_known_layout_fills_itself_in(admin):
    row = "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    answer = upload(admin, header + row, layout="builtin:online_retail")
    page = admin.get(answer.url)
    assert chosen(page)["return_prefix"] == "C"
    admin.post(answer.url, chosen(page))
    start(admin, work_off())
    account = Account.objects.get()
    assert (account.external_id, account.country) == ("17850", "United Kingdom")


def test_a_layout_without_order_numbers_keeps_how_it_builds_them(admin):
    answer = upload(admin, "    1 00001 19970101  1   29.33\n", layout="builtin:cdnow")
    admin.post(answer.url, chosen(admin.get(answer.url)))
    start(admin, work_off())
    assert Purchase.objects.get().number == "00001-19970101-1"


def test_another_delimiter_shows_the_file_again(admin):
    rows = "7;14.03.2026;C-1;Pad;1.499,50\n"
    answer = upload(admin, "Order;Date;Customer;Product;Price\n" + rows)
    form = admin.get(answer.url).context["form"]
    assert (form.sight.layout.delimiter, form["date_format"].value(), form["decimal"].value()) == (
        ";",
        "%d.%m.%Y",
        ",",
    )
    layout = {"delimiter": ",", "encoding": "utf-8", "header": "yes"}
    sight = admin.get(answer.url, layout).context["sight"]
    assert sight.header == ["Order;Date;Customer;Product;Price"]


def test_the_columns_of_a_check_can_be_changed(admin):
    checked = check(admin, ORDER, return_prefix="R", column_description="")
    answer = admin.get(f"/imports/{checked.pk}/columns/")
    form = chosen(admin.get(answer.url))
    assert form["return_prefix"] == "R"
    assert "column_description" not in form
    assert admin.post(answer.url, form).url == f"/jobs/{work_off().pk}/"

    start(admin, checked)
    gone = admin.get(f"/imports/{checked.pk}/columns/")
    assert gone.url == "/imports/new/customers.purchases/"


def test_examples_say_what_is_met_by_what(admin):
    create_account(external_id="C-1", name="Old name")
    checked = check(admin, ACCOUNTS, "customers.accounts", **NAMED)
    report = admin.get(f"/jobs/{checked.pk}/").content.decode()
    assert "found by: Customer number" in report
    assert "<del>Old name</del> → <strong>Lincoln High</strong>" in report


def test_refused_rows_are_downloaded_from_the_check_and_the_import(admin):
    rows = HEADER + "7,2026-03-14,,X,@SUM(1),1,5\n8,2026-03-14,C-1,X,Pad,1,5\n"
    checked = check(admin, rows)
    job = start(admin, checked)
    for one in (checked, job):
        assert reasons(one) == {"No customer number": 1}
        answer = admin.get(f"/imports/{one.pk}/refused.csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert text.splitlines()[1] == "7,2026-03-14,,X,'@SUM(1),1,5,1,2,No customer number"
        assert "No customer number" in admin.get(f"/jobs/{one.pk}/").content.decode()
    taken = Download.objects.latest("pk")
    assert (taken.kind, taken.rows, taken.subject) == ("refused", 1, job.pk)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\x1f\x8bbroken", b"\xff\xfea\0"])
def test_a_file_that_is_no_table_is_refused_beside_the_field(admin, content: bytes):
    answer = upload(admin, content)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not Job.objects.exists()


def test_too_large_an_upload_is_refused(admin, settings):
    settings.IMPORT_MAX_UPLOAD = 10
    assert "larger than" in upload(admin, ORDER).content.decode()


@pytest.mark.parametrize("content", [b"a\0b\n", b"x" * 70_000, b'"open', b"\n", b",,\n", b"\xe9\n1\n"])
@pytest.mark.parametrize("what", ["customers.purchases", "customers.contacts"])
def test_odd_beginnings_show_a_page(admin, content: bytes, what: str):
    answer = upload(admin, content, what)
    assert admin.get(answer.url).status_code == 200
    assert admin.post(answer.url, {}).status_code == 422


def test_missing_columns_are_said_beside_the_field(admin):
    page = upload(admin, ORDER).url
    answer = admin.post(page, {**chosen(admin.get(page)), "column_account_number": ""})
    assert answer.status_code == 422
    assert "column_account_number" in answer.context["form"].errors


def test_others_cannot_use_the_link_or_the_check(admin, client):
    page = upload(admin, ORDER).url
    checked = check(admin, ORDER)
    Job.objects.update(state="running")
    assert admin.post(f"/imports/{checked.pk}/start/").status_code == 404
    client.force_login(create_user(role=Role.ADMIN))
    assert client.get(page).status_code == 404
    assert client.get("/imports/columns/nonsense/").status_code == 404
    user_id = int(client.session["_auth_user_id"])
    kept = ["imports/uploads/gone", "x", "customers.purchases", user_id]
    gone = signing.dumps(kept, salt=SALT)
    assert client.get(f"/imports/columns/{gone}/").status_code == 404
    for odd in ("999999", "check:999999", "9" * 40, "x"):
        assert client.get(f"/imports/columns/{gone}/", {"map": odd}).status_code == 404
    for address in ("999/refused.csv", "999/columns/", "maps/999/", "new/nothing/"):
        assert client.get(f"/imports/{address}").status_code == 404
    assert client.post("/imports/999/start/").status_code == 404
    assert client.post("/imports/maps/999/delete/").status_code == 404


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins_import(client, role: Role):
    client.force_login(create_user(role=role))
    for address in ("", "new/customers.accounts/", "maps/", "maps/1/", "1/refused.csv", "1/columns/"):
        assert client.get(f"/imports/{address}").status_code == 403
    for address in ("1/start/", "maps/1/delete/"):
        assert client.post(f"/imports/{address}").status_code == 403


def test_few_queries(admin, django_assert_max_num_queries):
    checked = check(admin, ACCOUNTS, "customers.accounts", **NAMED)
    page = upload(admin, ACCOUNTS, "customers.accounts").url
    for address, most in (("/imports/", 6), ("/imports/maps/", 6), (page, 6), (f"/jobs/{checked.pk}/", 6)):
        with django_assert_max_num_queries(most):
            admin.get(address)

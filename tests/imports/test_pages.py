"""The way of a file through the browser."""

from __future__ import annotations

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm.core.jobs import run_slice
from crm.core.models import Download, Job, Role
from customers.imports.views import SALT
from customers.models import Account, Purchase
from tests.factories import create_user
from tests.imports.importing import HEADER, ORDER, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def upload(client: Client, content: str | bytes, **data: str):
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/imports/", {"file": SimpleUploadedFile("orders.csv", raw), **data})


def work_off() -> Job:
    job = Job.objects.get()
    while not job.is_finished:
        run_slice(job.pk)
        job.refresh_from_db()
    return job


def chosen(page) -> dict[str, object]:
    """What the form would send when nobody changes anything."""
    form = page.context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}


def test_it_works(admin):
    assert admin.get("/imports/").status_code == 200
    answer = upload(admin, packed(ORDER))
    page = admin.get(answer.url)
    assert "Bleacher 5 rows" in page.content.decode()
    assert chosen(page)["column_number"] == 1

    answer = admin.post(answer.url, chosen(page))

    job = work_off()
    assert answer.url == f"/jobs/{job.pk}/"
    assert job.title == "Import of orders.csv"
    report = admin.get(answer.url).content.decode()
    assert "Lines read" in report
    assert Purchase.objects.get().total == 3535


def test_what_the_first_page_asked_is_not_asked_again(admin):
    owner = create_user(role=Role.ACCOUNT_MANAGER)
    answer = upload(admin, ORDER, treat_as_new_since="2026-03-01", owner=str(owner.pk))

    page = admin.get(answer.url)
    assert (chosen(page)["treat_as_new_since"], chosen(page)["owner"]) == ("2026-03-01", owner.pk)
    admin.post(answer.url, chosen(page))

    work_off()
    assert Account.objects.get().owner == owner
    assert not Purchase.objects.get().is_history


def test_a_known_layout_starts_at_once(admin):
    row = "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    answer = upload(admin, header + row, layout="online_retail")
    assert answer.url == f"/jobs/{work_off().pk}/"
    account = Account.objects.get()
    assert (account.external_id, account.country) == ("17850", "United Kingdom")


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


def test_refused_rows_are_downloaded(admin, client):
    upload_page = upload(admin, HEADER + "7,2026-03-14,,X,@SUM(1),1,5\n").url
    admin.post(upload_page, chosen(admin.get(upload_page)))
    job = work_off()

    answer = admin.get(f"/imports/{job.pk}/refused.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[1] == "7,2026-03-14,,X,'@SUM(1),1,5,1,2,No customer number"
    assert "No customer number" in admin.get(f"/jobs/{job.pk}/").content.decode()
    taken = Download.objects.get()
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
def test_odd_beginnings_show_a_page(admin, content: bytes):
    answer = upload(admin, content)
    assert admin.get(answer.url).status_code == 200
    assert admin.post(answer.url, {}).status_code == 422


def test_missing_columns_are_said_beside_the_field(admin):
    page = upload(admin, ORDER).url
    answer = admin.post(page, {**chosen(admin.get(page)), "column_account_number": ""})
    assert answer.status_code == 422
    assert "column_account_number" in answer.context["form"].errors


def test_others_cannot_use_the_link(admin, client):
    page = upload(admin, ORDER).url
    client.force_login(create_user(role=Role.ADMIN))
    assert client.get(page).status_code == 404
    assert client.get("/imports/columns/nonsense/").status_code == 404
    gone = signing.dumps(["imports/uploads/gone", "x", {}, int(client.session["_auth_user_id"])], salt=SALT)
    assert client.get(f"/imports/columns/{gone}/").status_code == 404
    assert client.get("/imports/999/refused.csv").status_code == 404


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins_import(client, role: Role):
    client.force_login(create_user(role=role))
    assert client.get("/imports/").status_code == 403
    assert client.get("/imports/1/refused.csv").status_code == 403

"""Lists as files: who gets what, in three kinds, written in the background."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from crm.core.exports import files, jobs
from crm.core.exports.jobs import exports_open_to, start_export
from crm.core.jobs import cancel_job, claim, run_slice
from crm.core.models import Download, Job, Role, User
from crm.core.registry import registry
from customers.models import Account
from tests.factories import create_account, create_contact, create_product, create_purchase, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def mara(client: Client) -> User:
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    client.force_login(mara)
    return mara


def work_off(job: Job) -> Job:
    for _ in range(20):
        run_slice(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            return job
    raise AssertionError(job)


def written(name: str, *, by: User, file_format: str = "csv", **filters: str) -> bytes:
    export = registry.exports[name]
    job = work_off(start_export(export=export, file_format=file_format, filters=filters, by=by))
    assert job.state == "done", job.error
    with default_storage.open(job.report["file"]) as file:
        return file.read()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_it_works(client: Client, mara: User) -> None:
    create_account(name="=HYPERLINK(1)", owner=mara)
    create_account(name="Foreign")
    page = client.get("/exports/").content.decode()
    assert "Survey answers" in page
    assert "Nothing taken out yet" in page

    answer = client.post("/exports/start/", {"what": "customers.accounts", "file_format": "csv"})
    job = work_off(Job.objects.get())
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert f"/exports/{job.pk}/file/" in client.get(f"/jobs/{job.pk}/").content.decode()
    file = client.get(f"/exports/{job.pk}/file/")

    assert [row["name"] for row in table(b"".join(file))] == ["'=HYPERLINK(1)"]
    assert f"customers-accounts-{timezone.now():%Y-%m-%d}.csv" in file["Content-Disposition"]
    download = Download.objects.get()
    assert (download.user, download.kind, download.rows, download.subject) == (mara, "export", 1, job.pk)
    assert not default_storage.listdir(files.PARTS)[1]


@pytest.mark.parametrize("name", sorted(registry.exports))
@pytest.mark.parametrize("file_format", ["csv", "xlsx", "jsonl"])
def test_every_list_is_written_in_every_way(name: str, file_format: str) -> None:
    create_purchase(contact=create_contact())

    assert written(name, by=create_user(), file_format=file_format) or file_format == "jsonl"


def test_json_lines_keep_what_a_value_is() -> None:
    create_contact(account=create_account(name="Älmhult"), roles=["champion"], first_name="Åsa")
    [line] = written("customers.contacts", by=create_user(), file_format="jsonl").decode().splitlines()

    found = json.loads(line)
    assert (found["account"], found["roles"], found["archived_at"]) == ("Älmhult", ["champion"], None)


def test_a_workbook_holds_words_and_numbers() -> None:
    create_product(name="=1+1 <b>\x01", price=Decimal("12.50"))
    book = ZipFile(io.BytesIO(written("customers.products", by=create_user(), file_format="xlsx")))
    spaces = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    for name in book.namelist():
        ET.fromstring(book.read(name))
    _head, row = ET.fromstring(book.read("xl/worksheets/sheet1.xml")).findall(".//m:row", spaces)

    cells = [(cell.get("t"), "".join(cell.itertext())) for cell in row]
    assert ("inlineStr", "=1+1 <b>") in cells
    assert (None, "12.5000") in cells


def test_costs_are_for_those_who_may_see_them() -> None:
    create_purchase()
    manager = create_user(role=Role.SERVICE_REP)

    assert "unit_cost" not in table(written("customers.purchase_lines", by=manager))[0]
    assert table(written("customers.purchase_lines", by=create_user()))[0]["unit_cost"] == "60.0000"


def test_the_filters_of_the_list_are_kept(client: Client) -> None:
    client.force_login(admin := create_user())
    create_account(name="Riverside Unified", industry="Education")
    create_account(name="Harbour Mill", industry="Milling")
    page = client.get("/exports/?list=customers.accounts&industry=Milling")
    assert "Industry Milling" in page.content.decode()

    what = {"what": "customers.accounts", "file_format": "csv", "filters": "industry=Milling"}
    client.post("/exports/start/", what)
    job = work_off(Job.objects.get(created_by=admin))

    assert job.done == 1
    client.get(f"/exports/{job.pk}/file/")
    assert Download.objects.get().filters == {"List": "Export: Customers", "Industry": "Milling"}


def test_everything_is_a_job_for_each_list(client: Client, mara: User) -> None:
    client.post("/exports/start/", {"what": "everything", "file_format": "jsonl"})

    assert Job.objects.filter(created_by=mara).count() == len(exports_open_to(mara)) == len(registry.exports)


def test_many_rows_go_by_key_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 7)
    monkeypatch.setattr(jobs, "PART", dt.timedelta(0))
    for _ in range(20):
        create_account()
    job = start_export(export=registry.exports["customers.accounts"], file_format="csv", by=create_user())
    run_slice(job.pk)
    job.refresh_from_db()
    assert (job.done, job.total, job.state) == (7, 20, "queued")
    work_off(job)

    with default_storage.open(job.report["file"]) as file:
        ids = [int(row["id"]) for row in table(file.read())]
    assert ids == sorted(Account.objects.values_list("pk", flat=True))


def test_a_lost_worker_writes_no_row_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(jobs, "PART", dt.timedelta(0))
    for _ in range(5):
        create_account()
    job = start_export(export=registry.exports["customers.accounts"], file_format="csv", by=create_user())
    run_slice(job.pk)
    before = Job.objects.get(pk=job.pk)
    run_slice(job.pk)
    before.save()  # the second part is stored, but what counts it was lost

    work_off(job)

    with default_storage.open(job.report["file"]) as file:
        assert len(table(file.read())) == 5


def test_a_stopped_export_leaves_no_file() -> None:
    create_account()
    job = start_export(export=registry.exports["customers.accounts"], file_format="csv", by=create_user())
    run_slice(job.pk)
    cancel_job(job=Job.objects.get(pk=job.pk))
    claim(job.pk)
    files.sweep(keep=-dt.timedelta(seconds=5))

    assert not default_storage.listdir(files.PARTS)[1]


def test_who_was_deactivated_gets_nothing() -> None:
    person = create_user()
    job = start_export(export=registry.exports["customers.accounts"], file_format="csv", by=person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert work_off(job).error == "This list may not be exported any more."


def test_others_files_do_not_exist_and_admins_may_have_them(client: Client, mara: User) -> None:
    export = registry.exports["customers.accounts"]
    job = work_off(start_export(export=export, file_format="csv", by=create_user(role=Role.SERVICE_REP)))
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404

    client.force_login(create_user())
    assert client.get(f"/exports/{job.pk}/file/").status_code == 200


def test_an_expired_file_is_gone(client: Client) -> None:
    client.force_login(admin := create_user())
    job = work_off(start_export(export=registry.exports["customers.accounts"], file_format="csv", by=admin))
    files.sweep(keep=dt.timedelta(days=7))
    assert client.get(f"/exports/{job.pk}/file/").status_code == 200

    files.sweep(keep=-dt.timedelta(seconds=5))
    assert client.get(f"/exports/{job.pk}/file/").status_code == 404
    assert Download.objects.count() == 1

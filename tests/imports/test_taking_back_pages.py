"""The page on which an import is taken back."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.core.jobs import run_slice
from crm.core.models import Job, Role
from customers.models import Account, Purchase
from tests.factories import create_task, create_user
from tests.imports.importing import ORDER, run_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def run_last() -> Job:
    job = Job.objects.latest("pk")
    run_slice(job.pk)
    job.refresh_from_db()
    return job


def test_it_works(admin):
    job = run_import(ORDER)
    create_task(account=Account.objects.get())
    assert f"/imports/{job.pk}/take-back/" in admin.get(f"/jobs/{job.pk}/").content.decode()
    page = admin.get(f"/imports/{job.pk}/take-back/")
    assert "Take this import back?" in page.content.decode()
    assert page.context["written"] == [
        {"label": "Customers", "added": 1, "changed": 0},
        {"label": "Articles", "added": 2, "changed": 0},
        {"label": "Orders", "added": 1, "changed": 0},
    ]

    answer = admin.post(f"/imports/{job.pk}/take-back/", {"take": ""})

    taking = run_last()
    assert answer.url == f"/jobs/{taking.pk}/"
    report = admin.get(answer.url).content.decode()
    assert "Taking back: Import of test.csv" in report
    assert "Customer C-118" in report
    assert "Used since: Tasks" in report
    assert not Purchase.objects.exists()


def test_a_look_first(admin):
    job = run_import(ORDER)
    answer = admin.post(f"/imports/{job.pk}/take-back/", {"look": ""})
    run_last()

    report = admin.get(answer.url).content.decode()

    assert "Nothing has been taken back yet." in report
    assert f"/imports/{job.pk}/take-back/" in report
    assert Purchase.objects.exists()


def test_it_says_why_not(admin):
    job = run_import(ORDER)
    admin.post(f"/imports/{job.pk}/take-back/", {"take": ""})
    again = admin.post(f"/imports/{job.pk}/take-back/", {"take": ""}, follow=True)
    assert "is under way." in again.content.decode()
    run_last()

    page = admin.get(f"/imports/{job.pk}/take-back/").content.decode()

    assert "This import was taken back already." in page
    assert "btn-danger" not in page


def test_only_imports_can_be_taken_back(admin):
    other = Job.objects.create(kind="exports", title="An export", state=Job.State.DONE)
    assert admin.get(f"/imports/{other.pk}/take-back/").status_code == 404
    assert admin.get("/imports/999999/take-back/").status_code == 404
    running = Job.objects.create(kind="customers.import", title="Orders", state=Job.State.RUNNING)
    page = admin.get(f"/imports/{running.pk}/take-back/").content.decode()
    assert "Only imports that have ended can be taken back." in page


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_others_may_not(client: Client, role: Role):
    somebody = create_user(role=role)
    client.force_login(somebody)
    job = run_import(ORDER, by=somebody)
    assert client.get(f"/imports/{job.pk}/take-back/").status_code == 403
    assert client.post(f"/imports/{job.pk}/take-back/", {"take": ""}).status_code == 403
    assert Purchase.objects.exists()


def test_queries(admin, django_assert_max_num_queries):
    job = run_import(ORDER)
    address = f"/imports/{job.pk}/take-back/"
    admin.get(address)
    with django_assert_max_num_queries(9):
        admin.get(address)

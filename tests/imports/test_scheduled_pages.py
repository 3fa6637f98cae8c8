"""The pages of scheduled imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.models import Role
from customers.imports.scheduled.looking import look_for_files
from customers.models import ImportSchedule
from tests.factories import create_user
from tests.imports.scheduling import (
    FOLDER,
    WEB,
    kept_map,
    look_again,
    put,
    schedule_now,
    schedule_of,
)
from tests.webhooks.receiving import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(create_user(role=Role.ADMIN))
    return client


def test_pages(admin: Client, folder: Path):
    assert "Nothing is scheduled yet" in admin.get("/imports/schedules/").content.decode()
    kept = kept_map()
    page = f"/imports/schedules/new/{kept.pk}/"
    assert "New customers belong to" in admin.get(page).content.decode()
    answers = {"name": "Orders", "source": "folder", "folder": "", "pattern": "*.csv", "every": "day"}

    assert (
        admin.post(page, {**answers, "treat_as_new_since": "2026-03-01"})["Location"] == "/imports/schedules/"
    )

    schedule = ImportSchedule.objects.get()
    assert schedule.options == {"treat_as_new_since": "2026-03-01", "owner": None}
    put(folder, "orders.csv")
    assert admin.post(f"/imports/schedules/{schedule.pk}/look/").status_code == 302
    assert look_for_files() == 1
    assert "orders.csv was taken." in admin.get("/imports/schedules/").content.decode()
    own = f"/imports/schedules/{schedule.pk}/"
    assert "orders.csv" in admin.get(own).content.decode()
    assert admin.post(own, {**answers, "folder": "../etc"}).status_code == 422
    assert admin.post(own, {**answers, "source": "web", "url": "ftp://x"}).status_code == 422
    assert admin.post(own + "switch/", {"to": "off"})["Location"] == own
    assert not ImportSchedule.objects.get().is_active
    assert admin.post(own + "look/").status_code == 404
    admin.post(own + "delete/")
    assert not ImportSchedule.objects.exists()


def test_credentials_are_plain(admin: Client, server: Receiver):
    schedule = schedule_of(**WEB, url=server.url)
    page = f"/imports/schedules/{schedule.pk}/"
    answer = admin.post(page, {"name": "Orders", "authorization": "“Bearer x”", "source": "web"})
    assert answer.status_code == 422
    assert "Plain letters, digits and signs only." in answer.text


def test_credentials_are_never_shown_and_belong_to_their_address(admin: Client, server: Receiver):
    page = f"/imports/schedules/new/{kept_map().pk}/"
    answers = {"name": "Orders", "source": "web", "url": server.url, "every": "hour"}
    admin.post(page, {**answers, "authorization": "Bearer s3cret"})
    schedule = ImportSchedule.objects.get()
    own = f"/imports/schedules/{schedule.pk}/"
    shown = admin.get(own).content.decode()
    assert "Credentials are kept" in shown
    assert "s3cret" not in shown
    assert schedule.sealed_authorization not in shown

    admin.post(own, answers)
    assert schedule_now(schedule).sealed_authorization
    admin.post(own, {**answers, "url": "http://elsewhere.example/"})
    assert not schedule_now(schedule).sealed_authorization


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins_schedule(client: Client, role: Role):
    client.force_login(create_user(role=role))
    assert client.get("/imports/schedules/").status_code == 403
    assert client.get("/imports/schedules/new/1/").status_code == 403
    assert client.post("/imports/schedules/1/look/").status_code == 403


def test_the_list_costs_the_same_however_long_it_is(admin: Client, folder: Path, django_assert_num_queries):
    put(folder, "orders.csv")
    look_again(schedule_of(**FOLDER))
    with CaptureQueriesContext(connection) as alone:
        admin.get("/imports/schedules/")
    for _number in range(3):
        look_again(schedule_of(**FOLDER))
    with django_assert_num_queries(len(alone)):
        admin.get("/imports/schedules/")

"""What could not be delivered, who changed what, and whether we are alive."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from crm.core.models import Delivery, OutboxEvent, Role
from customers.services.accounts import update_account
from tests.factories import create_account, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> Delivery:
    event = OutboxEvent.objects.create(name="tests.happened", payload={"id": 1})
    return Delivery.objects.create(
        event=event, reaction="tests.react", state="dead", attempts=10, last_error="ValueError: <b>no</b>"
    )


@pytest.fixture
def admin(client: Client) -> None:
    client.force_login(create_user(role=Role.ADMIN, name="Ada Admin"))


def test_dead_deliveries_are_shown_and_tried_again(client, admin, dead):
    shown = client.get("/operations/deliveries/").content.decode()
    assert "tests.react" in shown
    assert "&lt;b&gt;no&lt;/b&gt;" in shown

    client.post("/operations/deliveries/retry/", {"delivery": [dead.pk, "x"]})

    dead.refresh_from_db()
    assert dead.state == "pending"
    assert "Everything was delivered" in client.get("/operations/deliveries/").content.decode()


def test_all_at_once(client, admin, dead):
    client.post("/operations/deliveries/retry/", {"all": "1"})

    dead.refresh_from_db()
    assert dead.state == "pending"


def test_audit_says_who_changed_what(client, admin):
    account = create_account(name="Old name")
    client.post(f"/customers/{account.pk}/edit/", {"name": "New name", "kind": "company"}, follow=True)

    page = client.get("/audit/?model=customers.account").content.decode()

    assert "Old name → New name" in page
    assert "Ada Admin" in page
    assert client.get("/audit/?model=nothing").status_code == 404


def test_audit_of_one_row(client, admin):
    one, other = create_account(name="One"), create_account(name="Other")
    update_account(account=one, name="One b")

    page = client.get(f"/audit/?model=customers.account&id={one.pk}").content.decode()

    assert "One → One b" in page
    assert other.name not in page


def test_livez_touches_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").content == b"ok"


def test_readyz(client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "broker": "ok"}}


def test_readyz_without_its_migrations_is_not_ready(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'surveys'")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"].endswith("migrations missing")

"""Costs: for tokens that may see them, of people who may; in the screens by the same rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm.core.access import PERMISSIONS
from crm.core.api.scopes import SCOPES
from crm.core.models import Role
from customers.models import Account, Purchase, PurchaseLine
from tests.api.client import ApiClient
from tests.factories import create_account, create_product, create_purchase, create_user

pytestmark = pytest.mark.django_db
WITHOUT_COSTS = [scope for scope in SCOPES if scope != "costs:view"]
MAY_NOT = [Role.ACCOUNT_MANAGER, Role.SERVICE_REP]


def costs_shown(api: ApiClient, purchase: Purchase) -> set[str]:
    """The names of costs in everything the API says of an order, its product and its customer."""
    line = purchase.lines.get()
    rows: list[dict[str, Any]] = [
        api.get(f"/accounts/{purchase.account_id}/").json(),
        api.get(f"/products/{line.product_id}/").json(),
        api.get(f"/purchases/{purchase.pk}/").json()["lines"][0],
        api.get("/purchases/").json()["results"][0]["lines"][0],
    ]
    assert all(row["id"] for row in rows)
    return {name for row in rows for name in row if "cost" in name}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MARKETER])
def test_who_may_sees_them(role):
    purchase = create_purchase(account=create_account(acquisition_cost=900))
    api = ApiClient(create_user(role=role))

    assert costs_shown(api, purchase) == {"acquisition_cost", "cost", "unit_cost"}
    assert api.get(f"/purchases/{purchase.pk}/").json()["lines"][0]["unit_cost"] == "60.0000"


@pytest.mark.parametrize("role", MAY_NOT)
def test_for_other_roles_they_are_left_out(role):
    person = create_user(role=role)
    purchase = create_purchase(account=create_account(owner=person, acquisition_cost=900))

    assert costs_shown(ApiClient(person), purchase) == set()


def test_a_token_needs_the_scope_as_well():
    purchase = create_purchase(account=create_account(acquisition_cost=900))

    assert costs_shown(ApiClient(create_user(role=Role.ADMIN), WITHOUT_COSTS), purchase) == set()


def test_who_may_writes_them():
    api = ApiClient(create_user(role=Role.ADMIN))
    account = api.post("/accounts/", {"name": "Oak", "acquisition_cost": "12.50"}).json()
    line = {"description": "Rink", "quantity": "1", "unit_price": "10", "unit_cost": "4"}

    order = api.post("/purchases/", {"account": account["id"], "lines": [line]}).json()

    assert account["acquisition_cost"] == "12.50"
    assert order["lines"][0]["unit_cost"] == "4.0000"


def test_others_are_refused_and_nothing_is_written():
    person = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=person, acquisition_cost=900)
    api, line = ApiClient(person), {"description": "Rink", "quantity": "1", "unit_price": "10"}

    answers = [
        api.patch(f"/accounts/{account.pk}/", {"acquisition_cost": "1"}),
        api.post("/accounts/", {"name": "Oak", "acquisition_cost": "1"}),
        api.post("/purchases/", {"account": account.pk, "lines": [line, {**line, "unit_cost": "1"}]}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert answers[0].json()["detail"] == "This token may not set costs."
    assert Account.objects.get().acquisition_cost == 900
    assert not Purchase.objects.exists()


def test_an_order_without_a_word_on_costs_takes_them_from_the_product():
    person = create_user(role=Role.ACCOUNT_MANAGER)
    line = {"product": create_product(cost=60).pk, "quantity": "1", "unit_price": "100"}

    answer = ApiClient(person).post(
        "/purchases/", {"account": create_account(owner=person).pk, "lines": [line]}
    )

    assert answer.status_code == 201, answer.content
    assert PurchaseLine.objects.get().unit_cost == 60


def test_the_schema_says_that_they_may_be_missing(client: Client):
    schemas = client.get("/api/schema/?format=json").json()["components"]["schemas"]

    for name, field in (("Account", "acquisition_cost"), ("Product", "cost"), ("PurchaseLine", "unit_cost")):
        assert "left out" in schemas[name]["properties"][field]["description"]
        assert field not in schemas[name]["required"]


def test_screens_show_them_to_the_same_people(client: Client):
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=manager, acquisition_cost=900)
    sent = {"name": "Oak", "kind": "company", "owner": manager.pk, "acquisition_cost": "1"}

    for person, is_shown in ((create_user(role=Role.ADMIN), True), (manager, False)):
        client.force_login(person)
        page = client.get(f"/customers/{account.pk}/edit/").content.decode()
        assert ("acquisition_cost" in page) is is_shown
    client.post(f"/customers/{account.pk}/edit/", sent)

    account.refresh_from_db()
    assert (account.name, account.acquisition_cost) == ("Oak", Decimal(900))
    assert (
        PERMISSIONS["products.write"] <= PERMISSIONS["costs.view"]
    )  # the pages of products show what they cost

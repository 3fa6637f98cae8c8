"""/api/v1/purchases/ and /returns/"""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection

from crm.core.models import IdempotencyRecord, OutboxEvent, Role
from customers.models import Purchase, Return
from tests.api.client import ApiClient
from tests.factories import create_account, create_contact, create_product, create_purchase, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(create_user(role=Role.ADMIN))


def order(account, **fields):
    line = {"product": create_product().pk, "quantity": "6", "unit_price": "3066.66"}
    return {"account": account.pk, "lines": [line], **fields}


def test_it_works(api):
    contact = create_contact()

    answer = api.post("/purchases/", order(contact.account, contact=contact.pk, number="20418"))

    assert answer.status_code == 201, answer.content
    assert answer.json()["total"] == answer.json()["lines"][0]["amount"] == "18399.9600"
    assert answer.json()["status"] == "ordered"
    purchase = Purchase.objects.get()
    assert (purchase.number, purchase.lines.get().amount) == ("20418", Decimal("18399.96"))


def test_a_number_is_given_where_none_is_named(api):
    account = create_account()

    one = api.post("/purchases/", order(account)).json()["number"]
    other = api.post("/purchases/", order(account)).json()["number"]

    assert int(other) == int(one) + 1


def test_it_moves_forward_and_says_so_once(api):
    purchase = create_purchase()

    answer = api.post(f"/purchases/{purchase.pk}/status/", {"status": "delivered"})
    again = api.post(f"/purchases/{purchase.pk}/status/", {"status": "delivered"})
    backwards = api.post(f"/purchases/{purchase.pk}/status/", {"status": "shipped"})

    assert answer.json()["status"] == "delivered"
    assert again.status_code == 200
    assert backwards.status_code == 400
    event = OutboxEvent.objects.get(name="customers.purchase_status_changed")
    assert event.payload["is_first_delivery"] is True


def test_the_same_key_gives_the_same_answer(api):
    body = order(create_account())

    one = api.post("/purchases/", body, key="abc")
    other = api.post("/purchases/", body, key="abc")

    assert Purchase.objects.count() == 1
    assert one.json() == other.json()
    assert (one.status_code, other.status_code) == (201, 201)
    assert other["Idempotent-Replay"] == "true"


def test_the_same_key_with_another_body_is_refused(api):
    body = order(create_account())
    api.post("/purchases/", body, key="abc")

    answer = api.post("/purchases/", {**body, "number": "other"}, key="abc")

    assert answer.status_code == 422
    assert Purchase.objects.count() == 1


def test_a_refused_request_may_be_mended_under_its_key(api):
    body = order(create_account())
    assert api.post("/purchases/", {**body, "lines": []}, key="abc").status_code == 400
    assert not IdempotencyRecord.objects.exists()

    assert api.post("/purchases/", body, key="abc").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_time_records_once(api):
    body, answers, barrier = order(create_account()), [], threading.Barrier(6)

    def send() -> None:
        barrier.wait()
        answers.append(api.post("/purchases/", body, key="abc"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Purchase.objects.count() == 1


def test_returns_in_part_and_never_more_than_bought(api):
    purchase = create_purchase(quantity=6)
    line = purchase.lines.get()
    body = {"account": purchase.account_id, "purchase": purchase.pk, "reason": "Too wide"}

    part = api.post("/returns/", {**body, "lines": [{"purchase_line": line.pk, "quantity": "4"}]})
    too_much = api.post("/returns/", {**body, "lines": [{"purchase_line": line.pk, "quantity": "3"}]})

    assert part.status_code == 201, part.content
    assert part.json()["total"] == "400.0000"
    assert too_much.status_code == 400
    assert "Only 2" in too_much.json()["errors"][0]["detail"]
    assert Return.objects.count() == 1


@pytest.mark.parametrize(
    "line",
    [
        {"quantity": "0", "unit_price": "1"},
        {"quantity": "-1", "unit_price": "1"},
        {"quantity": "NaN", "unit_price": "1"},
        {"quantity": "1e400", "unit_price": "1"},
        {"quantity": "1", "unit_price": "-1"},
        {"quantity": "1"},
        {"unit_price": "1"},
    ],
)
def test_impossible_lines_are_refused(api, line):
    account = create_account()

    answer = api.post("/purchases/", {"account": account.pk, "lines": [{"description": "x", **line}]})

    assert answer.status_code == 400, answer.content
    assert not Purchase.objects.exists()


def test_a_contact_of_another_customer_is_refused(api):
    answer = api.post("/purchases/", order(create_account(), contact=create_contact().pk))

    assert answer.json()["errors"][0]["pointer"] == "/contact"


def test_a_managers_token_cannot_reach_other_customers():
    foreign = create_purchase()
    api = ApiClient(create_user(role=Role.ACCOUNT_MANAGER))

    assert api.get("/purchases/").json()["results"] == []
    assert api.post(f"/purchases/{foreign.pk}/status/", {"status": "delivered"}).status_code == 404
    assert api.post("/purchases/", order(foreign.account)).status_code == 400


def test_a_page_of_purchases_costs_a_fixed_number_of_queries(api, django_assert_num_queries):
    for _ in range(5):
        create_purchase()
    api.get("/purchases/")

    with django_assert_num_queries(4):  # token, throttle, page, lines
        api.get("/purchases/")

"""What holds for every address of the API."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test import Client

from crm.core.models import Role
from tests.api.client import ApiClient
from tests.factories import create_contact, create_product, create_product_line, create_user

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_over_parallel_requests(settings):
    settings.API_REQUESTS_PER_MINUTE = 10
    api, statuses, barrier = ApiClient(create_user(role=Role.ADMIN)), [], threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        for _ in range(5):
            statuses.append(api.get("/products/").status_code)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (statuses.count(200), statuses.count(429)) == (10, 10)


def test_a_throttled_answer_says_when_to_come_back(settings):
    settings.API_REQUESTS_PER_MINUTE = 0
    answer = ApiClient(create_user(role=Role.ADMIN)).get("/products/")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["Content-Type"] == "application/problem+json"


def test_the_schema_names_every_address(client: Client):
    schema = client.get("/api/schema/?format=json").json()

    paths = {path.removeprefix("/api/v1") for path in schema["paths"]}
    assert {
        "/accounts/",
        "/contacts/",
        "/products/",
        "/purchases/{id}/status/",
        "/interactions/",
        "/tasks/{id}/done/",
    } <= paths
    assert schema["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


def test_the_schema_names_what_may_go_wrong(client: Client):
    paths = client.get("/api/schema/?format=json").json()["paths"]

    assert set(paths["/api/v1/accounts/"]["get"]["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "404",
        "406",
        "429",
    }
    answers = paths["/api/v1/tasks/{id}/done/"]["post"]["responses"]
    assert set(answers) == {"200", "400", "401", "403", "404", "406", "415", "422", "429"}
    assert list(answers["422"]["content"]) == ["application/problem+json"]


def test_interactions_and_tasks():
    contact = create_contact()
    api = ApiClient(create_user(role=Role.SERVICE_REP))

    logged = api.post(
        "/interactions/",
        {
            "account": contact.account_id,
            "contacts": [contact.pk],
            "channel": "call",
            "body": "Called about the floor.",
        },
    )
    task = api.post(
        "/tasks/",
        {"account": contact.account_id, "title": "Send the quote", "due_at": "2030-01-01T12:00:00Z"},
    )
    done = api.post(f"/tasks/{task.json()['id']}/done/", {"outcome": "Sent"})
    twice = api.post(f"/tasks/{task.json()['id']}/done/", {})

    assert logged.status_code == 201, logged.content
    assert task.status_code == 201, task.content
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "done", "Sent")
    assert twice.status_code == 400


def test_a_product_line_is_renamed_or_left_as_it_is():
    line, admin = create_product_line(name="Goals"), ApiClient(create_user(role=Role.ADMIN))

    assert admin.patch(f"/product-lines/{line.pk}/", {}).json()["name"] == "Goals"
    assert admin.patch(f"/product-lines/{line.pk}/", {"name": "Nets"}).json()["name"] == "Nets"


def test_products_are_the_admins():
    product = create_product()
    rep, admin = ApiClient(create_user(role=Role.SERVICE_REP)), ApiClient(create_user(role=Role.ADMIN))

    assert rep.patch(f"/products/{product.pk}/", {"price": "5"}).status_code == 403
    assert admin.patch(f"/products/{product.pk}/", {"price": "5"}).json()["price"] == "5.0000"
    assert admin.patch(f"/products/{product.pk}/", {"cost": "-5"}).status_code == 400

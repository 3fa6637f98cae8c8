"""What somebody may not see answers as if it did not exist: in paths, bodies and filters alike."""

from __future__ import annotations

import pytest
from django.db.models import Model

from crm.core.api.views import ReadResource
from crm.core.checks import every_resource_knows_who_may_see_it, resources
from crm.core.models import Role
from customers.api.views import ProductViewSet
from tests.api.client import ApiClient
from tests.factories import create_account, create_purchase, create_user

pytestmark = pytest.mark.django_db
MISSING = 10**9


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(create_user(role=Role.ACCOUNT_MANAGER))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/accounts/", "parent"),
        ("/contacts/", "account"),
        ("/purchases/", "account"),
        ("/returns/", "account"),
        ("/returns/", "purchase"),
        ("/interactions/", "account"),
        ("/tasks/", "account"),
    ],
)
def test_filters_tell_nothing(api, path, name):
    foreign = create_purchase()
    number = foreign.pk if name == "purchase" else foreign.account_id

    answer, other = api.get(path, **{name: number}), api.get(path, **{name: MISSING})

    assert answer.status_code == other.status_code == 400
    assert answer.json() == other.json()
    assert answer.json()["errors"][0]["pointer"] == f"/{name}"


def test_filters_by_what_one_sees(api):
    own = create_purchase(account=create_account(owner=api.token.user))

    answer = api.get("/purchases/", account=own.account_id, ordered_at__gte="2000-01-01T00:00:00Z")

    assert [row["id"] for row in answer.json()["results"]] == [own.pk]
    assert ApiClient(create_user()).get("/purchases/", account=own.account_id).status_code == 200


def test_lines_of_foreign_orders_tell_nothing(api):
    own = create_purchase(account=create_account(owner=api.token.user))
    foreign = create_purchase().lines.get().pk

    answers = [
        api.post(
            "/returns/",
            {
                "account": own.account_id,
                "purchase": own.pk,
                "lines": [{"purchase_line": number, "quantity": "1"}],
            },
        ).content.decode()
        for number in (foreign, MISSING)
    ]

    assert answers[0].replace(str(foreign), "N") == answers[1].replace(str(MISSING), "N")
    assert "does not exist" in answers[0]


def test_no_resource_is_open_by_forgetting(monkeypatch):
    assert every_resource_knows_who_may_see_it(None) == []
    assert len(resources()) == 8

    monkeypatch.setattr(ProductViewSet, "shared", False)

    (mistake,) = every_resource_knows_who_may_see_it(None)
    assert (mistake.id, "ProductViewSet" in mistake.msg) == ("core.E002", True)
    answer = ApiClient(create_user()).get("/products/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")


def test_a_resource_shares_nothing_unless_it_says_so():
    assert ReadResource[Model].shared is False

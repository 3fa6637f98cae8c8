"""/api/v1/accounts/"""

from __future__ import annotations

import pytest
from django.test import Client

from crm.core.models import Role
from customers.models import Account
from tests.api.client import ApiClient
from tests.factories import create_account, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(create_user(role=Role.ADMIN))


def test_it_works(admin):
    answer = admin.post("/accounts/", {"name": "Oakfield Schools", "kind": "company", "city": "Oakfield"})

    assert answer.status_code == 201, answer.content
    account = Account.objects.get()
    assert answer.json()["id"] == account.pk
    assert admin.get(f"/accounts/{account.pk}/").json()["city"] == "Oakfield"


def test_pages_by_keyset_forth_and_back(admin):
    made = [create_account(name=f"School {n}").pk for n in range(5)]

    first = admin.get("/accounts/", limit=2).json()
    second = admin.client.get(first["next"]).json()
    third = admin.client.get(second["next"]).json()
    back = admin.client.get(third["previous"]).json()

    assert [row["id"] for page in (first, second, third) for row in page["results"]] == made
    assert first["previous"] is None
    assert third["next"] is None
    assert back["results"] == second["results"]


@pytest.mark.parametrize(
    "query", [{"cursor": "nonsense"}, {"cursor": "WyJpZCJd"}, {"limit": "0"}, {"limit": "x"}]
)
def test_a_bad_page_is_a_problem_in_words(admin, query):
    answer = admin.get("/accounts/", **query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_a_manager_sees_and_changes_own_subtrees_only():
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    own = create_account(owner=manager)
    below = create_account(parent=own)
    foreign = create_account()
    api = ApiClient(manager)

    assert {row["id"] for row in api.get("/accounts/").json()["results"]} == {own.pk, below.pk}
    assert api.get(f"/accounts/{foreign.pk}/").status_code == 404
    assert api.patch(f"/accounts/{foreign.pk}/", {"name": "Mine"}).status_code == 404
    assert api.patch(f"/accounts/{below.pk}/", {"name": "North"}).json()["name"] == "North"
    hidden_parent = api.post("/accounts/", {"name": "New", "parent": foreign.pk})
    assert hidden_parent.status_code == 400
    assert hidden_parent.json()["errors"][0]["pointer"] == "/parent"


def test_what_a_manager_makes_is_theirs():
    manager = create_user(role=Role.ACCOUNT_MANAGER)

    ApiClient(manager).post("/accounts/", {"name": "New"})

    assert Account.objects.get().owner == manager


def test_role_and_scope_must_both_allow():
    rep = ApiClient(create_user(role=Role.SERVICE_REP))
    reader = ApiClient(create_user(role=Role.ADMIN), scopes=["accounts:read"])

    assert rep.post("/accounts/", {"name": "New"}).status_code == 403
    assert reader.post("/accounts/", {"name": "New"}).status_code == 403
    assert reader.get("/contacts/").status_code == 403
    assert reader.get("/accounts/").status_code == 200


def test_a_circle_is_a_problem(admin):
    top = create_account()
    below = create_account(parent=top)

    answer = admin.patch(f"/accounts/{top.pk}/", {"parent": below.pk})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/parent"


def test_wrong_and_missing_tokens(admin, client):
    create_account()
    assert client.get("/api/v1/accounts/").status_code == 401
    for secret in ("prn_wrong", "ü", ""):
        answer = client.get("/api/v1/accounts/", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
    admin.token.user.is_active = False
    admin.token.user.save()
    assert admin.get("/accounts/").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"x"',
        '{"name": ""}',
        '{"name": "a\\u0000b"}',
        '{"name": "x", "parent": "99999999999999999999"}',
    ],
)
def test_bad_bodies_are_refused_and_write_nothing(admin, body):
    answer = admin.client.post("/api/v1/accounts/", body, content_type="application/json")

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Account.objects.exists()


def test_unknown_addresses_answer_in_the_same_form(admin):
    answer = admin.get("/nothing/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert admin.get("/accounts/99999999999999999/").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_unknown_addresses_answer_so_to_writers_too(method):
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/accounts/x/")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")

"""Profile and API tokens."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from crm.core.models import ApiToken, Role
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_profile(client: Client):
    person = create_user(role=Role.SERVICE_REP)
    client.force_login(person)

    client.post("/profile/", {"name": "Rita", "time_zone": "Asia/Tokyo", "theme": "dark", "language": "en"})

    person.refresh_from_db()
    assert (person.name, person.time_zone, person.theme) == ("Rita", "Asia/Tokyo", "dark")
    assert 'data-bs-theme="dark"' in client.get("/profile/").content.decode()


def test_a_token_is_shown_once_and_works_until_revoked(client: Client):
    person = create_user(role=Role.SERVICE_REP)
    client.force_login(person)

    made = client.post("/profile/tokens/", {"name": "Shop", "scopes": ["accounts:read"]}).content.decode()

    secret = re.search(r"prn_[\w-]{40,}", made)[0]
    assert secret not in client.get("/profile/tokens/").content.decode()
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/accounts/", headers=headers).status_code == 200
    client.post(f"/profile/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert Client().get("/api/v1/accounts/", headers=headers).status_code == 401


def test_a_token_cannot_do_more_than_its_owner(client: Client):
    client.force_login(create_user(role=Role.SERVICE_REP))

    answer = client.post("/profile/tokens/", {"name": "Shop", "scopes": ["accounts:write"]})

    assert "not one of the available choices" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_other_peoples_tokens_do_not_exist(client: Client):
    token, _secret = ApiToken.issue(user=create_user(), name="Theirs", scopes=["accounts:read"])
    client.force_login(create_user())

    assert client.post(f"/profile/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/3rdparty/"])
def test_nobody_gives_themselves_an_address_or_a_link(client, path):
    client.force_login(create_user(role="service_rep"))

    answer = client.post(path, {"email": "boss@ours.example", "action_add": "1"})

    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert not EmailAddress.objects.exists()

"""Who asks is looked up on every request."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from crm.core.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    assert client.get("/").status_code == 200
    return user


def is_sent_to_sign_in(client: Client) -> bool:
    answer = client.get("/")
    return answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


def test_a_session_ends(client: Client, signed_in: User) -> None:
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))

    assert is_sent_to_sign_in(client)


def test_who_is_switched_off_is_out_at_once(client: Client, signed_in: User) -> None:
    User.objects.update(is_active=False)

    assert is_sent_to_sign_in(client)


def test_a_new_password_ends_other_sessions(client: Client, signed_in: User) -> None:
    signed_in.set_password("another-long-password")
    signed_in.save()

    assert is_sent_to_sign_in(client)


@pytest.mark.parametrize("key", ["unknown0unknown0unknown0unknown0", "short", "", "x" * 500, "'; --x'; --x"])
def test_made_up_sessions_are_nobodys(client: Client, signed_in: User, key: str) -> None:
    client.cookies["perennial_session"] = key

    assert is_sent_to_sign_in(client)


def test_two_people_stay_two(client: Client, signed_in: User) -> None:
    other, colleague = Client(), create_user(name="Somebody Else")
    other.force_login(colleague)

    for _ in range(2):
        assert "Somebody Else" in other.get("/").content.decode()
        assert "Somebody Else" not in client.get("/").content.decode()

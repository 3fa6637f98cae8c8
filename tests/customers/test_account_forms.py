"""Accounts are added, changed, given away and archived."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.core.models import Role
from customers.models import Account
from tests.factories import (
    create_account,
    create_user,
)

pytestmark = pytest.mark.django_db


def test_an_account_is_added_below_another(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    top = create_account(name="Riverside", owner=manager)
    client.force_login(manager)
    assert "Riverside" in client.get(f"/customers/new/?parent={top.pk}").content.decode()

    response = client.post(
        "/customers/new/", {"name": "North High", "kind": "location", "parent": top.pk, "owner": manager.pk}
    )

    made = Account.objects.get(name="North High")
    assert response["Location"] == f"/customers/{made.pk}/"
    assert (made.parent, made.kind, made.owner) == (top, "location", manager)


def test_what_was_typed_stays_beside_the_mistake(client: Client) -> None:
    create_account(external_id="A-1")
    client.force_login(create_user())
    response = client.post(
        "/customers/new/", {"name": "Twin", "kind": "company", "external_id": "A-1", "city": "Ash Valley"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "already exists" in page
    assert 'value="Twin"' in page
    assert 'value="Ash Valley"' in page


def test_a_circle_is_refused_in_words(client: Client) -> None:
    top = create_account()
    below = create_account(parent=create_account(parent=top))
    client.force_login(create_user())
    response = client.post(f"/customers/{top.pk}/edit/", {"name": "x", "kind": "company", "parent": below.pk})
    assert response.status_code == 422
    assert "cannot be part of itself" in response.content.decode()
    top.refresh_from_db()
    assert top.parent is None


def test_a_manager_cannot_hang_an_account_below_a_foreign_one(client: Client) -> None:
    foreign = create_account(name="Foreign")
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    response = client.post("/customers/new/", {"name": "x", "kind": "company", "parent": foreign.pk})
    assert response.status_code == 422
    assert "Foreign" not in response.content.decode()


def test_giving_an_account_away_leads_back_to_the_list(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=manager)
    client.force_login(manager)
    other = create_user(role=Role.ACCOUNT_MANAGER)
    response = client.post(
        f"/customers/{account.pk}/edit/", {"name": "x", "kind": "company", "owner": other.pk}
    )
    assert response["Location"] == "/customers/"
    account.refresh_from_db()
    assert account.owner == other


def test_archive_and_undo(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    page = client.post(f"/customers/{account.pk}/archive/", follow=True).content.decode()
    assert f'action="/customers/{account.pk}/restore/"' in page
    account.refresh_from_db()
    assert account.archived_at
    client.post(f"/customers/{account.pk}/restore/")
    account.refresh_from_db()
    assert account.archived_at is None


def test_a_parent_is_picked_among_visible_accounts(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    mine, foreign = (
        create_account(name="Ash Valley ISD", owner=manager),
        create_account(name="Ash Valley Pool"),
    )
    client.force_login(manager)
    page = client.get("/customers/pick/?account_words=ash").content.decode()
    assert f'value="{mine.pk}"' in page
    assert str(foreign.pk) not in page

"""Whose rows a person sees, in every table that belongs to an account."""

from __future__ import annotations

import pytest

from crm.core.models import Role
from customers.models import (
    Account,
    Contact,
    Interaction,
    Message,
    Purchase,
    Return,
    Task,
    TimelineEntry,
    visibility,
)
from tests.factories import create_account, create_contact, create_purchase, create_team, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[visibility.FEW_OWN, 0], autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of those who own few accounts are looked up, those of others met on the way."""
    monkeypatch.setattr(visibility, "FEW_OWN", request.param)


def visible(user) -> set[str]:
    seen = set(Account.objects.visible_to(user).values_list("name", flat=True))
    assert set(Account.objects.looked_up(user).values_list("name", flat=True)) == seen
    return seen


def test_a_manager_sees_own_accounts_and_what_is_below():
    mara, other = create_user(role=Role.ACCOUNT_MANAGER), create_user(role=Role.ACCOUNT_MANAGER)
    district = create_account(name="District", owner=mara)
    create_account(name="School", parent=district, owner=other)
    create_account(name="Elsewhere", owner=other)

    assert visible(mara) == {"District", "School"}
    assert visible(other) == {"School", "Elsewhere"}


def test_a_parent_is_not_seen_through_its_child():
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    create_account(name="School", parent=create_account(name="District"), owner=mara)

    assert visible(mara) == {"School"}


def test_teams_share_and_managers_see_what_members_own():
    mara, tom, nobody = (create_user(role=Role.ACCOUNT_MANAGER) for _ in range(3))
    west = create_team(members=(mara,), managers=(tom,))
    create_account(name="Mara's", owner=mara)
    create_account(name="Tom's", owner=tom)
    create_account(name="The team's", team=west)

    assert visible(mara) == {"Mara's", "The team's"}
    assert visible(tom) == {"Mara's", "Tom's", "The team's"}
    assert visible(nobody) == set()


@pytest.mark.parametrize("role", [Role.SERVICE_REP, Role.MARKETER, Role.ADMIN])
def test_others_see_all(role):
    create_account(name="Any")

    assert visible(create_user(role=role)) == {"Any"}


@pytest.mark.parametrize("model", [Contact, Purchase, Return, Interaction, Task, TimelineEntry, Message])
def test_every_table_follows_the_account(model):
    manager, stranger = create_user(role=Role.ACCOUNT_MANAGER), create_user(role=Role.ACCOUNT_MANAGER)
    create_purchase(contact=create_contact(account=create_account(owner=manager)))

    seen = model.objects.visible_to(manager)
    assert set(model.objects.looked_up(manager)) == set(seen)
    assert not model.objects.looked_up(stranger).exists()

    assert seen.count() == model.objects.count()
    assert not model.objects.visible_to(stranger).exists()

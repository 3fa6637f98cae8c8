"""What pages ask all day is compiled: none of these queries is built anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

import crm.core.who
import crm.home.today
import customers.forms.parts
import customers.views.account_screen
import customers.views.account_timeline
import customers.views.found
import loyalty.panels
import surveys.panels
from crm.core.models import Role
from customers.forms.accounts import AccountFilter
from customers.views.account_list import listed
from tests.factories import create_account, create_team, create_user

pytestmark = pytest.mark.django_db
MODULES: list[Any] = [
    crm.core.who,
    customers.forms.parts,
    crm.home.today,
    customers.views.account_screen,
    customers.views.account_timeline,
    customers.views.found,
    loyalty.panels,
    surveys.panels,
]


def test_pages_compile_their_queries(client: Client) -> None:
    manager, lead = (create_user(role=Role.ACCOUNT_MANAGER) for _ in range(2))
    create_team(members=(manager,), managers=(lead,))
    account = create_account(owner=manager)
    part = create_account(owner=manager, parent=account)
    for user in (manager, lead, create_user(role=Role.SERVICE_REP)):
        client.force_login(user)
        pages = [
            "/",
            "/?team",
            "/customers/",
            f"/customers/{account.pk}/",
            f"/customers/{part.pk}/?group=purchases",
        ]
        assert [client.get(page).status_code for page in pages] == [200] * 5
    surveys.panels.answers([1])  # which nobody has given yet

    asked = {
        name: list(function.known.values())
        for module in MODULES
        for name, function in vars(module).items()
        if hasattr(function, "known")
    }

    assert len(asked) > 10
    assert [name for name, shapes in asked.items() if not shapes or None in shapes] == []


@pytest.mark.parametrize("sort", AccountFilter.SORTS)
def test_pages_of_the_list_are_compiled(client: Client, sort: str) -> None:
    for _ in range(120):
        create_account()
    client.force_login(create_user())
    address = f"/customers/?sort={sort}"

    first = client.get(address).context["page"]
    second = client.get(f"{address}&cursor={first.next}").context["page"]
    again = client.get(f"{address}&cursor={second.previous}").context["page"]

    assert (len(second), again.rows) == (50, first.rows)
    assert None not in listed(AccountFilter.SORTS[sort]).known.values()  # type: ignore[attr-defined]

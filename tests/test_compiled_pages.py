"""What pages ask all day is compiled: none of these queries is built anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

import surveys.panels
from crm.core.compiled import QUERIES
from crm.core.models import Role
from customers.forms.accounts import AccountFilter
from customers.views.account_list import listed
from tests.factories import create_account, create_team, create_user

pytestmark = pytest.mark.django_db


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

    asked = {query.__qualname__: list(query.known.values()) for query in QUERIES if is_ours(query)}  # type: ignore[attr-defined]
    assert len(asked) > 15
    assert [name for name, shapes in asked.items() if not shapes or None in shapes] == []


def is_ours(query: Callable[..., object]) -> bool:
    """Not one that another test made."""
    return not query.__module__.startswith("tests.")


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

"""Every route declares its access; staff routes send strangers away and refuse roles that may not."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from crm.core.access import PERMISSIONS, Access, access_of
from crm.core.checks import every_view_declares_access, walk_urls
from crm.core.models import Role, User
from tests.factories import (
    create_account,
    create_contact,
    create_product,
    create_product_line,
    create_purchase,
    create_user,
)

pytestmark = pytest.mark.django_db

ROUTES = [(path, pattern) for path, pattern in walk_urls()]
STAFF = [
    (path, access)
    for path, pattern in ROUTES
    if (access := access_of(pattern.callback)) and access.kind == "staff" and "(?P" not in path
]
# Staff routes that act on one customer's rows: a number in the address is that of a row below an account.
OBJECTS = re.compile(r"^(customers|contacts|purchases|tasks|outbox)/<int:")


def address(path: str, number: int) -> str:
    """A path pattern with every number filled in."""
    filled = re.sub(r"<int:\w+>", str(number), path)
    filled = re.sub(r"<(?:slug:|str:)?\w+>", "after-first-delivery", filled)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\Z", "")


def test_every_route_declares_its_access():
    assert every_view_declares_access(None) == []
    assert len(ROUTES) > 60


@pytest.mark.parametrize(("path", "access"), STAFF)
def test_strangers_are_sent_to_sign_in(client: Client, path, access):
    answer = client.get(address(path, 1))

    assert answer.status_code == 302, answer
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("path", "access"), STAFF)
def test_roles_without_the_permission_get_403(client: Client, path, access, role):
    if not access.permission or role in PERMISSIONS[access.permission]:
        assert role in Role.values  # this role may; what it sees is the screens' own tests' business
        return
    client.force_login(create_user(role=role))

    assert client.get(address(path, 1)).status_code == 403


def open_to_managers(access: Access) -> bool:
    """Whether account managers get as far as the row; elsewhere their role is refused before it."""
    return access.permission is not None and Role.ACCOUNT_MANAGER in PERMISSIONS[access.permission]


@pytest.fixture
def foreign_numbers() -> dict[str, int]:
    """Rows of a customer whom the manager below does not answer for."""
    contact = create_contact(account=create_account(owner=create_user(role=Role.ACCOUNT_MANAGER)))
    purchase = create_purchase(contact=contact)
    create_product(line=create_product_line())
    return {"customers": contact.account_id, "contacts": contact.pk, "purchases": purchase.pk}


@pytest.fixture
def manager() -> User:
    return create_user(role=Role.ACCOUNT_MANAGER)


@pytest.mark.parametrize(
    "path", [path for path, access in STAFF if OBJECTS.match(path) and open_to_managers(access)]
)
def test_foreign_rows_do_not_exist(client: Client, path, foreign_numbers, manager):
    client.force_login(manager)
    number = foreign_numbers.get(path.split("/")[0], 10**9)

    statuses = {client.get(address(path, number)).status_code, client.post(address(path, number)).status_code}

    assert statuses <= {404, 405}
    assert 404 in statuses

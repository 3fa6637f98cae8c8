"""A cut of the real file on top of what is there: taken back, every list, search and file is as before."""

from __future__ import annotations

import gzip
import re
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.core.events import drain
from crm.core.models import Role, User
from crm.core.registry import registry
from customers.imports.mapping import builtin_maps
from customers.models import Account, Purchase
from tests.factories import create_contact, create_purchase, create_user
from tests.imports.importing import parts, run_import
from tests.imports.taking_back import LIVE, changed, kept, removed, take_back
from tests.imports.test_real_files import DATA, needs_data

pytestmark = [pytest.mark.django_db, needs_data]

PAGES = (
    "/",
    "/customers/",
    "/customers/?sort=-revenue",
    "/customers/?q=178",
    "/customers/?q=customer",
    "/palette/?q=178",
    "/palette/?q=5363",
    "/palette/?q=white",
    "/settings/products/",
    "/settings/products/?q=lantern",
    "/tasks/",
    "/loyalty/",
    "/surveys/",
    "/campaigns/",
    "/outbox/",
)
SAME = ("customers_account", "customers_accountsummary", "customers_product", "customers_purchase")
# what differs from one look to the next: tokens, and "2 min ago" beside the date that it stands for
PASSING = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]+|nonce="[^"]+"|(?<=">)[^<]*(?=</time>)'
)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    with gzip.open(DATA / "online_retail_2011.csv.gz", "rt") as file:
        return list(islice(file, 3001))


@pytest.fixture
def admin(client: Client) -> User:
    admin = create_user(role=Role.ADMIN)
    client.force_login(admin)
    return admin


def rows(table: str) -> tuple[int, str]:
    """A checksum of a table, without when its rows were written, and that imports came and went."""
    told_of = "WHERE kind <> 'customers.import_taken_back'" if table == "customers_timelineentry" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(hashtextextended((to_jsonb(t) - %s::text[])::text, 0))::text "
            f"FROM {table} t {told_of}",
            [["created_at", "updated_at"]],
        )
        return cursor.fetchone()


def shown(client: Client, admin: User) -> dict[str, Any]:
    """All there is to see: rows, pages, files."""
    found: dict[str, Any] = {table: rows(table) for table in LIVE}
    addresses = [*PAGES, *(f"/customers/{pk}/purchases/" for pk in first(Account))]
    addresses += [purchase.get_absolute_url() for purchase in Purchase.objects.order_by("pk")[:5]]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = PASSING.sub("", answer.content.decode())
    for name, export in registry.exports.items():
        columns = [column.path for column in export.columns if column.path != "updated_at"]
        found[name] = list(export.rows(admin, {}).order_by("pk").values_list(*columns))
    return found


def first(model: Any) -> list[int]:
    return list(model.objects.order_by("pk").values_list("pk", flat=True)[:5])


def test_everything_is_as_before_and_comes_again(client: Client, admin: User, lines: list[str]):
    retail = builtin_maps()["online_retail"]
    base = run_import("".join(lines[:1200]), found=retail)
    create_purchase(contact=create_contact(account=Account.objects.order_by("pk")[0]))
    create_purchase()
    drain()
    dearer = [lines[0], *(line.replace(",2.55,", ",2.95,") for line in lines[900:])]
    before = shown(client, admin)

    job = run_import("".join(dearer), found=retail)
    added, orders = parts(job), dict(Purchase.objects.values_list("number", "pk"))
    after = shown(client, admin)
    assert after != before
    taking = take_back(job, by=admin)
    drain()

    now = shown(client, admin)
    assert [name for name in before if now[name] != before[name]] == []
    assert removed(taking)["Orders"] == added["Orders"][0] > 40
    assert changed(taking)["Lines of orders"] == (added["Lines of orders"][1], 0)
    assert kept(taking) == set()

    again = run_import("".join(dearer), found=retail)
    assert parts(again) == added
    assert dict(Purchase.objects.values_list("number", "pk")) == orders
    now = shown(client, admin)
    assert [name for name in (*SAME, *PAGES) if now[name] != after[name]] == []
    take_back(again, by=admin)
    take_back(base, by=admin)
    assert Purchase.objects.count() == 2

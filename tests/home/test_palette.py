"""The palette."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.core.models import Role
from tests.factories import create_account, create_contact, create_purchase, create_user

pytestmark = pytest.mark.django_db


def ask(client: Client, words: str = "") -> str:
    return client.get("/palette/", {"q": words}, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    "words",
    [
        "riverside",
        "RIVERSIDE uni",
        "ríver",
        "ri",
        "dana wh",
        "whit",
        "dana@riverside",
        "951555",
        "(951) 555-0100",
        "20418",
        "#20418",
    ],
)
def test_it_works(client: Client, words: str) -> None:
    account = create_account(name="Riverside Unified")
    dana = create_contact(
        account=account,
        first_name="Dana",
        last_name="Whit",
        email="dana@riverside.example",
        phone="+1 951 555 0100",
    )
    create_purchase(account=account, contact=dana, number="20418")
    client.force_login(create_user())
    page = ask(client, words)
    assert 'role="option"' in page
    assert "Riverside Unified" in page


def test_what_begins_with_the_words_comes_first(client: Client) -> None:
    for name in ("The Lakeview Group", "Lakeview Recreation Center", "Lakeview", "Big Slakeviewer"):
        create_account(name=name)
    client.force_login(create_user())
    page = ask(client, "lakeview")
    assert page.index(">Lakeview<") < page.index("Lakeview Recreation")


def test_foreign_rows_are_not_found(client: Client) -> None:
    account = create_account(name="Foreign Schools", owner=create_user(role=Role.ACCOUNT_MANAGER))
    contact = create_contact(account=account, first_name="Foreign", last_name="Person")
    create_purchase(account=account, contact=contact, number="FOREIGN-1")
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    assert 'role="option"' not in ask(client, "foreign")


def test_an_empty_box_shows_actions_and_what_was_open_last(client: Client) -> None:
    account = create_account(name="Lakeview")
    purchase = create_purchase(account=account, number="77")
    client.force_login(create_user())
    for url in (f"/customers/{account.pk}/", purchase.get_absolute_url()):
        client.get(url)
    page = ask(client)
    assert page.index("#77") < page.index("Lakeview<") < page.index("New customer")


def test_recents_disappear_with_the_right_to_see_them(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(name="Lakeview", owner=manager)
    client.force_login(manager)
    client.get(f"/customers/{account.pk}/")
    assert "Lakeview" in ask(client)
    account.owner = None
    account.save()
    assert "Lakeview" not in ask(client)


def test_actions_follow_the_role(client: Client) -> None:
    client.force_login(create_user(role=Role.MARKETER))
    page = ask(client)
    assert "New customer" not in page
    assert "Log an interaction" not in page


@pytest.mark.parametrize("words", ["%", "_", "\\", "a\0b", "' OR 1=1", "<script>", "{{ 7*7 }}", "x" * 500])
def test_strange_words_are_words(client: Client, words: str) -> None:
    create_account(name="Plain")
    client.force_login(create_user())
    page = ask(client, words)
    assert "Plain" not in page
    assert "<script>" not in page


def test_it_is_a_page_without_scripts(client: Client) -> None:
    create_account(name="Lakeview")
    client.force_login(create_user())
    page = client.get("/palette/?q=lake").content.decode()
    assert "<html" in page
    assert "Lakeview" in page

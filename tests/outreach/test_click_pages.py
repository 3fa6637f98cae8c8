"""Where clicks are shown: contents, a message, the outbox, an account's timeline, and their settings."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.core.audit import audited_models
from crm.core.models import Role
from customers.models import ClickRules, Content, Message
from customers.outreach.clicks.counting import count_clicks
from tests.factories import create_account, create_user
from tests.outreach.clicks import SHOP, follow, sent_message
from tests.outreach.conftest import Planner

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(minutes=2)


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(create_user())
    return client


@pytest.fixture
def clicked(outreach: Planner) -> Message:
    """A person followed the first link, and a scanner the second."""
    message = sent_message()
    follow(Client(), message)
    follow(Client(), message, 2, agent="Barracuda")
    with time_machine.travel(timezone.now() + LATER):
        count_clicks()
    return message


def words(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_contents_say_how_often_links_were_followed(clicked: Message, admin_client: Client) -> None:
    page = words(admin_client, "/outbox/contents/")
    assert '<a href="/outbox/contents/note/" data-row-link>A note</a>' in page
    page = words(admin_client, "/outbox/contents/note/")
    assert SHOP.replace("&", "&amp;") in page
    assert "1 mail with a click" in page
    lines = admin_client.get("/outbox/contents/note/").context["lines"]
    assert [(line.number, line.human, line.machine) for line in lines] == [
        (1, 1, 0),
        (2, 0, 1),
        (3, 0, 0),
        (0, 0, 0),
    ]


def test_another_version_and_none(clicked: Message, admin_client: Client) -> None:
    first = clicked.content.versions.order_by("pk")[0]
    assert "No links to count" in words(admin_client, f"/outbox/contents/note/?version={first.pk}")
    assert "Leads to" in words(admin_client, "/outbox/contents/note/?version=junk")
    Content.objects.create(slug="empty", name="Empty")
    assert "No links to count" in words(admin_client, "/outbox/contents/empty/")
    assert admin_client.get("/outbox/contents/nothing/").status_code == 404


def test_a_message_and_the_outbox_say_so(clicked: Message, admin_client: Client) -> None:
    assert "clicked" in words(admin_client, "/outbox/")
    page = words(admin_client, f"/outbox/{clicked.pk}/")
    assert "Links followed" in page
    assert "a machine: it says so itself" in page
    assert f"/outbox/contents/note/?version={clicked.version_id}" in page


def test_the_timeline_says_so(clicked: Message, admin_client: Client) -> None:
    assert "Clicked " in words(admin_client, clicked.account.get_absolute_url())


def test_looking_at_a_mail_as_staff_is_no_click(clicked: Message, admin_client: Client) -> None:
    mail = admin_client.get(f"/outbox/{clicked.pk}/mail/").content.decode()
    assert "/c/" not in mail
    assert SHOP.replace("&", "&amp;") in mail


def test_counting_is_switched_off_and_on(clicked: Message, admin_client: Client) -> None:
    admin_client.post("/outbox/contents/note/switch/")
    assert "Clicks in this content are not counted." in words(admin_client, "/outbox/contents/note/")
    admin_client.post("/outbox/contents/note/switch/", {"count": "1"})
    assert Content.objects.get(slug="note").count_clicks
    assert audited_models()["customers.content"].objects.filter(count_clicks=False).exists()


def test_rules_are_set_and_kept_in_the_audit(admin_client: Client) -> None:
    values = {"early_seconds": "5", "sweep_links": "4", "sweep_seconds": "20"}
    assert admin_client.post("/settings/clicks/", values | {"early_seconds": "x"}).status_code == 200
    assert admin_client.post("/settings/clicks/", values).status_code == 302
    rules = ClickRules.load()
    assert (rules.count_clicks, rules.early_seconds, rules.sweep_links) == (False, 5, 4)
    assert "not counted in this installation" in words(admin_client, "/outbox/contents/survey-delivery/")
    assert audited_models()["customers.clickrules"].objects.filter(early_seconds=5).exists()


def test_who_may(outreach: Planner) -> None:
    manager, client = create_user(role=Role.ACCOUNT_MANAGER), Client()
    create_account(owner=manager)
    client.force_login(manager)
    assert client.get("/outbox/contents/").status_code == 200
    assert client.post("/outbox/contents/note/switch/").status_code == 403
    assert client.get("/settings/clicks/").status_code == 403


def test_few_queries(clicked: Message, admin_client: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        admin_client.get("/outbox/contents/")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        admin_client.get("/outbox/contents/note/")

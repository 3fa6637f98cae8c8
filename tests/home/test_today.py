"""Today."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.core.models import Role, User
from crm.home.today import due_and_coming
from customers.models import Task
from customers.services.interactions import log_interaction
from tests.factories import (
    create_account,
    create_contact,
    create_purchase,
    create_task,
    create_team,
    create_user,
)

pytestmark = pytest.mark.django_db
QUERIES = 14


def manager(**fields: Any) -> User:
    return create_user(role=Role.ACCOUNT_MANAGER, **fields)


def page_of(client: Client, user: User, query: str = "") -> str:
    client.force_login(user)
    return client.get(f"/{query}").content.decode()


def test_it_works(client: Client) -> None:
    mara, rep = manager(name="Mara Keller"), create_user(role=Role.SERVICE_REP)
    account = create_account(name="Riverside Unified", owner=mara)
    dana = create_contact(account=account, first_name="Dana", last_name="Whit")
    create_task(account=account, title="Call Dana", owner=mara, why="Scored 4.", is_urgent=True)
    create_task(
        account=account, title="Write a card", owner=mara, due_at=timezone.now() + dt.timedelta(days=3)
    )
    create_purchase(account=account, quantity=62)
    log_interaction(account=account, author=rep, channel="call", body="Asked about goals.", contacts=[dana])

    page = page_of(client, mara)

    for words in (
        ", Mara",
        "1 thing today, the first cannot wait",
        "Call Dana",
        "Scored 4.",
        "This week",
        "Write a card",
        "1 account<",
        "$6.2k",
        "Just in",
        "Call with Dana Whit",
    ):
        assert words in page, words


@pytest.mark.parametrize("team", [False, True])
@pytest.mark.parametrize("due", [0, 5, 49, 50, 55, 60, 70])
def test_what_comes_is_never_crowded_out(due: int, team: bool) -> None:
    mara, now = manager(), timezone.now()
    account = create_account(owner=mara)
    days = [*(-1 for _ in range(due)), *(2 + number / 10 for number in range(12)), 9]
    tasks = [
        Task(account=account, owner=mara, title=f"{number}", due_at=now + dt.timedelta(days=day))
        for number, day in enumerate(days)
    ]
    Task.objects.bulk_create(tasks)
    create_task(account=account, owner=mara, title="now", is_urgent=True, due_at=now + dt.timedelta(days=30))

    today, week = due_and_coming(mara, now, team=team)

    assert [task.title for task in today] == ["now", *(f"{number}" for number in range(due))][:50]
    assert [task.title for task in week] == [f"{number}" for number in range(due, due + 10)]


def test_it_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    mara = manager()
    create_team(members=(manager(), manager()), managers=(mara,))
    for _ in range(12):
        account = create_account(owner=mara)
        create_task(account=account, contact=create_contact(account=account), owner=mara)
        create_purchase(account=account, delivered_at=timezone.now())
    page_of(client, mara)
    for query in ("", "?team"):
        with django_assert_max_num_queries(QUERIES):
            client.get(f"/{query}")


def test_a_large_book_shows_the_same(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    mara, rep = manager(), create_user(role=Role.SERVICE_REP)
    account = create_account(owner=mara)
    create_purchase(account=create_account(parent=account), quantity=62)
    log_interaction(account=account, author=rep, channel="call", body="Asked about goals.")
    few = news_and_book(page_of(client, mara))

    monkeypatch.setattr("crm.home.today.FEW", 1)
    for _counted_and_kept in range(2):
        assert news_and_book(page_of(client, mara)) == few


def news_and_book(page: str) -> str:
    return page[page.index('id="book-title"') : page.index("</main>")]


def test_urgent_and_late_come_first(client: Client) -> None:
    mara = manager()
    account, now = create_account(owner=mara), timezone.now()
    create_task(account=account, title="Third", owner=mara, due_at=now - dt.timedelta(hours=1))
    create_task(account=account, title="Second", owner=mara, due_at=now - dt.timedelta(days=2))
    create_task(account=account, title="First", owner=mara, due_at=now + dt.timedelta(days=9), is_urgent=True)
    page = page_of(client, mara)
    assert page.index("First") < page.index("Second") < page.index("Third")


@pytest.mark.parametrize(
    ("zone", "words"),
    [("America/Los_Angeles", "Good evening"), ("Asia/Tokyo", "Good afternoon"), ("UTC", "Good morning")],
)
def test_the_greeting_and_the_day_are_the_viewers(client: Client, zone: str, words: str) -> None:
    with time_machine.travel("2026-11-22T05:30:00Z", tick=False):
        page = page_of(client, manager(time_zone=zone))
    assert words in page
    assert ("Saturday 21 November" if "Los" in zone else "Sunday 22 November") in page


def test_what_is_due_tonight_is_today_where_the_viewer_is(client: Client) -> None:
    mara = manager(time_zone="America/Los_Angeles")
    account = create_account(owner=mara)
    with time_machine.travel("2026-11-22T20:00:00Z", tick=False):
        create_task(
            account=account, title="Tonight", owner=mara, due_at=dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)
        )
        create_task(
            account=account, title="Tomorrow", owner=mara, due_at=dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
        )
        page = page_of(client, mara)
    assert page.index("Tonight") < page.index("This week") < page.index("Tomorrow")


def test_the_team_view_shows_the_mates_tasks(client: Client) -> None:
    lead, mate = manager(), manager(name="Toni Mate")
    create_team(members=(mate,), managers=(lead,))
    create_task(account=create_account(owner=mate), title="Mate's call", owner=mate)
    assert "Mate&#x27;s call" not in page_of(client, lead)
    page = page_of(client, lead, "?team")
    assert "Mate&#x27;s call" in page
    assert "Toni Mate" in page


def test_a_strangers_tasks_are_nowhere(client: Client) -> None:
    create_task(account=create_account(owner=manager()), title="Not yours", owner=manager())
    mara = manager()
    for query in ("", "?team"):
        assert "Not yours" not in page_of(client, mara, query)


def test_a_new_person_is_told_what_this_is_for(client: Client) -> None:
    page = page_of(client, manager())
    assert "Welcome" in page
    assert "My book" not in page


def test_a_quiet_day_suggests_quiet_customers(client: Client) -> None:
    mara = manager()
    create_account(owner=mara)
    assert "/customers/?mine=1&amp;quiet=6" in page_of(client, mara)


def test_signed_out_people_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/")["Location"].startswith("/accounts/login/")

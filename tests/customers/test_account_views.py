"""The account screen."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.services.interactions import log_interaction
from customers.services.timeline import NewEntry, record_many
from tests.factories import (
    create_account,
    create_contact,
    create_purchase,
    create_task,
    create_team,
    create_user,
)

pytestmark = pytest.mark.django_db
QUERIES = 22


def test_it_works(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER, name="Mara Keller")
    top = create_account(name="Riverside Unified", owner=manager, city="Riverside", industry="Education")
    part = create_account(name="North High", parent=top, kind="location")
    dana = create_contact(account=part, first_name="Dana", last_name="Whit", phone="+1 951 555 0100")
    create_purchase(account=part, contact=dana, quantity=6, unit_price=100, number="20418")
    create_task(account=top, title="Call Dana about the delivery", owner=manager)
    log_interaction(
        account=top, author=manager, channel="call", body="Wants the floor before term.", contacts=[dana]
    )
    client.force_login(manager)

    page = client.get(f"/customers/{top.pk}/").content.decode()

    for words in (
        "Riverside Unified",
        "1 location",
        "Mara Keller",
        "$600",
        "1 order, in",
        "Call with Dana Whit",
        "Wants the floor before term.",
        "Bought 6 ×",
        "Call Dana about the delivery",
        "North High",
        "tel:+1%20951%20555%200100",
        "#20418",
    ):
        assert words in page, words


def test_it_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    create_team(managers=(manager,), members=(create_user(), create_user()))
    top = create_account(owner=manager, parent=create_account(owner=manager))
    parts = [create_account(parent=top, kind="location") for _ in range(50)]
    dana = create_contact(account=parts[0])
    create_purchase(account=parts[1], contact=dana, delivered_at=timezone.now())
    create_task(account=parts[2], owner=manager)
    start = timezone.now()
    record_many(
        [
            NewEntry(
                account_id=parts[number % 50].pk,
                kind="customers.account_archived",
                at=start - dt.timedelta(minutes=number),
                contact_id=dana.pk,
            )
            for number in range(1000)
        ]
    )
    client.force_login(manager)
    client.get(f"/customers/{top.pk}/")

    with django_assert_max_num_queries(QUERIES):
        client.get(f"/customers/{top.pk}/")


def test_the_timeline_goes_on_without_gaps_or_repeats(client: Client) -> None:
    account = create_account()
    at = timezone.now()  # all at one moment: the id decides
    record_many(
        [
            NewEntry(
                account_id=account.pk,
                kind="customers.task_done",
                at=at,
                data={"task": n, "title": f"No {n}."},
            )
            for n in range(75)
        ]
    )
    client.force_login(create_user())
    page = client.get(f"/customers/{account.pk}/timeline/", headers={"HX-Request": "true"}).content.decode()
    pages = [page]
    while older := re.search(r'hx-get="([^"]+before=[^"]+)"', page):
        page = client.get(older[1], headers={"HX-Request": "true"}).content.decode()
        pages.append(page)
    assert len(pages) == 4
    assert re.findall(r"Done: No (\d+)\.", "".join(pages)) == [str(n) for n in reversed(range(75))]


def test_the_timeline_is_filtered_by_group(client: Client) -> None:
    purchase = create_purchase(number="777")
    client.force_login(create_user())
    url = f"/customers/{purchase.account_id}/timeline/"
    found = client.get(f"{url}?group=purchases", headers={"HX-Request": "true"}).content.decode()
    assert "order #777" in found
    assert "Account added" not in found
    assert (
        "order #777"
        not in client.get(f"{url}?group=messages", headers={"HX-Request": "true"}).content.decode()
    )


@pytest.mark.parametrize(
    "before", ["nonsense", "2026-01-01~1~5", "9999-12-31T00:00:00+00:00~1~99999999999999999999"]
)
def test_a_made_up_cursor_is_a_bad_request(client: Client, before: str) -> None:
    client.force_login(create_user())
    response = client.get(
        f"/customers/{create_account().pk}/timeline/", {"before": before}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 400


def test_a_timeline_link_works_without_scripts(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    response = client.get(f"/customers/{account.pk}/timeline/?group=surveys")
    assert response["Location"] == f"/customers/{account.pk}/?group=surveys#timeline"


def test_another_managers_account_does_not_exist(client: Client) -> None:
    account = create_account(owner=create_user(role=Role.ACCOUNT_MANAGER))
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    for path in ("", "edit/", "timeline/", "do-next/", "log/", "people/", "purchases/", "tasks/new/"):
        assert client.get(f"/customers/{account.pk}/{path}").status_code == 404, path


def test_a_manager_sees_the_subtree_of_what_is_owned_and_not_what_is_above(client: Client) -> None:
    manager = create_user(role=Role.ACCOUNT_MANAGER)
    above = create_account(name="Above Holding")
    mine = create_account(name="Mine", parent=above, owner=manager)
    below = create_account(name="Below", parent=mine)
    client.force_login(manager)
    assert client.get(f"/customers/{above.pk}/").status_code == 404
    page = client.get(f"/customers/{below.pk}/").content.decode()
    assert "Mine" in page
    assert "Above Holding" not in page


def test_a_rep_reads_and_logs_but_does_not_edit(client: Client) -> None:
    account = create_account()
    client.force_login(create_user(role=Role.SERVICE_REP))
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "data-composer" in page
    assert f"/customers/{account.pk}/edit/" not in page
    assert client.get(f"/customers/{account.pk}/edit/").status_code == 403
    assert client.post(f"/customers/{account.pk}/archive/").status_code == 403
    assert client.get(f"/customers/{account.pk}/purchases/new/").status_code == 403


def test_a_marketer_only_reads(client: Client) -> None:
    account = create_account()
    client.force_login(create_user(role=Role.MARKETER))
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "data-composer" not in page
    assert client.post(f"/customers/{account.pk}/log/", {"text": "x"}).status_code == 403
    assert client.get(f"/customers/{account.pk}/people/new/").status_code == 403


NASTY = "<script>alert(1)</script> {{ 7*7 }} {% now %}\r\nBcc: a@b"


def test_nasty_names_stay_text(client: Client) -> None:
    account = create_account(name=NASTY, about=NASTY, website="javascript:alert(1)")
    create_contact(account=account, first_name=NASTY[:60], job_title=NASTY)
    create_task(account=account, title=NASTY, why=NASTY)
    client.force_login(create_user())
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }} {% now %}" in page
    assert 'href="javascript:' not in page

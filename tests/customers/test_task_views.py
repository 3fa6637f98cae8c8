"""Tasks: new, done, put off, taken up again, listed."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Task
from tests.factories import create_account, create_contact, create_task, create_team, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
QUERIES = 8


def test_it_works(client: Client) -> None:
    mara = create_user(role=Role.ACCOUNT_MANAGER)
    account = create_account(owner=mara)
    dana = create_contact(account=account)
    client.force_login(mara)
    assert client.get(f"/customers/{account.pk}/tasks/new/").status_code == 200
    response = client.post(
        f"/customers/{account.pk}/tasks/new/",
        {
            "title": "Send the quote",
            "kind": "call",
            "due_at": "2026-12-01T09:00",
            "owner": mara.pk,
            "contact": dana.pk,
        },
    )
    assert response["Location"] == f"/customers/{account.pk}/"
    task = Task.objects.get()
    assert (task.title, task.kind, task.owner, task.contact) == ("Send the quote", "call", mara, dana)


def test_a_mistake_keeps_what_was_typed(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    response = client.post(
        f"/customers/{account.pk}/tasks/new/", {"title": "Send it", "kind": "todo", "due_at": "soon"}
    )
    assert response.status_code == 422
    assert 'value="Send it"' in response.content.decode()


def test_done_with_undo(client: Client) -> None:
    task, user = create_task(title="Call Dana"), create_user()
    client.force_login(user)
    response = client.post(f"/tasks/{task.pk}/done/", headers=HTMX)
    assert response.content == b"", "the row disappears"
    assert json.loads(response["HX-Trigger"]) == {
        "toast": {"text": "Done: Call Dana", "undo": f"/tasks/{task.pk}/reopen/"},
        "tasks-changed": True,
    }
    task.refresh_from_db()
    assert (task.state, task.done_by) == ("done", user)
    origin = f"http://testserver/customers/{task.account_id}/"
    assert client.post(f"/tasks/{task.pk}/reopen/", headers={"Referer": origin})["Location"] == origin
    task.refresh_from_db()
    assert task.state == "open"


def test_done_without_scripts(client: Client) -> None:
    task = create_task()
    client.force_login(create_user())
    page = client.post(f"/tasks/{task.pk}/done/", follow=True)
    assert page.redirect_chain[0][0] == f"/customers/{task.account_id}/"
    assert f'action="/tasks/{task.pk}/reopen/"' in page.content.decode()


def test_a_referer_of_somebody_else_is_not_followed(client: Client) -> None:
    task = create_task()
    client.force_login(create_user())
    response = client.post(f"/tasks/{task.pk}/done/", headers={"Referer": "https://evil.example/"})
    assert response["Location"] == f"/customers/{task.account_id}/"


def test_an_outcome_is_asked_for_where_it_is_needed(client: Client) -> None:
    task = create_task(needs_outcome=True)
    client.force_login(create_user())
    row = client.get(f"/tasks/{task.pk}/done/", headers=HTMX).content.decode()
    assert 'name="outcome"' in row
    response = client.post(f"/tasks/{task.pk}/done/", {"outcome": " "}, headers=HTMX)
    assert response.status_code == 422
    assert "Say in a few words what came of it." in response.content.decode()
    client.post(f"/tasks/{task.pk}/done/", {"outcome": "Sent a crew, all well."}, headers=HTMX)
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Sent a crew, all well.")


def test_done_twice_says_so(client: Client) -> None:
    task = create_task()
    client.force_login(create_user())
    client.post(f"/tasks/{task.pk}/done/", headers=HTMX)
    response = client.post(f"/tasks/{task.pk}/done/", headers=HTMX)
    assert response.status_code == 422
    assert "done already" in response.content.decode()


def test_put_off_with_a_reason_and_undo(client: Client) -> None:
    due = timezone.now().replace(microsecond=0)
    task = create_task(due_at=due)
    client.force_login(create_user(time_zone="America/Los_Angeles"))
    assert 'name="reason"' in client.get(f"/tasks/{task.pk}/snooze/", headers=HTMX).content.decode()
    response = client.post(f"/tasks/{task.pk}/snooze/", {"days": "7", "reason": "On holiday"}, headers=HTMX)
    task.refresh_from_db()
    assert json.loads(response["HX-Trigger"])["toast"]["undo"] == f"/tasks/{task.pk}/wake/"
    assert task.snooze_reason == "On holiday"
    assert dt.timedelta(days=6) < task.due_at - due < dt.timedelta(days=8)
    client.post(f"/tasks/{task.pk}/wake/")
    task.refresh_from_db()
    assert (task.due_at, task.snooze_reason, task.snoozed_from) == (due, "", None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"days": "1"}, "This field is required."),
        ({"reason": "x"}, "Choose a day."),
        ({"reason": "x", "until": "2001-01-01T00:00"}, "Choose a moment in the future."),
        ({"reason": "x", "days": "400"}, "Select a valid choice"),
    ],
)
def test_a_snooze_needs_a_reason_and_a_day(client: Client, fields: dict[str, str], words: str) -> None:
    task = create_task()
    client.force_login(create_user())
    for headers in (HTMX, {}):
        response = client.post(f"/tasks/{task.pk}/snooze/", fields, headers=headers)
        assert response.status_code == 422
        assert words in response.content.decode()


def test_the_list_is_mine_or_my_teams(client: Client) -> None:
    me, mate = create_user(), create_user()
    create_team(members=(me, mate))
    create_task(title="mine", owner=me, due_at=timezone.now() + dt.timedelta(days=1))
    create_task(title="mine and late", owner=me)
    create_task(title="the mate's", owner=mate, due_at=timezone.now() + dt.timedelta(days=2))
    create_task(title="a stranger's", owner=create_user())
    client.force_login(me)
    for query, expected in {
        "": ["mine and late", "mine"],
        "?late": ["mine and late"],
        "?team": ["mine and late", "mine", "the mate's"],
        "?team&late": ["mine and late"],
    }.items():
        assert [task.title for task in client.get(f"/tasks/{query}").context["page"]] == expected, query


def test_the_list_needs_few_queries(client: Client, django_assert_max_num_queries) -> None:
    me = create_user()
    for _ in range(60):
        create_task(owner=me)
    client.force_login(me)
    client.get("/tasks/")
    with django_assert_max_num_queries(QUERIES):
        client.get("/tasks/")


def test_a_foreign_task_does_not_exist(client: Client) -> None:
    task = create_task()
    client.force_login(create_user(role=Role.ACCOUNT_MANAGER))
    for path in ("done/", "snooze/", "reopen/", "wake/"):
        assert client.post(f"/tasks/{task.pk}/{path}").status_code == 404, path
    assert client.get(f"/tasks/{task.pk}/").status_code == 404

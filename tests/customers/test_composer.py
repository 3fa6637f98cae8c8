"""Writing down what was said, from the account screen and from everywhere."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from crm.core.models import Role
from customers.models import Account, Task
from tests.factories import (
    create_account,
    create_contact,
    create_product_line,
    create_user,
)

pytestmark = pytest.mark.django_db


def log(client: Client, account: Account, **fields: object):
    data = {"channel": "call", "text": "Spoke about goals.", **fields}
    return client.post(f"/customers/{account.pk}/log/", data, headers={"HX-Request": "true"})


def test_an_interaction_is_logged_with_what_follows(client: Client) -> None:
    rep = create_user(role=Role.SERVICE_REP)
    account, line = create_account(), create_product_line(name="Soccer goals")
    dana = create_contact(account=account)
    client.force_login(rep)
    due = timezone.now() + dt.timedelta(days=2)

    response = log(
        client,
        account,
        contacts=[dana.pk],
        mood="positive",
        minutes=8,
        need_line=line.pk,
        follow_up="Send the quote",
        follow_up_at=due.strftime("%Y-%m-%dT%H:%M"),
    )

    assert response.status_code == 200
    assert "interaction-logged" in response.headers["HX-Trigger"]
    kept = account.interactions.get()
    assert (kept.author, kept.mood, kept.minutes, kept.need_line) == (rep, "positive", 8, line)
    assert list(kept.contacts.all()) == [dana]
    assert Task.objects.get().title == "Send the quote"
    assert f'value="{dana.pk}"' in response.content.decode(), "the last contact is the next default"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "This field is required."),
        ({"follow_up": "Call"}, "Until when?"),
        ({"minutes": "-3"}, "greater than or equal to 1"),
        ({"channel": "telepathy"}, "Select a valid choice"),
        ({"at": "2999-01-01T00:00"}, "lies in the future"),
    ],
)
def test_a_mistake_in_the_composer_keeps_the_text(client: Client, fields: dict[str, str], words: str) -> None:
    account = create_account()
    client.force_login(create_user())
    response = log(client, account, **{"text": "Typed with care", **fields})
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert fields.get("text", "Typed with care") in page
    assert not account.interactions.exists()


def test_a_stranger_cannot_be_mentioned(client: Client) -> None:
    account, stranger = create_account(), create_contact()
    client.force_login(create_user())
    assert log(client, account, contacts=[stranger.pk]).status_code == 422


def test_logging_works_without_scripts(client: Client) -> None:
    account = create_account()
    client.force_login(create_user())
    assert "data-composer" in client.get(f"/customers/{account.pk}/log/").content.decode()
    response = client.post(f"/customers/{account.pk}/log/", {"channel": "visit", "text": "Was there."})
    assert response["Location"] == f"/customers/{account.pk}/"


def test_mentions_offer_people_of_the_tree_and_lines(client: Client) -> None:
    top = create_account()
    part = create_account(parent=top)
    dana = create_contact(account=top, first_name="Dana", last_name="Whit")
    create_contact(first_name="Dana", last_name="Elsewhere")
    create_product_line(name="Gym floors")
    client.force_login(create_user())
    people = client.get(f"/customers/{part.pk}/people/options/?q=dan").content.decode()
    assert f'data-insert="@Dana Whit" data-field="contacts" data-value="{dana.pk}"' in people
    assert "Elsewhere" not in people
    assert 'data-insert="#Gym floors"' in client.get("/log/lines/?q=gym").content.decode()


def test_the_log_dialog_offers_what_was_open_last(client: Client) -> None:
    account = create_account(name="Lakeview")
    client.force_login(create_user())
    htmx = {"HX-Request": "true"}
    assert "Lakeview" not in client.get("/log/", headers=htmx).content.decode()
    client.get(f"/customers/{account.pk}/")
    assert "Lakeview" in client.get("/log/", headers=htmx).content.decode()
    assert (
        f"/customers/{account.pk}/log/"
        in client.get("/log/?account_words=lake", headers=htmx).content.decode()
    )
    assert "<html" in client.get("/log/").content.decode()

"""Settings, Webhooks: made, changed, switched, tested and sent again by admins, and by nobody else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from crm.core.audit import audited_models
from crm.core.events import Event, publish_many
from crm.core.models import Role, WebhookDelivery, WebhookSubscription
from crm.core.registry import registry
from crm.core.webhooks.delivering import deliver_due
from customers.events import InteractionLogged
from tests.factories import create_user
from tests.webhooks.receiving import Receiver

pytestmark = pytest.mark.django_db
PAGE = "/settings/webhooks/"
LOGGED = InteractionLogged(interaction_id=7, account_id=3)


@pytest.fixture
def admin(client: Client) -> None:
    client.force_login(create_user(role=Role.ADMIN, name="Ada Admin"))


def filled_in(receiver: Receiver, **values: object) -> dict[str, object]:
    return {"name": "ERP", "url": receiver.url, "events": ["customers.interaction_logged"], **values}


@pytest.fixture
def webhook(client: Client, admin: None, receiver: Receiver) -> WebhookSubscription:
    client.post(f"{PAGE}new/", filled_in(receiver))
    return WebhookSubscription.objects.get()


def test_it_works(client, admin, receiver):
    assert "No webhook yet" in client.get(PAGE).content.decode()

    made = client.post(f"{PAGE}new/", filled_in(receiver)).content.decode()

    secret = re.search(r"whs_[\w-]{43}", made)
    webhook = WebhookSubscription.objects.get()
    for page in (PAGE, f"{PAGE}{webhook.pk}/", f"{PAGE}{webhook.pk}/edit/"):
        shown = client.get(page).content.decode()
        assert "ERP" in shown
        assert secret[0] not in shown
    assert "Ada Admin" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://shop.example/", "not a web address"),
        ("https://me:word@shop.example/", "Names and passwords"),
        ("http://shop.example/", "must begin with https"),
    ],
)
def test_what_an_address_may_not_be(client, admin, receiver, settings, url, why):
    settings.OUTGOING_ALLOW_HTTP = False

    answer = client.post(f"{PAGE}new/", filled_in(receiver, url=url))

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not WebhookSubscription.objects.exists()


@pytest.mark.parametrize("events", [[], ["customers.nothing"]])
def test_only_events_there_are(client, admin, receiver, events):
    assert client.post(f"{PAGE}new/", filled_in(receiver, events=events)).status_code == 422


def test_every_event_can_be_chosen():
    ours = {event for event in Event.__subclasses__() if event.__module__.endswith(".events")}
    assert ours == set(registry.events.values())


def test_changed_switched_and_deleted_and_the_audit_knows(client, webhook, receiver):
    client.post(f"{PAGE}{webhook.pk}/edit/", filled_in(receiver, name="Shop"))
    client.post(f"{PAGE}{webhook.pk}/switch/", {"to": "off"})
    assert "Switch on" in client.get(f"{PAGE}{webhook.pk}/").content.decode()
    client.post(f"{PAGE}{webhook.pk}/switch/", {"to": "on"})
    client.post(f"{PAGE}{webhook.pk}/delete/")

    assert not WebhookSubscription.objects.exists()
    history = audited_models()["core.webhooksubscription"].objects.order_by("pgh_id")
    assert list(history.values_list("pgh_label", "name", "is_active")) == [
        ("insert", "ERP", True),
        ("update", "Shop", True),
        ("update", "Shop", False),
        ("update", "Shop", True),
        ("delete", "Shop", True),
    ]
    assert not hasattr(history[0], "sealed_secret")
    assert "ERP → Shop" in client.get("/audit/?model=core.webhooksubscription").content.decode()


def test_a_new_secret_is_shown_once(client, webhook):
    before = webhook.sealed_secret
    answer = client.post(f"{PAGE}{webhook.pk}/secret/")

    assert "whs_" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    webhook.refresh_from_db()
    assert webhook.sealed_secret != before


def test_a_test_event_and_its_answer(client, webhook, receiver):
    receiver.words = b"<b>fine</b>"
    place = client.post(f"{PAGE}{webhook.pk}/test/")["Location"]
    assert "Not tried yet" in client.get(place).content.decode()

    deliver_due()

    shown = client.get(place).content.decode()
    assert "perennial.test" in shown
    assert "&lt;b&gt;fine&lt;/b&gt;" in shown
    client.post(f"{place}retry/")
    deliver_due()
    assert receiver.ids[0] == receiver.ids[1]


def test_a_webhook_that_is_off_is_not_tested(client, webhook):
    client.post(f"{PAGE}{webhook.pk}/switch/", {"to": "off"})
    assert client.post(f"{PAGE}{webhook.pk}/test/").status_code == 404


def test_what_was_given_up_is_sent_again(client, webhook, receiver):
    publish_many([LOGGED] * 3)
    WebhookDelivery.objects.update(state="dead", attempts=10)
    assert "Send 3 given up again" in client.get(f"{PAGE}{webhook.pk}/?state=dead").content.decode()

    client.post(f"{PAGE}{webhook.pk}/retry/")
    deliver_due()

    assert len(receiver.received) == 3
    assert client.get(f"{PAGE}{webhook.pk}/?state=dead").context["total"] == (0, False)
    assert client.get(f"{PAGE}{webhook.pk}/?state=delivered").context["total"] == (3, False)


def test_foreign_deliveries_and_unknown_webhooks(client, webhook, receiver):
    client.post(f"{PAGE}new/", filled_in(receiver, name="Other"))
    other = WebhookSubscription.objects.get(name="Other")
    client.post(f"{PAGE}{webhook.pk}/test/")
    delivery = WebhookDelivery.objects.get()

    assert client.get(f"{PAGE}{other.pk}/{delivery.pk}/").status_code == 404
    assert client.post(f"{PAGE}{other.pk}/{delivery.pk}/retry/").status_code == 404
    assert client.get(f"{PAGE}999999/").status_code == 404


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
@pytest.mark.parametrize(
    "page", ["", "new/", "{pk}/", "{pk}/edit/", "{pk}/test/", "{pk}/retry/", "{pk}/secret/"]
)
def test_admins_alone(client, webhook, role, page):
    client.force_login(create_user(role=role))
    assert client.post(PAGE + page.format(pk=webhook.pk)).status_code == 403


def test_pages_ask_the_same_however_much_there_is(client, webhook, django_assert_max_num_queries):
    publish_many([LOGGED] * 120)
    with django_assert_max_num_queries(9):
        first = client.get(f"{PAGE}{webhook.pk}/")
    assert len(first.context["page"]) == 50
    following = client.get(f"{PAGE}{webhook.pk}/?cursor={first.context['page'].next}")
    assert len(following.context["page"]) == 50
    with django_assert_max_num_queries(6):
        client.get(PAGE)

"""Events reach the receivers that want them, signed, at least once, and nobody waits for a broken one."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.events import publish, publish_many
from crm.core.models import OutboxEvent, WebhookDelivery
from crm.core.webhooks.delivering import claim, deliver_due
from crm.core.webhooks.settling import Outcome, settle
from crm.core.webhooks.subscriptions import (
    send_again,
    switch_off,
)
from customers.events import InteractionLogged, PurchaseRecorded
from customers.services.interactions import log_interaction
from tests.factories import create_account, create_user
from tests.webhooks.receiving import is_genuine, make_due, receiving, subscribed

pytestmark = pytest.mark.django_db
LOGGED = InteractionLogged(interaction_id=7, account_id=3)


def test_it_works(receiver):
    _webhook, secret = subscribed(receiver)
    account = create_account()

    interaction = log_interaction(account=account, author=create_user(), channel="call", body="All is well")
    assert deliver_due() == 1

    came = receiver.received[0]
    assert is_genuine(came, secret)
    assert not is_genuine(came, secret + "x")
    assert came.headers["content-type"] == "application/json"
    assert came.headers["perennial-event"] == "customers.interaction_logged"
    event = OutboxEvent.objects.get(name=InteractionLogged.name)
    delivery = WebhookDelivery.objects.get()
    assert came.told == {
        "id": str(delivery.public_id),
        "event": "customers.interaction_logged",
        "at": event.at.isoformat(),
        "data": {"interaction_id": interaction.pk, "account_id": account.pk},
    }
    assert came.headers["perennial-id"] == came.told["id"]
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert (delivery.answer_status, delivery.answer_start) == (200, "thanks")
    assert deliver_due() == 0


def test_each_is_told_what_it_asked_for(receiver):
    wanted, _secret = subscribed(receiver, PurchaseRecorded.name)
    both, _secret = subscribed(receiver, PurchaseRecorded.name, InteractionLogged.name)
    off, _secret = subscribed(receiver)
    switch_off(subscription=off)

    publish_many([LOGGED, PurchaseRecorded(purchase_id=1, account_id=3, contact_id=None), LOGGED])

    assert wanted.deliveries.count() == 1
    assert both.deliveries.count() == 3
    assert off.deliveries.count() == 0


def test_an_event_that_never_was_is_told_to_nobody(receiver):
    subscribed(receiver)
    with transaction.atomic():
        publish(LOGGED)
        transaction.set_rollback(True)

    assert not WebhookDelivery.objects.exists()


def test_one_statement_however_many_events_and_webhooks(receiver):
    subscribed(receiver)
    with CaptureQueriesContext(transaction.get_connection()) as queries:
        publish_many([LOGGED] * 500)

    assert len([query for query in queries if "core_webhook" in query["sql"]]) == 1
    assert WebhookDelivery.objects.count() == 500


def test_500_then_200_under_the_same_id(receiver):
    webhook, secret = subscribed(receiver)
    receiver.answers, receiver.words = [500], b"out of \x00 order" * 100
    publish(LOGGED)

    deliver_due()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.answer_status) == ("pending", 1, 500)
    assert delivery.answer_start.startswith("out of \ufffd order")
    assert len(delivery.answer_start) == 500
    assert dt.timedelta(seconds=7) < delivery.due_at - timezone.now() < dt.timedelta(seconds=13)
    webhook.refresh_from_db()
    assert webhook.failures == 1
    assert deliver_due() == 0  # not before its time

    make_due()
    deliver_due()
    assert WebhookDelivery.objects.get().state == "delivered"
    assert receiver.ids[0] == receiver.ids[1]
    assert all(is_genuine(came, secret) for came in receiver.received)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.resting_until) == (0, None, None)


def test_no_answer_in_time(receiver, settings):
    settings.WEBHOOK_TIMEOUT = 0.2
    receiver.holds = threading.Event()
    subscribed(receiver)
    publish(LOGGED)

    deliver_due()

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.answer_status) == ("pending", None)
    assert delivery.last_error == "No answer within 0.2 s."


def test_a_redirect_is_not_followed(receiver):
    with receiving("127.0.0.2") as inside:
        receiver.answers, receiver.location = [307], inside.url
        subscribed(receiver)
        publish(LOGGED)
        deliver_due()
        assert inside.received == []
    assert WebhookDelivery.objects.get().answer_status == 307
    assert WebhookDelivery.objects.get().state == "pending"


def test_an_address_inside_is_refused_at_the_connect(receiver, settings):
    subscribed(receiver)
    settings.OUTGOING_ALLOWED_HOSTS = []
    publish(LOGGED)

    deliver_due()

    assert receiver.received == []
    assert "not on the open internet" in WebhookDelivery.objects.get().last_error


def test_the_tenth_failure_is_the_last(receiver):
    webhook, _secret = subscribed(receiver)
    receiver.answers = [503] * 10
    publish(LOGGED)
    for _attempt in range(10):
        make_due()
        assert deliver_due() == 1

    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", 10)
    make_due()
    assert deliver_due() == 0

    assert send_again(subscription=webhook) == 1
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert len(set(receiver.ids)) == 1
    assert send_again(subscription=webhook, ids=[delivery.pk]) == 1


def test_attempts_wait_longer_and_longer(receiver):
    subscribed(receiver)
    receiver.answers = [500] * 9
    publish(LOGGED)
    waits = []
    for _attempt in range(9):
        make_due()
        deliver_due()
        waits.append((WebhookDelivery.objects.get().due_at - timezone.now()).total_seconds())

    planned = [10, 30, 90, 270, 810, 2430, 7290, 21870, 43200]
    assert [0.75 < wait / plan < 1.25 for wait, plan in zip(waits, planned, strict=True)] == [True] * 9


def test_a_failing_receiver_rests_and_its_other_events_wait_unharmed(receiver):
    webhook, _secret = subscribed(receiver)
    receiver.answers = [500]
    publish_many([LOGGED] * 3)

    assert deliver_due() == 1

    assert sorted(webhook.deliveries.values_list("attempts", flat=True)) == [0, 0, 1]
    make_due()
    assert deliver_due() == 3
    assert set(webhook.deliveries.values_list("state", flat=True)) == {"delivered"}


def test_a_slow_receiver_holds_up_no_other(receiver, settings):
    settings.WEBHOOK_TIMEOUT = 3
    receiver.holds = threading.Event()
    slow, _secret = subscribed(receiver)
    with receiving() as other:
        quick, _secret = subscribed(other)
        publish_many([LOGGED] * 20)
        began, came = time.monotonic(), list[float]()

        def watch() -> None:
            other.wait_for(20)
            came.append(time.monotonic() - began)

        watcher = threading.Thread(target=watch)
        watcher.start()
        deliver_due()
        watcher.join()
    assert came[0] < 2.5
    assert quick.deliveries.filter(state="delivered").count() == 20
    assert slow.deliveries.filter(state="delivered").count() == 0


def test_who_lost_the_lease_writes_nothing(receiver):
    subscribed(receiver)
    publish(LOGGED)
    [mine] = claim()
    WebhookDelivery.objects.update(due_at=timezone.now())
    [theirs] = claim()
    assert theirs.lease != mine.lease

    assert not settle(Outcome(mine, status=500))
    assert WebhookDelivery.objects.get().lease == theirs.lease

    assert settle(Outcome(theirs, status=204))
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_delivery_that_kills_its_worker_every_time_ends(receiver):
    subscribed(receiver)
    publish(LOGGED)
    for _crash in range(10):
        make_due()
        assert len(claim()) == 1

    make_due()
    assert claim() == []
    assert WebhookDelivery.objects.get().state == "dead"

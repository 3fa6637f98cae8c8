"""What becomes of webhooks in the long run: switched off, sealed anew, forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from crm.core.events import publish, publish_many
from crm.core.housekeeping.chores import keep_house
from crm.core.models import Retention, WebhookDelivery, WebhookSubscription
from crm.core.webhooks.delivering import deliver_due
from crm.core.webhooks.subscriptions import (
    replace_secret,
    send_test,
    switch_on,
)
from customers.events import InteractionLogged
from tests.webhooks.receiving import is_genuine, make_due, subscribed

pytestmark = pytest.mark.django_db
LOGGED = InteractionLogged(interaction_id=7, account_id=3)


@pytest.mark.parametrize("failures", [2, 0])
def test_what_fails_for_long_is_switched_off_and_admins_are_told(receiver, settings, failures):
    settings.WEBHOOK_OFF_AFTER_FAILURES = 3
    webhook, _secret = subscribed(receiver)
    receiver.answers = [500]
    long_ago = timezone.now() - dt.timedelta(days=0 if failures else settings.WEBHOOK_OFF_AFTER_DAYS)
    WebhookSubscription.objects.update(failures=failures, failing_since=long_ago)
    publish(LOGGED)

    deliver_due()

    webhook.refresh_from_db()
    assert not webhook.is_active
    assert webhook.off_because == f"{failures + 1} attempts in a row failed."
    [told] = mail.outbox
    assert told.subject == "Webhook “ERP” was switched off"
    assert told.to == [webhook.made_by.email]
    assert f"/settings/webhooks/{webhook.pk}/" in told.body
    make_due()
    assert deliver_due() == 0

    switch_on(subscription=webhook)
    make_due()
    assert deliver_due() == 1
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_test_event_and_a_new_secret(receiver):
    webhook, old = subscribed(receiver)
    new = replace_secret(subscription=webhook)

    send_test(subscription=webhook)
    deliver_due()

    assert receiver.received[0].told["event"] == "perennial.test"
    assert is_genuine(receiver.received[0], new)
    assert not is_genuine(receiver.received[0], old)


def test_the_secret_is_sealed_and_survives_a_change_of_the_key(receiver, settings):
    webhook, secret = subscribed(receiver)
    assert secret not in webhook.sealed_secret

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key" * 4
    publish(LOGGED)
    deliver_due()
    assert is_genuine(receiver.received[0], secret)

    settings.SECRET_KEY_FALLBACKS = []
    publish(LOGGED)
    deliver_due()
    assert len(receiver.received) == 1
    assert "another SECRET_KEY" in WebhookDelivery.objects.latest("id").last_error


def test_old_deliveries_are_forgotten(receiver):
    webhook, _secret = subscribed(receiver)
    publish_many([LOGGED] * 3)
    old = WebhookDelivery.objects.order_by("id").first()
    WebhookDelivery.objects.filter(pk=old.pk).update(
        at=timezone.now() - dt.timedelta(days=Retention.load().webhooks + 1)
    )

    assert keep_house().deleted["webhooks"] == 1
    assert webhook.deliveries.count() == 2

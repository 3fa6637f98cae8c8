"""kill -9 of a worker that waits for a receiver's answer: told again, under the same id."""

from __future__ import annotations

import threading
import time

from django.db import transaction

from crm.core.events import publish
from crm.core.models import WebhookDelivery
from crm.core.webhooks.delivering import deliver_due
from crm.core.webhooks.subscriptions import subscribe
from customers.events import InteractionLogged
from tests.factories import create_user
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import running_worker
from tests.webhooks.receiving import Receiver


def test_told_again_under_the_same_id(committed_db: str, smtp_sink: SmtpSink, receiver: Receiver) -> None:
    receiver.holds = threading.Event()
    with running_worker(
        email_url=smtp_sink.url,
        OUTGOING_ALLOW_HTTP="true",
        OUTGOING_ALLOWED_HOSTS="127.0.0.1",
        LEASE_SECONDS="8",
    ) as worker:
        by = create_user(role="admin")
        subscribe(name="ERP", url=receiver.url, events=[InteractionLogged.name], made_by=by)
        with transaction.atomic():
            publish(InteractionLogged(interaction_id=7, account_id=3))
        receiver.wait_for(1)
        worker.kill()
    receiver.holds.set()
    assert WebhookDelivery.objects.get().state == "pending"

    deadline = time.monotonic() + 30
    while not deliver_due():
        assert time.monotonic() < deadline, "the lease is never over"
        time.sleep(0.1)

    assert WebhookDelivery.objects.get().state == "delivered"
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1

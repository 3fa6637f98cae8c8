"""Two workers and two beats at once: every delivery, slot, message and step has one effect."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import redis
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from crm.core.models import Delivery, Tick
from customers.models import Enrolment, Message, StepRun
from loyalty.models import Transfer
from tests.factories import create_account, create_contact, create_purchase
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process, running_beat, running_worker
from tests.outreach.crowds import plan_for_crowd

PURCHASES, CROWD = 40, 200
LEASE = {"LEASE_SECONDS": "60"}  # nobody is killed here, and a busy machine must not look like it
RUNS = re.compile(r"Task crm\.core\.tasks\.run_periodic\[\S+\] received")


@pytest.fixture(autouse=True)
def empty_broker(committed_db: str) -> None:
    """Without what earlier tests told nobody."""
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        broker.flushdb()


def test_one_effect_each(smtp_sink: SmtpSink) -> None:
    with (
        running_worker(email_url=smtp_sink.url, concurrency=2, **LEASE) as one,
        running_worker(email_url=smtp_sink.url, concurrency=2, **LEASE) as two,
    ):
        with running_beat(TICK_SECONDS="0.5"), running_beat(TICK_SECONDS="0.5"):
            accounts = [deliver_a_purchase() for _ in range(PURCHASES)]
            crowd = Message.objects.filter(account=plan_for_crowd(CROWD))
            one.wait_until(lambda: not pending(), seconds=120)
            one.wait_until(lambda: entered(accounts).filter(position=1).count() == PURCHASES)
            entered(accounts).update(due_at=timezone.now())
            one.wait_until(lambda: entered(accounts).filter(position=3).count() == PURCHASES, seconds=120)
            one.wait_until(lambda: not (crowd.exclude(state="sent").exists() or pending()), seconds=120)
        one.wait_until(lambda: runs(one) + runs(two) == Tick.objects.count())

    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}
    assert points_given(accounts) == {account.pk: 1 for account in accounts}
    assert StepRun.objects.filter(enrolment__in=entered(accounts)).count() == 3 * PURCHASES
    assert nurture_planned(accounts) == {account.pk: 1 for account in accounts}
    arrived = Counter(mail["Message-ID"] for mail in smtp_sink.messages)
    assert set(crowd.values_list("message_id", flat=True)) <= set(arrived)
    assert set(arrived.values()) == {1}


def deliver_a_purchase():
    contact = create_contact(account=create_account())
    create_purchase(contact=contact, delivered_at=timezone.now())
    return contact.account


def pending():
    return Delivery.objects.exclude(state="done").exists()


def entered(accounts):
    return Enrolment.objects.filter(account__in=accounts)


def points_given(accounts):
    given = Transfer.objects.filter(member__account__in=accounts, kind="earn")
    return dict(given.values_list("member__account").annotate(Count("pk")))


def nurture_planned(accounts):
    planned = Message.objects.filter(account__in=accounts, kind="nurture")
    return dict(planned.values_list("account").annotate(Count("pk")))


def runs(worker: Process) -> int:
    """How many tasks of slots a worker was given."""
    return len(RUNS.findall(worker.log.read_text()))

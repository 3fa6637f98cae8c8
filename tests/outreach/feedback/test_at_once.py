"""A provider that reports the same to several of our processes at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections
from pytest_django import Settings

from customers.models import ConsentRecord, MailEvent, Message, SendingPause, Suppression
from customers.outreach.sending import drain
from tests.fixtures.mail import SmtpSink
from tests.outreach.crowds import plan_for_crowd
from tests.outreach.feedback.conftest import SIGNING_KEY, mailgun_event, post

AT_ONCE = 8


def test_it_has_one_effect(committed_db: str, smtp_sink: SmtpSink, settings: Settings) -> None:
    settings.LEASE_SECONDS = 60
    settings.MAIL_WEBHOOKS, settings.ANYMAIL = ["mailgun"], {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    account = plan_for_crowd(1)
    drain()
    message = Message.objects.get(account=account)
    body = mailgun_event(message, "complained")
    ready = Barrier(AT_ONCE)

    def report(_: int) -> int:
        try:
            ready.wait()
            return post("mailgun", body).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert set(threads.map(report, range(AT_ONCE))) == {200}
    mine = {"contact": message.contact}
    assert MailEvent.objects.filter(**mine).count() == 1
    assert ConsentRecord.objects.filter(**mine, granted=False).count() == 1
    assert Suppression.objects.filter(address=message.address).count() == 1
    assert not SendingPause.objects.exists()

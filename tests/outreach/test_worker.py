"""Planned in one process, sent by a real Celery worker in another."""

from __future__ import annotations

from customers.models import Message
from tests.fixtures.mail import SmtpSink
from tests.fixtures.processes import Process
from tests.outreach.crowds import plan_for_crowd


def test_a_worker_hears_of_it_and_sends(
    committed_db: str, smtp_sink: SmtpSink, celery_worker: Process
) -> None:
    account = plan_for_crowd(3)
    smtp_sink.wait_for_count(3)
    sent = Message.objects.filter(account=account, state="sent")
    celery_worker.wait_until(lambda: sent.count() == 3)
    assert {mail["Message-ID"] for mail in smtp_sink.messages} == set(
        sent.values_list("message_id", flat=True)
    )

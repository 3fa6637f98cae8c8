"""How many mails a second two senders bring to a server that takes everything (`make bench`).

Rendering and all states are included. SENDING_MAILS says how many; the last tenth of them goes the plain way:
one mail at a time with Django's own mail and rows, as one task a mail would.
"""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import psutil
import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from crm.core.models import Company
from crm.embedded.places import free_port
from customers.models import Message
from customers.outreach.rendering import render_message, values_of
from customers.outreach.services import ensure_content
from tests.bench.figures import note_rate, peak_megabytes
from tests.fixtures.processes import Process, started
from tests.outreach.crowds import plan_for_crowd

MAILS = int(os.environ.get("SENDING_MAILS", "5000"))
SENDERS = 2
GREETING = """
  <mj-text>Dear {{ contact.first_name }}, your {{ product }} at {{ account.name }} is well in use.
  {% for item in items %}{{ item.quantity }} of {{ item.name }}. {% endfor %}</mj-text>
  <mj-button href="{{ links.view }}">Read it on the web</mj-button>
"""
PARAGRAPH = """
  <mj-text>Two people and a quarter of an hour are enough to look after it: tighten what moves, wipe what is
  dirty, write down what is worn, and call us about anything that rattles.</mj-text>
"""
BODY = f"<mj-section><mj-column>{GREETING}{PARAGRAPH * 7}</mj-column></mj-section>"  # 14 KB as a mail


@dataclass(frozen=True)
class CountingServer:
    port: int

    def count(self) -> tuple[int, int]:
        """How many mails came, and how many different ones."""
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            total, different = smtp.verify("all")[1].split()
        return int(total), int(different)


@pytest.fixture(scope="module")
def sink(committed_db: str) -> Iterator[CountingServer]:
    server = CountingServer(free_port())
    with started("sink", ["tests.bench.sink", str(server.port)], {}) as process:
        process.wait_until(lambda: answers(server))
        yield server


def answers(server: CountingServer) -> bool:
    try:
        return server.count() == (0, 0)
    except OSError:
        return False


@pytest.fixture(scope="module")
def content(committed_db: str) -> str:
    ensure_content(slug="bench", name="Bench", subject="For {{ contact.first_name }}", body=BODY)
    return "bench"


def test_sending(sink: CountingServer, content: str, settings: Settings) -> None:
    plain = send_one_by_one(sink, content, settings, MAILS // 10)
    fast = send_with_senders(sink, content, MAILS)
    print(f"\n{SENDERS} senders: {fast / plain:.1f} times as many as one mail at a time")


def send_with_senders(sink: CountingServer, content: str, mails: int) -> float:
    """The rate from the first mail's arrival to the last state, so that starting Python is left out."""
    ours = Message.objects.filter(account=plan_for_crowd(mails, content=content))
    before = sink.count()[0]
    environment = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "LEASE_SECONDS": "60"}
    with ExitStack() as running:
        senders = [
            running.enter_context(started("sender", ["django", "run_sender"], environment))
            for _ in range(SENDERS)
        ]
        senders[0].wait_until(lambda: sink.count()[0] > before)
        start, begun = time.perf_counter(), sink.count()[0] - before
        senders[0].wait_until(lambda: sink.count()[0] - before >= mails)
        senders[0].wait_until(lambda: not ours.exclude(state="sent").exists())
        seconds = time.perf_counter() - start
        megabytes = max(map(megabytes_of, senders))
    total, different = sink.count()
    assert total == different == before + mails
    return note_rate(name=f"{SENDERS} senders, mails", n=mails - begun, seconds=seconds, megabytes=megabytes)


def megabytes_of(process: Process) -> int:
    return int(psutil.Process(process.popen.pid).memory_info().rss) // 2**20


def send_one_by_one(sink: CountingServer, content: str, settings: Settings, mails: int) -> float:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    ids = list(
        Message.objects.filter(account=plan_for_crowd(mails, content=content)).values_list("pk", flat=True)
    )
    start = time.perf_counter()
    for pk in ids:
        send_plainly(pk)
    seconds = time.perf_counter() - start
    return note_rate(name="one mail at a time, mails", n=mails, seconds=seconds, megabytes=peak_megabytes())


def send_plainly(pk: int) -> None:
    """What a task that is handed one message's id does."""
    with transaction.atomic():
        message = Message.objects.for_sending().select_for_update(of=("self",)).get(pk=pk)
        message.version = message.content.versions.latest("number")
        message.address = message.contact.email
        message.state, message.lease = Message.State.SENDING, "00000000-0000-0000-0000-000000000001"
        message.save()
    company = Company.load()
    rendered = render_message(message, message.version, values_of([message], company)[pk])
    mail = EmailMultiAlternatives(
        rendered.subject,
        rendered.text,
        django_settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": message.message_id},
    )
    mail.attach_alternative(rendered.html, "text/html")
    mail.send()
    message.state, message.lease, message.sent_at = Message.State.SENT, None, timezone.now()
    message.subject = rendered.subject
    message.save()

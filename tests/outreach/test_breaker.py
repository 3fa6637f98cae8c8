"""A provider that takes no mail is left alone, and found again by one sender."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from crm.core.models import Role
from crm.embedded.places import free_port
from customers.models import Breaker, Message
from customers.outreach.breaker import FAILURES, FIRST_WAIT, LONGEST_WAIT, Gate, try_provider_now
from customers.outreach.sending import drain
from customers.outreach.transport import Reply
from tests.factories import create_user
from tests.outreach.conftest import NOON, Planner, plan
from tests.outreach.fates import after_drain
from tests.outreach.moody import MoodyServer, moody_server

pytestmark = pytest.mark.django_db
OUTAGE = Reply("later", "421 Going down", outage=True)


@pytest.fixture
def moody(settings: Settings) -> Iterator[MoodyServer]:
    with moody_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.controller.port
        yield server


@pytest.fixture
def nobody_there(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()


def test_it_opens_after_some_failures_and_nothing_is_claimed(
    outreach: Planner, nobody_there: None, clock: time_machine.Traveller
) -> None:
    message = plan()
    for _ in range(FAILURES):
        assert after_drain(message) == ("deferred", "unreachable")
        clock.move_to(message.due_at)
    breaker = Breaker.objects.get()
    assert breaker.opened_at == NOON + (FAILURES - 1) * dt.timedelta(seconds=30)
    assert breaker.retry_at == breaker.opened_at + FIRST_WAIT
    assert "refused" in breaker.why
    clock.move_to(breaker.retry_at - dt.timedelta(seconds=1))
    fresh = plan()
    assert drain() == 0
    assert after_drain(fresh) == ("planned", "")


def test_it_closes_when_mail_is_taken_again(
    outreach: Planner, moody: MoodyServer, clock: time_machine.Traveller
) -> None:
    for _ in range(FAILURES):
        Gate().heed(OUTAGE)
    message = plan()
    assert after_drain(message) == ("planned", "")
    clock.shift(FIRST_WAIT)
    assert after_drain(message) == ("sent", "")
    assert not Breaker.objects.exists()


def test_one_sender_tries_and_each_time_a_little_later(
    outreach: Planner, nobody_there: None, clock: time_machine.Traveller
) -> None:
    for _ in range(FAILURES):
        Gate().heed(OUTAGE)
    assert not Gate().lets_through()
    clock.shift(LONGEST_WAIT)
    assert not Gate().lets_through()  # nothing is due: nobody would be helped
    plan()
    waits = []
    for _ in range(6):
        gates = [Gate(), Gate(), Gate()]
        assert [gate.lets_through() for gate in gates] == [True, False, False]
        gates[0].heed(OUTAGE)
        retry_at = Breaker.objects.get().retry_at
        assert retry_at
        waits.append((retry_at - dt.datetime.now(dt.UTC)).total_seconds())
        clock.move_to(retry_at)
    assert waits == [60, 120, 240, 480, 600, 600]


def test_a_success_in_between_counts_from_the_start(outreach: Planner, moody: MoodyServer) -> None:
    for _ in range(4):
        for _ in range(FAILURES - 1):
            Gate().heed(OUTAGE)
        assert after_drain(plan()) == ("sent", "")
        assert not Breaker.objects.exists()


@pytest.mark.parametrize(
    "reply", ["450 Greylisted", "452 Mailbox full", "550 5.1.1 Nobody", "554 5.7.1 Spam"]
)
def test_what_is_said_about_recipients_is_no_outage(
    outreach: Planner, moody: MoodyServer, reply: str
) -> None:
    moody.moods["RCPT"] = reply
    for _ in range(3 * FAILURES):
        plan()
    drain()
    assert not Breaker.objects.exists()
    assert not Message.objects.filter(state="planned").exists()


@pytest.mark.parametrize("mood", ["421 Closing", "drop"])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_throws_everybody_out_is_one(
    outreach: Planner, moody: MoodyServer, command: str, mood: str
) -> None:
    """After some mails it is noticed, and the others keep their attempts."""
    moody.moods[command] = mood
    for _ in range(3 * FAILURES):
        plan()
    drain()
    assert Breaker.objects.get().opened_at
    untouched = Message.objects.filter(state__in=["planned", "deferred"], attempts=0)
    assert untouched.count() == 3 * FAILURES - FAILURES
    assert moody.accepted == []


def test_the_operator_sees_it_and_can_try_now(
    outreach: Planner, moody: MoodyServer, clock: time_machine.Traveller
) -> None:
    client = Client()
    client.force_login(create_user(role=Role.ADMIN))
    assert "takes no mail" not in client.get("/outbox/sending/").content.decode()
    for _ in range(FAILURES):
        Gate().heed(OUTAGE)
    page = client.get("/outbox/sending/").content.decode()
    assert f"127.0.0.1:{moody.controller.port} takes no mail" in page
    assert "421 Going down" in page
    message = plan()
    assert after_drain(message) == ("planned", "")
    assert client.post("/outbox/sending/try/").status_code == 302
    assert after_drain(message) == ("sent", "")
    assert "takes no mail" not in client.get("/outbox/sending/").content.decode()
    assert not try_provider_now()


@pytest.mark.parametrize("role", [Role.ACCOUNT_MANAGER, Role.SERVICE_REP, Role.MARKETER])
def test_only_admins(db: None, role: str) -> None:
    client = Client()
    client.force_login(create_user(role=role))
    assert client.post("/outbox/sending/try/").status_code == 403
    assert client.get("/outbox/sending/limits/").status_code == 403

"""Servers that say later or no, hang up, fall silent or are away: what is tried again, what is unknown."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator

import pytest
import time_machine
from pytest_django import Settings

from crm.embedded.places import free_port
from customers.models import Message, Touch
from customers.outreach.sending import drain
from tests.outreach.conftest import NOON, Planner, plan
from tests.outreach.fates import after_drain, settled
from tests.outreach.moody import MoodyServer, moody_server

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(params=["in turn", "together"])
def moody(settings: Settings, request: pytest.FixtureRequest) -> Iterator[MoodyServer]:
    """Its clients wait for the answer to each command, or say them all at once."""
    with moody_server() as server:
        server.pipelining = request.param == "together"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.controller.port
        yield server


def test_one_connection_for_all(outreach: Planner, moody: MoodyServer) -> None:
    for _ in range(120):
        plan()
    assert drain() == 120
    assert len(moody.accepted) == 120
    assert moody.connections == 1
    assert not Message.objects.exclude(state="sent").exists()


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["421 Too busy", "450 Greylisted", "452 Full"])
def test_later_means_later_and_three_times_is_enough(
    outreach: Planner, moody: MoodyServer, clock: time_machine.Traveller, command: str, reply: str
) -> None:
    moody.moods[command] = reply
    message = plan()
    assert after_drain(message) == ("deferred", "try_later")
    assert (message.detail, message.attempts, message.due_at) == (reply, 1, NOON + 5 * MINUTE)
    assert not Touch.objects.exists()
    clock.shift(5 * MINUTE)
    assert after_drain(message) == ("deferred", "try_later")
    assert message.due_at == NOON + 35 * MINUTE
    clock.shift(30 * MINUTE)
    assert after_drain(message) == ("failed", "try_later")
    assert settled() == [(message.pk, "failed", "try_later")]
    assert moody.accepted == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_no_means_no_for_this_one_alone(outreach: Planner, moody: MoodyServer, command: str) -> None:
    moody.moods[command], moody.for_mails = "550 Nobody of that name", 1
    refused, other = plan(), plan()
    assert after_drain(refused) == ("failed", "rejected")
    assert refused.detail == "550 Nobody of that name"
    other.refresh_from_db()
    assert other.state == "sent"
    assert moody.connections == 1


@pytest.mark.parametrize(
    ("answer", "fate"),
    [("200 Queued", ("sent", "")), ("252 Perhaps", ("sent", "")), ("What?", ("unknown", "lost"))],
)
def test_an_odd_answer_after_data_never_sends_a_second_copy(
    outreach: Planner, moody: MoodyServer, answer: str, fate: tuple[str, str]
) -> None:
    """Only the first digit counts, and without one nobody knows."""
    moody.moods["DATA"], moody.for_mails = answer, 1
    message, other = plan(), plan()
    assert after_drain(message) == fate
    other.refresh_from_db()
    assert other.state == "sent"


def test_a_server_that_hangs_up_between_mails_is_called_again(outreach: Planner, moody: MoodyServer) -> None:
    moody.mails_per_connection = 2
    messages = [plan() for _ in range(5)]
    drain()
    for message in messages:
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("sent", 1)
    assert moody.connections == 3


@pytest.mark.parametrize("mood", ["drop", "silence"])
@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_a_connection_lost_before_the_mail_was_theirs(
    outreach: Planner, moody: MoodyServer, settings: Settings, command: str, mood: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    moody.moods[command], moody.for_mails = mood, 1
    message, other = plan(), plan()
    assert after_drain(message) == ("deferred", "try_later")
    other.refresh_from_db()
    assert other.state == "sent"


@pytest.mark.parametrize("mood", ["drop", "silence"])
def test_a_connection_lost_after_data_leaves_an_unknown(
    outreach: Planner, moody: MoodyServer, settings: Settings, mood: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    moody.moods["DATA"], moody.for_mails = mood, 1
    message, other = plan(), plan()
    assert after_drain(message) == ("unknown", "lost")
    assert settled()[0] == (message.pk, "unknown", "lost")
    assert Touch.objects.filter(message=message).exists()
    other.refresh_from_db()
    assert other.state == "sent"
    assert drain() == 0


def test_a_service_mail_is_sent_again_under_the_same_id(
    outreach: Planner, moody: MoodyServer, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    moody.moods["DATA"], moody.for_mails = "drop", 1
    message = plan(kind="ticket")
    assert after_drain(message) == ("deferred", "lost")
    clock.shift(5 * MINUTE)
    assert after_drain(message) == ("sent", "")
    assert f"Message-ID: {message.message_id}".encode() in moody.accepted[0]


def test_a_server_that_is_away_costs_nobody_an_attempt(
    outreach: Planner, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    message = plan()
    for _ in range(5):
        assert after_drain(message) == ("deferred", "unreachable")
        assert message.attempts == 0
        clock.move_to(message.due_at)
    with socket.socket() as closed:  # another server takes the port and says nothing to anybody
        closed.bind(("127.0.0.1", settings.EMAIL_PORT))
        closed.listen()
        settings.EMAIL_TIMEOUT = 0.2
        assert after_drain(message) == ("deferred", "unreachable")
    assert not Touch.objects.exists()

"""Mail servers that know their recipients: what they refuse is a bounce, if it is about the address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from customers.models import MailEvent, Suppression
from tests.outreach.conftest import Planner, plan
from tests.outreach.fates import after_drain
from tests.outreach.moody import MoodyServer, moody_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def moody(settings: Settings) -> Iterator[MoodyServer]:
    with moody_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.controller.port
        yield server


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_it_works(outreach: Planner, moody: MoodyServer, command: str) -> None:
    moody.moods[command], moody.for_mails = "550 5.1.1 No such user here", 1
    message = plan()
    assert after_drain(message) == ("failed", "rejected")
    event = MailEvent.objects.get()
    assert (event.kind, event.provider, event.message) == ("hard", "smtp", message)
    assert event.detail == "550 5.1.1 No such user here"
    assert message.bounced_at
    assert (Suppression.objects.get().address, Suppression.objects.get().reason) == (
        message.address,
        "bounce",
    )
    assert after_drain(plan(contact=message.contact)) == ("refused", "suppressed")


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        ("550 5.2.1 Mailbox disabled", "bounced"),
        ("550 5.1.10 Domain takes no mail", "bounced"),
        ("553 5.1.3 Bad address", "bounced"),
        ("550 5.1.8 Bad sender", "failed"),
        ("552 5.2.2 Mailbox full", "failed"),
        ("554 5.7.1 You are on a list", "failed"),
        ("550 5.7.26 Unauthenticated", "failed"),
        ("550 Relaying denied", "failed"),
        ("450 4.1.1 Try again", "deferred"),
        ("451 4.7.1 Greylisted", "deferred"),
        ("421 4.7.0 Too many from you", "deferred"),
    ],
)
def test_only_what_is_about_the_address_blocks_it(
    outreach: Planner, moody: MoodyServer, reply: str, fate: str
) -> None:
    """A refusal without a status may be about us: a wrong setting must not block all our customers."""
    moody.moods["RCPT"] = reply
    message = plan()
    state, _ = after_drain(message)
    assert state == ("deferred" if fate == "deferred" else "failed")
    assert message.detail == reply
    assert Suppression.objects.exists() is (fate == "bounced")


def test_tried_again_it_is_still_one_bounce(outreach: Planner, moody: MoodyServer) -> None:
    moody.moods["RCPT"] = "550 5.1.1 No such user here"
    message = plan()
    after_drain(message)
    Suppression.objects.all().delete()
    message.state, message.attempts = "planned", 0
    message.save()
    assert after_drain(message) == ("failed", "rejected")
    assert MailEvent.objects.count() == 1

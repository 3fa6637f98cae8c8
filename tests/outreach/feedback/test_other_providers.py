"""Mandrill, Brevo and SendGrid: what they report has one effect, what others say in their name has none."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import pytest
from anymail.exceptions import AnymailNotSupportedWarning
from pytest_django import Settings

from customers.models import MailEvent, Message, Suppression
from tests.outreach.feedback.payloads import SETTINGS, post_as, sendgrid, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(params=list(SETTINGS))
def provider(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    settings.MAIL_WEBHOOKS, settings.ANYMAIL = [request.param], SETTINGS[request.param]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        yield request.param


def test_it_works(message: Message, provider: str) -> None:
    assert tell(provider, message, "bounce").status_code == 200
    event = MailEvent.objects.get()
    assert (event.kind, event.message, event.provider) == ("hard", message, provider)
    assert "5.1.1" in event.detail
    assert Suppression.objects.get().address == message.address


@pytest.mark.parametrize("key", ["", "mail:guessed"])
def test_unsigned_and_forged_reports_are_refused(message: Message, provider: str, key: str) -> None:
    assert tell(provider, message, "bounce", key=key).status_code == 400
    assert not MailEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_a_hundred_times_is_once(message: Message, provider: str) -> None:
    for _ in range(100):
        assert tell(provider, message, "bounce").status_code == 200
    assert MailEvent.objects.count() == Suppression.objects.count() == 1


@pytest.mark.parametrize("order", [("bounce", "delivered"), ("delivered", "bounce")])
def test_in_any_order_a_bounce_stays_one(message: Message, provider: str, order: tuple[str, str]) -> None:
    for event in order:
        assert tell(provider, message, event).status_code == 200  # type: ignore[arg-type]
    message.refresh_from_db()
    assert message.bounced_at
    assert not Message.objects.delivered().exists()
    assert MailEvent.objects.filter(kind="hard").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[1]",
        "null",
        '"bounce"',
        "[[]]",
        '{"items": []}',
        '[{"event": "inbound"}, {"event": "spam"}]',
    ],
)
def test_nonsense_is_refused_or_has_no_effect(message: Message, provider: str, body: str) -> None:
    assert post_as(provider, body).status_code in (200, 400)
    assert not MailEvent.objects.exists()


def test_a_block_at_sendgrid_is_no_bounce_for_good(message: Message, settings: Settings) -> None:
    settings.MAIL_WEBHOOKS, settings.ANYMAIL = ["sendgrid"], SETTINGS["sendgrid"]
    body = json.dumps([sendgrid(message, "bounce")[0] | {"type": "blocked", "status": "5.7.1"}])
    with pytest.warns(AnymailNotSupportedWarning):
        assert post_as("sendgrid", body).status_code == 200
    assert MailEvent.objects.get().kind == "soft"
    assert not Suppression.objects.exists()

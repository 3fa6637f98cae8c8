"""Mail through a provider's API, a real HTTP server: what is sent, tried again, given up, or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import getaddresses

import pytest
from pytest_django import Settings

from crm.embedded.places import free_port
from customers.models import Breaker, MailEvent, Message, Suppression
from customers.outreach.feedback.tokens import feedback_token
from customers.outreach.route import provider_name
from customers.outreach.sending import drain
from tests.factories import create_contact
from tests.outreach.conftest import Planner, plan
from tests.outreach.fates import after_drain
from tests.outreach.feedback.conftest import SECRET, post, postmark_bounce
from tests.outreach.moody_provider import MoodyProvider, moody_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Settings) -> Iterator[MoodyProvider]:
    with moody_provider() as server:
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.MAIL_WEBHOOKS = ["postmark"]
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "token",
            "POSTMARK_API_URL": server.url,
            "WEBHOOK_SECRET": SECRET,
        }
        yield server


def test_it_works(outreach: Planner, provider: MoodyProvider) -> None:
    message = plan()
    assert after_drain(message) == ("sent", "")
    [mail] = provider.mails
    assert message.address in mail["To"]
    assert mail["Subject"] == message.subject
    assert mail["Metadata"] == {"message": feedback_token(message.pk)}
    assert {"Name": "Message-ID", "Value": message.message_id} in mail["Headers"]
    assert "Dear Dana" in mail["HtmlBody"]
    assert message.detail == "mail-1"
    assert provider_name() == "postmark"


@pytest.mark.parametrize("name", ["Данута Nguyễn", 'Dana "D" O\\Hara, Esq.', "Dana\r\nBcc: all@example.com"])
def test_names_arrive_as_words(outreach: Planner, provider: MoodyProvider, name: str) -> None:
    plan(contact=create_contact(first_name=name, last_name=""))
    drain()
    [mail] = provider.mails
    [(found, _)] = getaddresses([mail["To"]])
    assert found == " ".join(name.split())
    assert "Bcc" not in mail


def test_one_connection_for_all(outreach: Planner, provider: MoodyProvider) -> None:
    for _ in range(60):
        plan()
    drain()
    assert len(provider.mails) == Message.objects.filter(state="sent").count() == 60
    assert len(provider.connections) == 1


def test_a_report_is_found_by_the_providers_own_id(outreach: Planner, provider: MoodyProvider) -> None:
    message = plan()
    drain()
    message.refresh_from_db()
    body = postmark_bounce(message, "", MessageID="mail-1")
    assert post("postmark", body, secret=SECRET).status_code == 200
    assert MailEvent.objects.get().message == message


@pytest.mark.parametrize(
    ("status", "error", "fate"),
    [
        (422, {"ErrorCode": 1101, "Message": "Unknown sender"}, ("failed", "rejected", 1)),
        (429, {"ErrorCode": 429, "Message": "Slow down"}, ("deferred", "try_later", 1)),
        (500, {"ErrorCode": 500, "Message": "Oh dear"}, ("deferred", "try_later", 1)),
        (503, {"ErrorCode": 503, "Message": "Away"}, ("deferred", "try_later", 1)),
        (502, {}, ("unknown", "lost", 1)),
        (504, {}, ("unknown", "lost", 1)),
        (401, {"ErrorCode": 10, "Message": "Bad token"}, ("deferred", "unreachable", 0)),
        (403, {"ErrorCode": 10, "Message": "Bad token"}, ("deferred", "unreachable", 0)),
    ],
)
def test_each_answer_has_its_class(
    outreach: Planner,
    provider: MoodyProvider,
    status: int,
    error: dict[str, object],
    fate: tuple[str, str, int],
) -> None:
    provider.mood, provider.told = status, error
    message = plan()
    drain()
    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == fate
    assert Breaker.objects.exists() is (status != 422)


@pytest.mark.parametrize("mood", ["drop", "silence"])
def test_a_connection_lost_after_the_mail_leaves_an_unknown(
    outreach: Planner, provider: MoodyProvider, settings: Settings, mood: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.5
    provider.mood = mood
    assert after_drain(plan()) == ("unknown", "lost")


def test_nobody_there_costs_no_attempt(
    outreach: Planner, provider: MoodyProvider, settings: Settings
) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": f"http://127.0.0.1:{free_port()}/"}
    message = plan()
    assert after_drain(message) == ("deferred", "unreachable")
    assert message.attempts == 0


def test_an_address_that_they_call_invalid_is_blocked(outreach: Planner, provider: MoodyProvider) -> None:
    message = plan()
    provider.mood = 422
    provider.told = {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{message.contact.email}'."}
    assert after_drain(message) == ("failed", "rejected")
    assert Suppression.objects.filter(address=message.address).exists()


def test_an_address_that_they_do_not_write_to_is_not(outreach: Planner, provider: MoodyProvider) -> None:
    message = plan()
    words = (
        f"Found inactive addresses: {message.contact.email}. Inactive recipients are ones that have bounced."
    )
    provider.mood, provider.told = 422, {"ErrorCode": 406, "Message": words}
    assert after_drain(message) == ("failed", "rejected")
    assert not Suppression.objects.exists()
    assert not Breaker.objects.exists()

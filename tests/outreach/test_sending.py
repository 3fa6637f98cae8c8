"""What arrives, and what is held back at the last moment: against a real SMTP server."""

from __future__ import annotations

import datetime as dt
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from crm.core.models import Company
from customers.models import Message, Suppression, Touch
from customers.outreach import windows
from customers.outreach.claiming import claim
from customers.outreach.sending import drain
from customers.outreach.services import pause_contact, record_consent, suppress
from tests.factories import create_contact
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan
from tests.outreach.fates import after_drain, settled

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def test_it_works(outreach: Planner, smtp_sink: SmtpSink) -> None:
    message = plan()
    assert after_drain(message) == ("sent", "")
    [mail] = smtp_sink.messages
    assert mail["X-Envelope-To"] == message.contact.email == message.address
    assert mail["Message-ID"] == message.message_id
    assert message.subject == "For Dana"
    assert message.version is not None
    assert message.sent_at is not None
    assert settled() == [(message.pk, "sent", "")]
    assert drain() == 0


def test_the_mail_has_all_it_needs(outreach: Planner, smtp_sink: SmtpSink) -> None:
    Company.load()
    Company.objects.update(
        name="Grandstand", sender_name="Ann at Grandstand", reply_to="ann@grandstand.example"
    )
    message = plan()
    drain()
    [mail] = smtp_sink.messages
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["From"] == "Ann at Grandstand <care@perennial.invalid>"
    assert mail["Reply-To"] == "ann@grandstand.example"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http://localhost:8000/m/")
    assert mail["Feedback-ID"] == "note:note:care:perennial"
    assert mail["Date"].datetime.date() == timezone.now().date()
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert f"Dear Dana of {message.account.name}, hello." in html.get_content()
    assert f"Dear Dana of {message.account.name}, hello." in text.get_content()
    assert "/preferences/" in text.get_content()
    assert "Grandstand" in text.get_content()
    assert "googleapis" not in html.get_content()


def test_service_mail_has_no_unsubscribe_header(outreach: Planner, smtp_sink: SmtpSink) -> None:
    plan(kind="ticket")
    drain()
    [mail] = smtp_sink.messages
    assert "List-Unsubscribe" not in mail


@pytest.mark.parametrize(
    "name",
    [
        "Dana\r\nBcc: everybody@example.com",
        "Dana\nBcc: everybody@example.com",
        "<script>alert(1)</script>",
        "{{ company.name }}{% for i in (1..9) %}x{% endfor %}",
        "Данута Ščerbić-Nguyễn 🎉 of the very long name",
        '"; DROP',
        "Dana\u2028Bcc: x@example.com",
    ],
)
def test_names_stay_names(outreach: Planner, smtp_sink: SmtpSink, name: str) -> None:
    message = plan(contact=create_contact(first_name=name, last_name=""))
    drain()
    [mail] = smtp_sink.messages
    assert mail["Bcc"] is None
    assert mail["X-Envelope-To"] == message.contact.email
    flat = " ".join(name.split())
    assert mail["Subject"] == f"For {flat}"
    assert str(make_header(decode_header(raw_name(mail)))) == flat
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    text = mail.get_body(("plain",))
    assert text is not None
    assert " ".join(f"Dear {name} of".split()) in " ".join(text.get_content().split())


def raw_name(mail: EmailMessage) -> str:
    """The name in To as it came, without the quotes that plain words may have."""
    [raw] = [value for name, value in mail.raw_items() if name == "To"]
    return parseaddr(raw)[0]


def test_lines_that_begin_with_a_dot_arrive(outreach: Planner, smtp_sink: SmtpSink) -> None:
    outreach.values = {"word": "\n.\n..two\n" + "ü" * 200}
    plan()
    drain()
    text = smtp_sink.messages[0].get_body(("plain",))
    assert text is not None
    assert "\n.\n..two\n" + "ü" * 200 in text.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("change", ["suppress", "consent", "pause"])
def test_a_change_of_mind_after_the_claim_is_honoured(
    outreach: Planner, smtp_sink: SmtpSink, change: str
) -> None:
    message = plan()
    claimed = claim()
    if change == "suppress":
        suppress(address=message.contact.email, reason=Suppression.Reason.MANUAL)
    elif change == "consent":
        record_consent(contact=message.contact, topic="care", granted=False, source="test")
    else:
        pause_contact(contact=message.contact, days=30)
    assert windows.step(claimed, [], take=claimed.message_ids) == []
    message.refresh_from_db()
    assert message.state == "refused"
    assert message.reason == {"suppress": "suppressed", "consent": "no_consent", "pause": "paused"}[change]
    assert not Touch.objects.exists()
    assert settled() == [(message.pk, "refused", message.reason)]


def test_lease_over(outreach: Planner, clock: time_machine.Traveller) -> None:
    """A sender is gone: what it had not begun is planned again, the rest unknown, service mail sent again."""
    waiting, begun, ticket = plan(), plan(), plan(kind="ticket")
    claimed = claim()
    windows.step(claimed, [], take=[begun.pk, ticket.pk])
    clock.shift(dt.timedelta(seconds=59))
    assert windows.recover() == 0
    clock.shift(dt.timedelta(seconds=2))
    assert windows.recover() == 3
    for message in (waiting, begun, ticket):
        message.refresh_from_db()
    assert (waiting.state, waiting.lease) == ("planned", None)
    assert (begun.state, begun.reason) == ("unknown", "lease_over")
    assert (ticket.state, ticket.attempts) == ("deferred", 1)
    assert [touch.message_id for touch in Touch.objects.all()] == [begun.pk]
    assert settled() == [(begun.pk, "unknown", "lease_over")]


def test_rows_of_another_lease_are_left_alone(outreach: Planner, clock: time_machine.Traveller) -> None:
    message = plan()
    slow = claim()
    clock.shift(dt.timedelta(seconds=61))
    windows.recover()
    quick = claim()
    assert quick.message_ids == [message.pk]
    assert windows.step(slow, [], take=slow.message_ids) == []
    assert len(windows.step(quick, [], take=quick.message_ids)) == 1


def test_a_content_that_asks_too_much_fails(outreach: Planner, smtp_sink: SmtpSink) -> None:
    message, other = plan(), plan()
    outreach.values = {"word": "y" * 600_000}
    assert after_drain(message) == ("failed", "content")
    other.refresh_from_db()
    assert other.state == "failed"
    assert smtp_sink.messages == []


def test_other_backends_are_handed_the_same_mail(
    outreach: Planner, settings: Settings, mailoutbox: list[object]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    message = plan()
    assert after_drain(message) == ("sent", "")
    [mail] = mailoutbox
    assert mail.message()["Message-ID"] == message.message_id  # type: ignore[attr-defined]
    assert mail.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"  # type: ignore[attr-defined]


def test_stopping_gives_back_what_was_not_begun(outreach: Planner, smtp_sink: SmtpSink) -> None:
    for _ in range(120):
        plan()
    drain(stopping=lambda: len(smtp_sink.messages) >= 50)
    assert Message.objects.filter(state="sent").count() == 50
    assert Message.objects.filter(state="planned", lease=None).count() == 70
    assert Touch.objects.count() == 50

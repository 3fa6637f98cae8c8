from __future__ import annotations

import imaplib
import mailbox
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from crm.core.models import Company
from customers.models import ConsentRecord, MailEvent, Message, Suppression
from customers.outreach.feedback.mailbox import read_bounces
from customers.outreach.feedback.tokens import feedback_token, message_of, return_path, token_in
from customers.outreach.letters import Letter
from customers.outreach.mime import build_mail
from customers.outreach.rendering import render_version, values_of
from customers.outreach.sending import drain
from tests.fixtures.imap import ImapServer
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan

pytestmark = pytest.mark.django_db
STATUS = """Reporting-MTA: dns; mx.customer.example
Arrival-Date: Mon, 2 Mar 2026 12:00:00 +0000

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user here
"""
COMPLAINT = """Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <care@perennial.invalid>
Original-Rcpt-To: <{address}>
"""


@pytest.fixture
def box(settings: Settings, tmp_path: Path) -> mailbox.Maildir:
    settings.BOUNCE_ADDRESS = "bounce@ours.example"
    settings.BOUNCE_MAILBOX = f"maildir://{tmp_path}/bounces"
    return mailbox.Maildir(tmp_path / "bounces")


@pytest.fixture
def message(outreach: Planner, smtp_sink: SmtpSink, box: mailbox.Maildir) -> Message:
    message = plan()
    drain()
    message.refresh_from_db()
    assert message.state == "sent"
    return message


def letter(
    message: Message,
    *,
    to: str,
    status: str = "5.1.1",
    action: str = "failed",
    kind: str = "delivery-status",
    message_id: str = "",
) -> bytes:
    """A report as Postfix writes it: words for people, fields for machines, the headers of our mail."""
    fields = STATUS if kind == "delivery-status" else COMPLAINT
    fields = fields.format(address=message.address, action=action, status=status)
    headers = f"From: care@perennial.invalid\nMessage-ID: {message_id or message.message_id}\n"
    return (
        f"From: MAILER-DAEMON@mx.customer.example\nTo: {to}\nSubject: Undelivered\n"
        "Date: Mon, 2 Mar 2026 12:01:00 +0000\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="edge"\n\n'
        "--edge\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\n"
        f"--edge\nContent-Type: message/{kind}\n\n{fields}\n"
        f"--edge\nContent-Type: text/rfc822-headers\n\n{headers}\n--edge--\n"
    ).encode()


def own_address(message: Message) -> str:
    return return_path(feedback_token(message.pk), "")


def test_it_works(message: Message, box: mailbox.Maildir) -> None:
    box.add(letter(message, to=own_address(message)))
    out = StringIO()
    call_command("read_bounces", stdout=out)
    assert out.getvalue() == "1 reports\n"
    message.refresh_from_db()
    assert message.bounced_at
    assert Suppression.objects.get().note == "smtp; 550 5.1.1 No such user here"
    assert read_bounces() == 0


def test_each_mail_has_its_own_return_path(
    message: Message, box: mailbox.Maildir, smtp_sink: SmtpSink
) -> None:
    address = own_address(message)
    assert address.startswith(f"bounce+{message.pk}-")
    assert len(address.partition("@")[0]) <= 64
    assert message_of(token_in(address.upper())) == message.pk
    for wrong in (f"bounce+{message.pk}-{'0' * 20}@ours.example", "bounce@ours.example", "x"):
        assert message_of(token_in(wrong)) is None


def test_the_same_letter_twice_is_one(message: Message, box: mailbox.Maildir) -> None:
    for _ in range(3):
        box.add(letter(message, to=own_address(message)))
    assert read_bounces() == 1
    assert MailEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "action", "kind"),
    [
        ("5.1.1", "failed", "hard"),
        ("5.2.2", "failed", "soft"),
        ("5.7.1", "failed", "soft"),
        ("4.4.7", "failed", "soft"),
        ("2.0.0", "delivered", "delivered"),
        ("4.4.1", "delayed", None),
    ],
)
def test_kinds(message: Message, box: mailbox.Maildir, status: str, action: str, kind: str | None) -> None:
    box.add(letter(message, to=own_address(message), status=status, action=action))
    read_bounces()
    event = MailEvent.objects.first()
    assert (event and event.kind) == kind
    assert Suppression.objects.exists() is (kind == "hard")


def test_by_our_message_id_when_the_return_path_is_lost(message: Message, box: mailbox.Maildir) -> None:
    box.add(letter(message, to="care@ours.example"))
    assert read_bounces() == 1


def test_strangers_cannot_block_an_address(message: Message, box: mailbox.Maildir) -> None:
    forged = f"bounce+{message.pk}-{'a' * 20}@ours.example"
    box.add(letter(message, to=forged, message_id="<guessed@ours.example>"))
    assert read_bounces() == 0
    assert not Suppression.objects.exists()


def test_a_complaint(message: Message, box: mailbox.Maildir) -> None:
    box.add(letter(message, to=own_address(message), kind="feedback-report"))
    assert read_bounces() == 1
    assert ConsentRecord.objects.get().source == "complaint"
    assert Suppression.objects.get().reason == "complaint"


def test_other_letters_are_put_aside(message: Message, box: mailbox.Maildir) -> None:
    holiday = EmailMessage()
    holiday["To"] = own_address(message)
    holiday["Subject"] = "Out of office"
    holiday.set_content("Back on Monday.")
    for raw in (holiday.as_bytes(), b"", b"\xff\x00\xfe", b"Content-Type: multipart/report\n\n--"):
        box.add(raw)
    assert read_bounces() == 0
    assert not MailEvent.objects.exists()
    assert all("S" in box.get_message(name).get_flags() for name in box.iterkeys())


def test_no_mailbox_and_no_such_kind_of_mailbox(db: None, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX = ""
    assert read_bounces() == 0
    settings.BOUNCE_MAILBOX = "pop3://ours.example"
    with pytest.raises(ImproperlyConfigured, match="maildir"):
        read_bounces()


def test_a_mailbox_at_an_imap_server(message: Message, imap_server: ImapServer, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX = imap_server.url
    imap_server.add(letter(message, to=own_address(message)))
    imap_server.add(b"Subject: Hello\r\n\r\nIs anybody there?\r\n")
    assert read_bounces() == 1
    assert imap_server.seen == {1, 2}
    assert read_bounces() == 0
    assert Suppression.objects.get().address == message.address


def test_a_wrong_password_is_told(db: None, imap_server: ImapServer, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX = imap_server.url.replace("word", "wrong")
    with pytest.raises(imaplib.IMAP4.error, match="who are you"):
        read_bounces()


def test_the_envelope_of_a_mail(message: Message, settings: Settings) -> None:
    """SMTP is told the mail's own return path; without a mailbox for bounces it is the sender's address."""
    assert envelope_sender(message) == own_address(message)
    settings.BOUNCE_ADDRESS = ""
    assert envelope_sender(message) == "care@perennial.invalid"


def envelope_sender(message: Message) -> str:
    fresh = Message.objects.for_sending().get(pk=message.pk)
    company = Company.load()
    assert fresh.version
    letter = Letter.of(fresh)
    rendered = render_version(fresh.version, values_of([letter], company)[fresh.pk])
    return build_mail(letter, rendered, company, timezone.now()).sender

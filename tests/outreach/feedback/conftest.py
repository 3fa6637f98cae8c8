"""Sent messages to report about, and requests as providers really make them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import time
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from customers.models import Contact, Message
from customers.outreach.sending import drain
from tests.fixtures.mail import SmtpSink
from tests.outreach.conftest import Planner, plan

SIGNING_KEY, SECRET = "key-of-the-tests", "postmark:open-sesame"
numbers = itertools.count(1)


def sent(contact: Contact | None = None, kind: str = "note") -> Message:
    message = plan(contact=contact, kind=kind)
    drain()
    message.refresh_from_db()
    assert message.state == "sent"
    return message


@pytest.fixture
def message(outreach: Planner, smtp_sink: SmtpSink) -> Message:
    return sent()


@pytest.fixture
def providers(settings: Settings) -> None:
    settings.MAIL_WEBHOOKS = ["mailgun", "postmark"]
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


@pytest.fixture
def postmark(providers: None, settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}


def mailgun_event(
    message: Message,
    event: str = "failed",
    *,
    key: str = SIGNING_KEY,
    signed_at: float | None = None,
    **data: Any,
) -> dict[str, Any]:
    """The body of a Mailgun webhook, as in their documentation, with a real signature."""
    token = f"{next(numbers):050d}"
    stamp = str(int(signed_at or time.time()))
    digest = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    failed = {
        "severity": "permanent",
        "reason": "bounce",
        "delivery-status": {
            "code": 550,
            "message": "5.1.1 The email account that you tried to reach does not exist.",
            "attempt-no": 1,
            "description": "",
        },
    }
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": digest},
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": time.time(),
            "log-level": "error",
            "event": event,
            "recipient": message.address,
            "recipient-domain": "customer.example",
            "tags": [],
            "campaigns": [],
            "user-variables": {},
            "message": {
                "headers": {
                    "to": message.address,
                    "message-id": message.message_id.strip("<>"),
                    "from": "care@perennial.invalid",
                    "subject": message.subject,
                },
                "attachments": [],
                "size": 867,
            },
            **(failed if event == "failed" else {}),
            **data,
        },
    }


def postmark_bounce(message: Message, token: str, **data: Any) -> dict[str, Any]:
    """The body of a Postmark bounce webhook, as in their documentation."""
    return {
        "RecordType": "Bounce",
        "MessageStream": "outbound",
        "ID": 692560173000 + next(numbers),
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "MessageID": "2c1b63fe-43f2-4db5-91b0-8bdfa44a9316",
        "Metadata": {"message": token},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": message.address,
        "From": "care@perennial.invalid",
        "BouncedAt": "2026-03-02T12:30:00.0000000Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": message.subject,
        **data,
    }


def post(provider: str, body: Any, *, secret: str = "") -> HttpResponseBase:
    headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/feedback/{provider}/", body, content_type="application/json", headers=headers)

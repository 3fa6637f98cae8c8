"""What providers that sign in other ways than Mailgun really send, as in their documentation.

Each function answers how to post one event about a message: `bounce` for a hard bounce, `delivered`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any, Literal

from django.http import HttpResponseBase
from django.test import Client

from customers.models import Message
from customers.outreach.feedback.tokens import feedback_token

Event = Literal["bounce", "delivered"]
MANDRILL_KEY, PASSWORD = "key-of-mandrill", "mail:open-sesame"
SETTINGS = {
    "mandrill": {"MANDRILL_WEBHOOK_KEY": MANDRILL_KEY},
    "brevo": {"WEBHOOK_SECRET": PASSWORD},
    "sendgrid": {"WEBHOOK_SECRET": PASSWORD},
}


def tell(provider: str, message: Message, event: Event, *, key: str | None = None) -> HttpResponseBase:
    """Post it as the provider would; `key` signs with another one, an empty one not at all."""
    body = {"mandrill": mandrill, "brevo": brevo, "sendgrid": sendgrid}[provider](message, event)
    return post_as(provider, json.dumps(body), key=key)


def post_as(provider: str, body: str, *, key: str | None = None) -> HttpResponseBase:
    if provider == "mandrill":
        return post_signed(body, MANDRILL_KEY if key is None else key)
    return post_with_password(provider, body, PASSWORD if key is None else key)


def post_signed(events: str, key: str) -> HttpResponseBase:
    """Mandrill signs the address and the form's fields."""
    path = "/feedback/mandrill/"
    signed = f"http://testserver{path}mandrill_events{events}"
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()
    headers = {"X-Mandrill-Signature": base64.b64encode(digest).decode()} if key else {}
    return Client(enforce_csrf_checks=True).post(path, {"mandrill_events": events}, headers=headers)


def post_with_password(provider: str, body: str, password: str) -> HttpResponseBase:
    encoded = base64.b64encode(password.encode()).decode()
    headers = {"Authorization": f"Basic {encoded}"} if password else {}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/feedback/{provider}/", body, content_type="application/json", headers=headers)


def moment(message: Message) -> int:
    """The same event carries the same time, however often it is told."""
    assert message.sent_at
    return int(message.sent_at.timestamp())


def mandrill(message: Message, event: Event) -> list[dict[str, Any]]:
    kinds = {"bounce": "hard_bounce", "delivered": "delivered"}
    ident = hashlib.md5(f"{message.pk}{event}".encode()).hexdigest()
    return [
        {
            "event": kinds[event],
            "_id": ident,
            "ts": moment(message),
            "msg": {
                "_id": ident,
                "ts": moment(message),
                "email": message.address,
                "sender": "care@perennial.invalid",
                "subject": message.subject,
                "state": "bounced" if event == "bounce" else "sent",
                "diag": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
                "bounce_description": "bad_mailbox",
                "tags": [],
                "metadata": {"message": feedback_token(message.pk)},
            },
        }
    ]


def brevo(message: Message, event: Event) -> dict[str, Any]:
    kinds = {"bounce": "hard_bounce", "delivered": "delivered"}
    return {
        "event": kinds[event],
        "email": message.address,
        "id": 26224,
        "date": "2026-03-02 12:30:00",
        "ts": 1772454600,
        "message-id": message.message_id,
        "ts_event": 1772454600,
        "ts_epoch": 1772454600000,
        "subject": message.subject,
        "X-Mailin-custom": json.dumps({"message": feedback_token(message.pk)}),
        "sending_ip": "192.0.2.17",
        "template_id": 0,
        "reason": "550 5.1.1 No such user",
    }


def sendgrid(message: Message, event: Event) -> list[dict[str, Any]]:
    bounce = {"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user"}
    return [
        {
            "email": message.address,
            "timestamp": moment(message),
            "event": event,
            "sg_event_id": hashlib.md5(f"{message.pk}{event}".encode()).hexdigest()[:22],
            "sg_message_id": f"{message.pk}.filter0001.16648.5515E0B88.0",
            "smtp-id": message.message_id,
            "message": feedback_token(message.pk),
            **(bounce if event == "bounce" else {"response": "250 OK"}),
        }
    ]

"""Reports by a provider's webhook: django-anymail checks the signature and reads it, we take what matters.

Only providers whose requests can be proved to be theirs are listed: by a signature, or by the user and
password in the address that we give them (WEBHOOK_SECRET).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import timezone

from customers.outreach.feedback.recording import Kind, Report

SIGNED: dict[str, type[AnymailBaseWebhookView]] = {
    "mailgun": MailgunTrackingWebhookView,
    "mandrill": MandrillCombinedWebhookView,
}
BY_PASSWORD: dict[str, type[AnymailBaseWebhookView]] = {
    "brevo": BrevoTrackingWebhookView,
    "postmark": PostmarkTrackingWebhookView,
    "sendgrid": SendGridTrackingWebhookView,
}
KINDS = {
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.REJECTED: Kind.REJECTED,
    EventType.FAILED: Kind.REJECTED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
KINDS_OF_REJECTION = {
    RejectReason.INVALID: Kind.HARD,
    RejectReason.BOUNCED: Kind.HARD,
    RejectReason.SPAM: Kind.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
# What providers call the two sorts of bounces, where anymail makes no difference.
SOFT_WORDS = {"SoftBounce", "soft_bounce", "blocked"}  # SendGrid's `blocked` is one sort of its `bounce`
HARD_WORDS = {"HardBounce", "hard_bounce", "bounce"}
TOO_NEW = 300  # seconds that their clock may be ahead of ours


# What anymail's views raise for requests that nobody they know has made; asserts guard against mixed batches.
UNREADABLE = (
    AnymailConfigurationError,
    AnymailWebhookValidationFailure,
    AssertionError,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


class BadReport(Exception):
    """Not theirs, too old, or nothing we can read."""


def receive(provider: str, request: HttpRequest) -> list[Report]:
    """The reports in a provider's request that concern us. Raises BadReport."""
    view = webhook_view(provider)
    try:
        view.run_validators(request)
        check_age(provider, request)
        events = view.parse_events(request)
        reports = [report_of(provider, event) for event in events]
    except UNREADABLE as error:
        raise BadReport(str(error)) from error
    return [report for report in reports if report]


def webhook_view(provider: str) -> Any:
    """Raises ImproperlyConfigured rather than believe anybody."""
    if provider in BY_PASSWORD and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise ImproperlyConfigured("Set ANYMAIL_WEBHOOK_SECRET to user:password for the webhooks.")
    return (SIGNED | BY_PASSWORD)[provider]()


def check_age(provider: str, request: HttpRequest) -> None:
    """Mailgun signs the time of its requests; somebody may have recorded an old one. Raises BadReport."""
    if provider != "mailgun":
        return
    as_json = request.content_type == "application/json"
    signed = json.loads(request.body)["signature"] if as_json else request.POST
    age = timezone.now().timestamp() - float(signed["timestamp"])
    if not -TOO_NEW < age < settings.MAIL_WEBHOOK_MAX_AGE:
        raise BadReport("The request is too old.")


def report_of(provider: str, event: AnymailTrackingEvent) -> Report | None:
    """None for what we do not follow: opens, clicks, and mails that are still on their way."""
    kind = kind_of(event)
    if kind is None:
        return None
    at = event.timestamp or timezone.now()
    return Report(
        kind=kind,
        provider=provider,
        event_id=event.event_id or made_up_id(event, kind),
        at=at if timezone.is_aware(at) else timezone.make_aware(at),
        address=str(event.recipient or ""),
        token=str((event.metadata or {}).get("message", "")),
        message_id=str(event.message_id or ""),
        detail=str(event.mta_response or event.description or "").replace("\0", ""),
        believed=True,
    )


def kind_of(event: AnymailTrackingEvent) -> Kind | None:
    if event.event_type == EventType.BOUNCED:
        return Kind.SOFT if is_soft(event) else Kind.HARD
    if event.event_type == EventType.REJECTED:
        return KINDS_OF_REJECTION.get(event.reject_reason, Kind.REJECTED)
    return KINDS.get(event.event_type)


def is_soft(event: AnymailTrackingEvent) -> bool:
    words = {str(event.esp_event.get(name, "")) for name in ("Type", "type", "event")}
    if words & (HARD_WORDS | SOFT_WORDS):
        return bool(words & SOFT_WORDS)
    return event.reject_reason not in (RejectReason.INVALID, RejectReason.BOUNCED)


def made_up_id(event: AnymailTrackingEvent, kind: Kind) -> str:
    """For events that carry no id of their own: the same event has the same one."""
    parts = (kind.value, event.message_id, event.recipient, event.timestamp)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()

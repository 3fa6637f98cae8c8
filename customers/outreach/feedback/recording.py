"""One way in for whatever comes back: the same report a hundred times, in any order, has one effect."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Least
from django.utils import timezone

from customers.models.contacts import Contact
from customers.outreach.feedback.complaints import watch_complaints
from customers.outreach.feedback.tokens import message_of
from customers.outreach.models import MailEvent, Message, Subscription, Suppression, Topic
from customers.outreach.services.consent import lock, record_consent, suppress

Kind = MailEvent.Kind
NOT_DELIVERED = {Kind.HARD, Kind.SOFT, Kind.REJECTED}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody told us about a mail. `event_id` is theirs and unique with them; the mail is found by our
    `token`, by `address` with our `message_id`, or, for those whom we believe, by `address` alone."""

    kind: Kind
    provider: str
    event_id: str
    at: dt.datetime
    address: str = ""
    token: str = ""
    message_id: str = ""
    detail: str = ""
    believed: bool = False


@transaction.atomic
def record_feedback(report: Report) -> MailEvent | None:
    """Write a report down and do what follows from it; None when it is old news or about nobody we know."""
    message = find_message(report)
    contact = message.contact if message else find_contact(report)
    if contact is None or contact.erased_at:
        return None
    lock(contact)
    event, is_new = MailEvent.objects.get_or_create(
        provider=report.provider,
        event_id=report.event_id[:200],
        defaults={
            "contact": contact,
            "message": message,
            "address": ((message and message.address) or report.address or contact.email).lower(),
            "kind": report.kind,
            "at": min(report.at, timezone.now()),
            "detail": report.detail[:300],
        },
    )
    if not is_new:
        return None
    follow(event)
    return event


def find_message(report: Report) -> Message | None:
    messages = Message.objects.select_related("contact", "topic")
    pk = message_of(report.token)
    if pk:
        return messages.filter(pk=pk).first()
    if not (report.message_id and report.address):
        return None
    people = Contact.objects.with_address(report.address).values("pk")
    theirs = Q(state=Message.State.SENT, detail=report.message_id)  # the id that they gave it
    return messages.filter(Q(message_id=report.message_id) | theirs, contact__in=people).first()


def find_contact(report: Report) -> Contact | None:
    if not (report.believed and report.address):
        return None
    return Contact.objects.with_address(report.address).order_by("pk").first()


def follow(event: MailEvent) -> None:
    """A bounce or a complaint marks the message for good: no later report takes the mark away."""
    if event.kind in NOT_DELIVERED:
        mark(event, "bounced_at")
    if event.kind == Kind.HARD or (event.kind == Kind.SOFT and bounces_too_often(event)):
        suppress(address=event.address, reason=Suppression.Reason.BOUNCE, note=event.detail)
    elif event.kind == Kind.COMPLAINED:
        mark(event, "complained_at")
        suppress(address=event.address, reason=Suppression.Reason.COMPLAINT, note=event.detail)
        withdraw(event, source="complaint")
        if event.message:
            watch_complaints(event.message.kind)
    elif event.kind == Kind.UNSUBSCRIBED:
        if event.message is None:
            suppress(address=event.address, reason=Suppression.Reason.UNSUBSCRIBED, note=event.provider)
        withdraw(event, source="provider")


def mark(event: MailEvent, field: str) -> None:
    """The earliest date wins, whichever report comes first."""
    if event.message:
        Message.objects.filter(pk=event.message.pk).update(**{field: Least(field, event.at)})


def bounces_too_often(event: MailEvent) -> bool:
    since = timezone.now() - dt.timedelta(days=settings.SOFT_BOUNCE_DAYS)
    lately = MailEvent.objects.filter(address=event.address, kind=Kind.SOFT, at__gt=since)
    return lately.count() >= settings.SOFT_BOUNCES


def withdraw(event: MailEvent, *, source: str) -> None:
    """End the topic that the mail was about, unless they said yes again after this happened."""
    message = event.message
    if message is None or message.topic.basis == Topic.Basis.SERVICE:
        return
    said_yes_since = Subscription.objects.filter(
        contact=event.contact, topic=message.topic, granted=True, since__gt=event.at
    )
    if not said_yes_since.exists():
        record_consent(
            contact=event.contact,
            topic=message.topic_id,
            granted=False,
            source=source,
            proof=f"message {message.pk}, {event.provider} {event.event_id}",
        )

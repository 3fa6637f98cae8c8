"""The messages of the last years: what went out, what was refused, and the little that is still to come."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from crm.core.registry import registry
from crm.demo.world import MINUTE, World
from customers.models import Contact, Message, Subscription, Suppression
from customers.outreach.liquid import render
from customers.outreach.models import Content, ContentVersion, Touch
from customers.outreach.reasons import Reason


class Post:
    """Writes messages as the sender would have left them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.contents = {content.slug: content for content in Content.objects.all()}
        versions = ContentVersion.objects.order_by("number")
        self.versions = {version.content_id: version for version in versions}
        self.no = set(Subscription.objects.filter(granted=False).values_list("contact_id", "topic_id"))
        self.blocked = set(Suppression.objects.values_list("address", flat=True))

    def write(
        self,
        *,
        kind: str,
        contact: Contact,
        account_id: int,
        reference: int,
        key: str,
        content: str,
        due_at: dt.datetime,
        planned_at: dt.datetime,
        values: Mapping[str, Any] | None = None,
    ) -> Message:
        """A message due then: sent, refused, or still to come. `values` are those that its subject names."""
        message = Message(
            kind=kind,
            contact=contact,
            account_id=account_id,
            topic_id=registry.message_kinds[kind].topic,
            content=self.contents[content],
            reference=reference,
            key=key,
            due_at=due_at,
            created_at=planned_at,
            message_id=message_id(key),
        )
        if due_at <= self.world.now:
            self.settle(message, values or {})
        self.world.messages.append(message)
        return message

    def settle(self, message: Message, values: Mapping[str, Any]) -> None:
        if message.contact.email in self.blocked:
            message.state, message.reason = Message.State.REFUSED, Reason.SUPPRESSED
        elif (message.contact_id, message.topic_id) in self.no:
            message.state, message.reason = Message.State.REFUSED, Reason.NO_CONSENT
        else:
            message.state, message.attempts = Message.State.SENT, 1
            message.sent_at = min(message.due_at + self.world.rng.uniform(0, 2) * MINUTE, self.world.now)
            message.address = message.contact.email
            message.version = self.versions[message.content_id]
            message.subject = render(message.version.subject, values, autoescape=False)


def message_id(key: str) -> str:
    """As planning writes it in its statement."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


def post(world: World) -> None:
    """Write all messages by date, and book what was sent."""
    world.messages.sort(key=lambda message: message.sent_at or message.due_at)
    Message.objects.bulk_create(world.messages)
    Touch.objects.bulk_create(
        [
            Touch(contact=message.contact, message=message, kind=message.kind, at=message.sent_at)
            for message in world.messages
            if message.sent_at
        ]
    )
